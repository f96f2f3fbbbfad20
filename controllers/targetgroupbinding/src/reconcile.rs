//! One binding: from the cluster's endpoints to the targets of its group.

use crate::binding::{Binding, BindingError, Bindings};
use crate::checkpoint::{self, Checkpoints};
use crate::cluster::Cluster;
use crate::deferred::FullPasses;
use crate::error::ReconcileError;
use crate::matching;
use crate::open::Ports;
use crate::readiness;
use crate::registration::Registration;
use crate::rules::GroupRules;
use crate::writes::Writes;
use controllers_api::target_group_binding::{FINALIZER, TargetGroupBinding, TargetType};
use kube::ResourceExt;
use runtime::Key;
use runtime::chain::Chain;
use runtime::events::Events;
use runtime::metrics::Metrics;
use runtime::queue::Outcome;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// When to look again for a pod that a slice names but the watch has not shown.
const SOON: Duration = Duration::from_secs(1);

/// Everything that a reconcile works with.
pub(crate) struct Controller {
    pub(crate) cluster: Cluster,
    pub(crate) bindings: Bindings,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) full_passes: FullPasses,
    pub(crate) ports: Ports,
    pub(crate) registration: Registration,
    pub(crate) writes: Writes,
    pub(crate) events: Events,
    pub(crate) metrics: Metrics,
    /// When to look again at targets whose pods wait for them, and after failed networking.
    pub(crate) requeue: Duration,
    /// Whether nodes that are not heard of serve while there are no others.
    pub(crate) fail_open: bool,
}

impl Controller {
    /// Reconciles the binding with that key, if there is one.
    pub(crate) async fn reconcile(&self, key: Key) -> Outcome {
        let Some(object) = self.cluster.bindings.get(&key) else {
            return Outcome::Done;
        };
        let result = if object.metadata.deletion_timestamp.is_some() {
            self.metrics
                .time("cleanup_targetgroupbinding", self.finalize(&object))
                .await
        } else {
            self.metrics
                .time("reconcile_targetgroupbinding", self.bind(&object))
                .await
        };
        result.unwrap_or_else(|error| {
            self.metrics.failed(error.category());
            tracing::warn!(binding = %key, error = %Chain(&error), "reconcile failed");
            Outcome::Retry
        })
    }

    async fn bind(&self, object: &Arc<TargetGroupBinding>) -> Result<Outcome, ReconcileError> {
        let outcome = self.put_into_effect(object).await;
        if let Err(error) = &outcome {
            self.events.warning(object.as_ref(), error.reason(), error).await;
        }
        outcome
    }

    async fn put_into_effect(&self, object: &Arc<TargetGroupBinding>) -> Result<Outcome, ReconcileError> {
        self.writes.add_finalizer(object, FINALIZER).await?;
        let binding = self.bindings.complete(object).await.map_err(ReconcileError::Binding)?;
        let resolved = match self.cluster.endpoints(&binding, self.fail_open) {
            Err(error) if error.is_backend_missing() => {
                self.events.warning(object.as_ref(), "BackendNotFound", &error).await;
                self.clear_checkpoint(&binding).await?;
                self.release(&binding).await?;
                self.ports.rules.note(&binding.key, GroupRules::default());
                self.writes.observed(object).await?;
                return Ok(Outcome::Done);
            }
            resolved => resolved.map_err(ReconcileError::Endpoints)?,
        };
        let fingerprint =
            checkpoint::checkpoint(&resolved.endpoints, &object.spec).map_err(ReconcileError::Fingerprint)?;
        let gate = readiness::gate(&binding.key.name);
        let waits = resolved
            .endpoints
            .iter()
            .filter_map(|e| e.pod())
            .any(|pod| readiness::is_waiting(pod, &gate));
        let due = self.full_passes.due_in(&binding.key, Instant::now());
        if !waits && !due.is_zero() && fingerprint == self.checkpoints.current(object) {
            return Ok(Outcome::After(if resolved.incomplete { SOON } else { due }));
        }

        let settled = self.pass(&binding, resolved.endpoints).await?;
        self.writes.observed(object).await?;
        if !settled {
            return Ok(Outcome::After(self.requeue));
        }
        self.store_checkpoint(&binding, &fingerprint).await?;
        self.events
            .normal(object.as_ref(), "SuccessfullyReconciled", "Successfully reconciled")
            .await;
        let next = self.full_passes.done(&binding.key, Instant::now());
        Ok(Outcome::After(if resolved.incomplete { SOON } else { next }))
    }

