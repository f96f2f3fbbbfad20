//! Registers and deregisters the targets of a binding.

use crate::availability_zone::{self, ZONE_LABEL, Zones};
use crate::binding::{Binding, BindingError};
use crate::cluster::Cluster;
use crate::endpoints::Endpoint;
use crate::error::ReconcileError;
use crate::matching::{self, Matching};
use crate::multicluster::{self, OwnTargets, Owned};
use crate::targets::Targets;
use aws_api::elbv2::{Target, TargetHealth};
use aws_api::{AwsError, ErrorClass};
use controllers_api::target_group_binding::TargetType;

/// The targets of all bindings.
pub(crate) struct Registration {
    pub(crate) targets: Targets,
    pub(crate) own: OwnTargets,
    pub(crate) zones: Zones,
    /// Most targets in a group; 0 is no limit.
    pub(crate) max_targets: usize,
}

impl Registration {
    /// The targets of the binding's group.
    pub(crate) async fn list(&self, binding: &Binding) -> Result<Vec<TargetHealth>, ReconcileError> {
        let arn = &binding.target_group;
        self.targets
            .list(arn)
            .await
            .map_err(|error| match error.is_not_found() {
                true => ReconcileError::Binding(BindingError::Missing(arn.clone())),
                false => ReconcileError::ListTargets(error),
            })
    }

    /// Registers what is missing, then deregisters what is surplus: in this order the group always has a target that
    /// serves. `current` is how many targets the group holds. Returns the endpoints that were registered.
    pub(crate) async fn apply<'a>(
        &self,
        binding: &Binding,
        matching: &'a Matching,
        current: usize,
        cluster: &Cluster,
    ) -> Result<&'a [Endpoint], ReconcileError> {
        let shared = binding.object.spec.multi_cluster_target_group;
        let record = if shared {
            self.own.load(&binding.key).await.map_err(ReconcileError::OwnTargets)?
        } else {
            None
        };
        let fit = matching.missing.len().min(matching::room(self.max_targets, current));
        if fit < matching.missing.len() {
            tracing::warn!(binding = %binding.key, limit = self.max_targets, "not all endpoints fit the target group");
        }
        let missing = &matching.missing[..fit];
        let mut owned: Owned = record.clone().unwrap_or_default();
        owned.extend(
            missing
                .iter()
                .map(|endpoint| format!("{}:{}", endpoint.id, endpoint.port)),
        );
        if shared {
            self.own
                .store(&binding.key, &owned)
                .await
                .map_err(ReconcileError::OwnTargets)?;
        }
        self.register(binding, missing, cluster).await?;

        let surplus = deregistrable(&matching.surplus, shared, record.as_ref());
        self.targets
            .deregister(&binding.target_group, &surplus)
            .await
            .map_err(ReconcileError::Deregister)?;
        if shared {
            for target in &surplus {
                owned.remove(&multicluster::identifier(target));
            }
            self.own
                .store(&binding.key, &owned)
                .await
                .map_err(ReconcileError::OwnTargets)?;
        }
        Ok(missing)
    }

    async fn register(
        &self,
        binding: &Binding,
        endpoints: &[Endpoint],
        cluster: &Cluster,
    ) -> Result<(), ReconcileError> {
        if endpoints.is_empty() {
            return Ok(());
        }
        let with_zone_of_node = || {
            endpoints
                .iter()
                .map(|endpoint| zoned(endpoint, cluster))
                .collect::<Vec<_>>()
        };
        let targets = match binding.target_type {
            TargetType::Instance => endpoints.iter().map(|endpoint| target(endpoint, None)).collect(),
            TargetType::Ip if self.zones.needs_zone(&binding.key) => with_zone_of_node(),
            TargetType::Ip => {
                let vpc = self.zones.vpc(&binding.vpc_id).await.map_err(ReconcileError::Zone)?;
                let zone = |endpoint: &Endpoint| availability_zone::zone(&endpoint.id, &vpc);
                endpoints
                    .iter()
                    .map(|endpoint| target(endpoint, zone(endpoint)))
                    .collect()
            }
        };
        match self.targets.register(&binding.target_group, &targets).await {
            Err(error) if binding.target_type == TargetType::Ip && availability_zone::is_zone_missing(&error) => {
                self.zones.remember(&binding.key);
                let targets = with_zone_of_node();
                self.targets
                    .register(&binding.target_group, &targets)
                    .await
                    .map_err(ReconcileError::Register)
            }
            outcome => outcome.map_err(ReconcileError::Register),
        }
    }

    /// Deregisters all targets of a binding. A group that is gone, or refuses, has nothing left to take back.
    pub(crate) async fn withdraw(&self, binding: &Binding) -> Result<(), ReconcileError> {
        let shared = binding.object.spec.multi_cluster_target_group;
        let arn = &binding.target_group;
        match self.targets.list(arn).await {
            Err(error) if is_beyond_reach(&error) => {}
            Err(error) => return Err(ReconcileError::ListTargets(error)),
            Ok(targets) => {
                let record = if shared {
                    self.own.load(&binding.key).await.map_err(ReconcileError::OwnTargets)?
                } else {
                    None
                };
                let all = matching::compare(Vec::new(), &targets).surplus;
                let surplus = deregistrable(&all, shared, record.as_ref());
                match self.targets.deregister(arn, &surplus).await {
                    Err(error) if !is_beyond_reach(&error) => return Err(ReconcileError::Deregister(error)),
                    _ => {}
                }
            }
        }
        self.targets.forget(arn);
        self.zones.forget(&binding.key);
        if shared {
            self.own
                .delete(&binding.key)
                .await
                .map_err(ReconcileError::OwnTargets)?;
        }
        Ok(())
    }
}

