//! The security group that all load balancers of a cluster share, and that the rules of targets name as their source.
//!
//! It is made when the first stack needs it and deleted with the last. A process that was restarted finds it by its
//! tags before it decides, so it is not left behind.

use crate::patience::Patience;
use crate::tags::{self, ExternalTags};
use aws_api::ec2::{NewSecurityGroup, SecurityGroup};
use aws_api::{Aws, AwsError, ErrorClass, Tags};
use model::tags::{BACKEND_SECURITY_GROUP_RESOURCE, CLUSTER_KEY, RESOURCE_KEY};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// What the group is to be.
#[derive(Debug, Clone)]
pub struct BackendSecurityGroupConfig {
    /// `--backend-security-group`: use this group, never make or delete one.
    pub explicit: Option<String>,
    /// The cluster's name.
    pub cluster: String,
    /// The VPC.
    pub vpc_id: String,
    /// `--default-tags`.
    pub default_tags: Tags,
    /// `--external-managed-tags`.
    pub external_tags: ExternalTags,
}

/// The shared group. All calls about it go through here, one at a time.
pub struct BackendSecurityGroup {
    aws: Aws,
    config: BackendSecurityGroupConfig,
    state: Mutex<State>,
}

/// What this process knows of the group on AWS.
#[derive(Default)]
enum Known {
    #[default]
    Nothing,
    Absent,
    Present(String),
}

#[derive(Default)]
struct State {
    group: Known,
    /// Whether each stack that was converged by this process needs the group. One that gave it up stays known until the group goes: others, whose
    /// knowledge of who is claimed is older, must not wait for it.
    needed: BTreeMap<String, bool>,
}

impl State {
    /// Whether some stack needs the group, or may: one that is claimed but has not been converged yet.
    fn may_be_needed(&self, claimed: &[String]) -> bool {
        self.needed.values().any(|needed| *needed) || claimed.iter().any(|stack| !self.needed.contains_key(stack))
    }
}

const DESCRIPTION: &str = "[k8s] Shared Backend SecurityGroup for LoadBalancer";

impl BackendSecurityGroup {
    /// A group that nobody needs yet.
    #[must_use]
    pub fn new(aws: Aws, config: BackendSecurityGroupConfig) -> Self {
        Self {
            aws,
            config,
            state: Mutex::default(),
        }
    }

    /// The id of the group, for a stack that needs it; made if there is none.
    ///
    /// # Errors
    /// When it cannot be looked up, made or tagged.
    pub async fn allocate(&self, stack: &str) -> Result<String, AwsError> {
        if let Some(id) = &self.config.explicit {
            return Ok(id.clone());
        }
        let mut state = self.state.lock().await;
        state.needed.insert(stack.to_owned(), true);
        let found = match &state.group {
            Known::Present(id) => return Ok(id.clone()),
            Known::Absent => None,
            Known::Nothing => self.find().await?,
        };
        let id = match found {
            Some(group) => self.adopt(group).await?,
            None => self.create().await?,
        };
        state.group = Known::Present(id.clone());
        Ok(id)
    }

    /// The stack needs the group no more. Deletes it if no other stack does; `claimed` are the stacks whose Services
    /// still carry our finalizer, `stack` itself not among them if it is going away.
    ///
    /// # Errors
    /// When the group is still in use after two minutes, or AWS refuses.
    pub async fn release(&self, stack: &str, claimed: &[String]) -> Result<(), AwsError> {
        if self.config.explicit.is_some() {
            return Ok(());
        }
        self.state.lock().await.needed.insert(stack.to_owned(), false);
        Patience::SECURITY_GROUP
            .delete(|| self.delete_if_unneeded(claimed))
            .await
    }

    async fn delete_if_unneeded(&self, claimed: &[String]) -> Result<(), AwsError> {
        let mut state = self.state.lock().await;
        if state.may_be_needed(claimed) {
            return Ok(());
        }
        let id = match &state.group {
            Known::Absent => None,
            Known::Present(id) => Some(id.clone()),
            Known::Nothing => self.find().await?.map(|group| group.id),
        };
        if let Some(id) = id {
            self.aws.ec2.delete_security_group(&id).await?;
        }
        state.group = Known::Absent;
        state.needed.clear();
        Ok(())
    }

    /// AWS contradicted what is known of the group: look it up before it is used next.
    pub async fn suspect(&self) {
        self.state.lock().await.group = Known::Nothing;
    }

    async fn find(&self) -> Result<Option<SecurityGroup>, AwsError> {
        let tag = |key: &str, value: &str| (format!("tag:{key}"), vec![value.to_owned()]);
        let filters = vec![
            ("vpc-id".to_owned(), vec![self.config.vpc_id.clone()]),
            tag(CLUSTER_KEY, &self.config.cluster),
            tag(RESOURCE_KEY, BACKEND_SECURITY_GROUP_RESOURCE),
        ];
        let mut groups = self.aws.ec2.describe_security_groups(&[], &filters).await?;
        groups.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(groups.into_iter().next())
    }

    async fn adopt(&self, group: SecurityGroup) -> Result<String, AwsError> {
        let change = tags::diff(&group.tags, &self.tags(), &self.config.external_tags);
        if !change.set.is_empty() {
            self.aws.ec2.create_tags(&group.id, &change.set).await?;
        }
        if !change.remove.is_empty() {
            self.aws.ec2.delete_tags(&group.id, &change.remove).await?;
        }
        Ok(group.id)
    }

    async fn create(&self) -> Result<String, AwsError> {
        let new = NewSecurityGroup {
            name: model::names::backend_security_group(&self.config.cluster),
            description: DESCRIPTION.to_owned(),
            vpc_id: self.config.vpc_id.clone(),
            tags: self.tags(),
        };
        match self.aws.ec2.create_security_group(&new).await {
            // Another controller of this cluster was faster.
            Err(error) if error.class() == ErrorClass::Duplicate => {
                self.find().await?.map(|group| group.id).ok_or(error)
            }
            outcome => outcome,
        }
    }

    fn tags(&self) -> Tags {
        let mut tags = self.config.default_tags.clone();
        tags.insert(CLUSTER_KEY.to_owned(), self.config.cluster.clone());
        tags.insert(RESOURCE_KEY.to_owned(), BACKEND_SECURITY_GROUP_RESOURCE.to_owned());
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gave_it_up_is_not_waited_for_and_who_was_never_seen_is() {
        let stacks = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut state = State::default();
        state.needed.insert("shop/a".to_owned(), false);
        assert!(!state.may_be_needed(&stacks(&["shop/a"])));
        assert!(state.may_be_needed(&stacks(&["shop/a", "shop/b"])));
        state.needed.insert("shop/b".to_owned(), true);
        assert!(state.may_be_needed(&[]));
    }
}