    /// Brings rules, targets and gates in line with the endpoints. Whether all is settled: rules in effect and every
    /// pod that waits for its target ready.
    async fn pass(
        &self,
        binding: &Binding,
        endpoints: Vec<crate::endpoints::Endpoint>,
    ) -> Result<bool, ReconcileError> {
        let (targets, opened) = futures::join!(
            self.registration.list(binding),
            self.ports.open(binding, &endpoints, &self.cluster)
        );
        let targets = targets?;
        let opened = match opened.map_err(ReconcileError::Networking) {
            Err(error) if binding.target_type == TargetType::Ip => {
                // Targets may be reachable all the same: not to register them would be worse.
                self.metrics.failed(error.category());
                self.events
                    .warning(binding.object.as_ref(), error.reason(), &error)
                    .await;
                false
            }
            opened => opened.map(|()| true)?,
        };
        let matching = matching::compare(endpoints, &targets);
        let gate = readiness::gate(&binding.key.name);
        let unhealthy = matching.matched.iter().any(|(endpoint, health)| {
            health.state != "healthy" && endpoint.pod().is_some_and(|pod| readiness::has_gate(pod, &gate))
        });
        if !opened || unhealthy || !matching.missing.is_empty() || !matching.surplus.is_empty() {
            self.clear_checkpoint(binding).await?;
        }
        let registered = self
            .registration
            .apply(binding, &matching, targets.len(), &self.cluster)
            .await?;
        let ready = self.writes.open_gates(&gate, &matching.matched, registered).await?;
        Ok(opened && ready)
    }

    async fn clear_checkpoint(&self, binding: &Binding) -> Result<(), ReconcileError> {
        if self.checkpoints.current(&binding.object).is_empty() {
            return Ok(());
        }
        self.store_checkpoint(binding, "").await
    }

    async fn store_checkpoint(&self, binding: &Binding, fingerprint: &str) -> Result<(), ReconcileError> {
        if self.checkpoints.current(&binding.object) == fingerprint {
            return Ok(());
        }
        let answer = self.writes.checkpoint(&binding.object, fingerprint).await?;
        self.checkpoints.wrote(&answer);
        Ok(())
    }

    /// Undoes a binding that is being deleted.
    async fn finalize(&self, object: &Arc<TargetGroupBinding>) -> Result<Outcome, ReconcileError> {
        if !object.finalizers().iter().any(|finalizer| finalizer == FINALIZER) {
            return Ok(Outcome::Done);
        }
        if let Err(error) = self.undo(object).await {
            self.events.warning(object.as_ref(), "FailedCleanup", &error).await;
            self.writes.cleanup_failed(object, &error).await?;
            return Err(error);
        }
        self.writes.remove_finalizer(object, FINALIZER).await?;
        Ok(Outcome::Done)
    }

    async fn undo(&self, object: &Arc<TargetGroupBinding>) -> Result<(), ReconcileError> {
        match self.bindings.complete(object).await {
            Ok(binding) => self.release(&binding).await?,
            Err(BindingError::Describe(error)) if !error.is_not_found() => {
                return Err(ReconcileError::Binding(BindingError::Describe(error)));
            }
            // It never took effect, or its group is gone.
            Err(_) => self.release_pods(&Key::of(object.as_ref())).await?,
        }
        let key = Key::of(object.as_ref());
        self.bindings.forget(object);
        self.checkpoints.forget(&key);
        self.full_passes.forget(&key);
        Ok(())
    }

    /// Takes everything back that a binding put into effect. Draining is not waited for.
    async fn release(&self, binding: &Binding) -> Result<(), ReconcileError> {
        self.registration.withdraw(binding).await?;
        self.note_rules_of_others(&binding.key).await;
        self.ports
            .close(&binding.key, &self.cluster)
            .await
            .map_err(ReconcileError::Networking)?;
        self.release_pods(&binding.key).await
    }

    /// Learns the rules of bindings whose checkpoints hold, so that they were not visited since the start: what one binding alone needed
    /// can only go when it is known that no other does. If one cannot be learned, rules stay until its full pass.
    async fn note_rules_of_others(&self, leaving: &Key) {
        for key in self.cluster.bindings_with_rules() {
            if key == *leaving || self.ports.rules.knows(&key) {
                continue;
            }
            if let Err(error) = self.note_rules(&key).await {
                tracing::warn!(binding = %key, error = %Chain(&error), "its rules are not known; none is taken away");
                return;
            }
        }
    }

    async fn note_rules(&self, key: &Key) -> Result<(), ReconcileError> {
        let Some(object) = self.cluster.bindings.get(key) else {
            return Ok(());
        };
        let binding = self.bindings.complete(&object).await.map_err(ReconcileError::Binding)?;
        let rules = match self.cluster.endpoints(&binding, self.fail_open) {
            Err(error) if error.is_backend_missing() => Some(GroupRules::default()),
            resolved => {
                let endpoints = resolved.map_err(ReconcileError::Endpoints)?.endpoints;
                let needs = self.ports.needs(&binding, &endpoints, &self.cluster).await;
                needs.map_err(ReconcileError::Networking)?
            }
        };
        // One that is deleted meanwhile has said, or will say, that it needs nothing.
        let stays = |object: Arc<TargetGroupBinding>| object.metadata.deletion_timestamp.is_none();
        if let Some(rules) = rules
            && self.cluster.bindings.get(key).is_some_and(stays)
        {
            self.ports.rules.note(key, rules);
        }
        Ok(())
    }

    async fn release_pods(&self, binding: &Key) -> Result<(), ReconcileError> {
        let gate = readiness::gate(&binding.name);
        let pods = self.cluster.pods_with_gate(&binding.namespace, &gate);
        self.writes.release_gates(&gate, &pods).await
    }
}