/// Of the surplus targets those that may go: of a shared group only what this cluster has on record.
fn deregistrable(surplus: &[Target], shared: bool, record: Option<&Owned>) -> Vec<Target> {
    let is_ours =
        |target: &&Target| !shared || record.is_some_and(|record| record.contains(&multicluster::identifier(target)));
    surplus.iter().filter(is_ours).cloned().collect()
}

fn target(endpoint: &Endpoint, zone: Option<String>) -> Target {
    Target {
        id: endpoint.id.clone(),
        port: endpoint.port,
        zone,
    }
}

fn zoned(endpoint: &Endpoint, cluster: &Cluster) -> Target {
    let node = endpoint.pod().and_then(|pod| cluster.node(&pod.node));
    target(
        endpoint,
        availability_zone::zone_of_node(node.as_ref().and_then(|node| node.labels.get(ZONE_LABEL))),
    )
}

fn is_beyond_reach(error: &AwsError) -> bool {
    error.class() == ErrorClass::NotFound || error.code == "InvalidTarget" || error.code.starts_with("ValidationError")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_groups_keep_what_is_not_on_record() {
        let target = |id: &str| Target {
            id: id.into(),
            port: 80,
            zone: None,
        };
        let surplus = [target("10.0.0.1"), target("10.0.0.2")];
        let record: Owned = ["10.0.0.2:80".to_owned()].into();
        assert_eq!(deregistrable(&surplus, false, None).len(), 2);
        assert!(deregistrable(&surplus, true, None).is_empty());
        assert_eq!(deregistrable(&surplus, true, Some(&record)), [target("10.0.0.2")]);
    }

    #[test]
    fn groups_that_are_gone_end_a_cleanup() {
        let error = |code: &str| AwsError {
            operation: "DeregisterTargets",
            code: code.into(),
            message: String::new(),
            request_id: None,
        };
        for code in ["TargetGroupNotFound", "InvalidTarget", "ValidationError"] {
            assert!(is_beyond_reach(&error(code)), "{code}");
        }
        assert!(!is_beyond_reach(&error("Throttling")));
    }
}
