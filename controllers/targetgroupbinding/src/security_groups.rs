//! Security groups of interfaces: which of them carries our rules, and what is in it.

use crate::interfaces::Interface;
use aws_api::ec2::{Ec2, SecurityGroup};
use aws_api::{AwsError, Tags};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const TTL: Duration = Duration::from_secs(600);

/// Why no group was chosen.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum GroupError {
    #[error("cannot describe security groups")]
    Describe(#[source] AwsError),
    #[error(
        "interface {interface} has {found} security groups tagged kubernetes.io/cluster/{cluster}; exactly one must be"
    )]
    Ambiguous {
        interface: String,
        cluster: String,
        found: usize,
    },
}

/// Reads security groups; answers are kept for ten minutes.
pub(crate) struct SecurityGroups {
    ec2: Arc<dyn Ec2>,
    vpc_id: String,
    cluster: String,
    /// Tags that a group among several must have beside the cluster's.
    required_tags: Tags,
    known: Mutex<HashMap<String, (Instant, SecurityGroup)>>,
}

impl SecurityGroups {
    /// Groups of one cluster in its VPC.
    pub(crate) fn new(ec2: Arc<dyn Ec2>, vpc_id: String, cluster: String, required_tags: Tags) -> Self {
        Self {
            ec2,
            vpc_id,
            cluster,
            required_tags,
            known: Mutex::default(),
        }
    }

    /// The group of an interface that takes our rules: the only one, whatever its tags; among several, the tagged one.
    pub(crate) async fn choose(&self, interface: &Interface) -> Result<String, GroupError> {
        if let [only] = interface.security_groups.as_slice() {
            return Ok(only.clone());
        }
        let groups = self
            .get(&interface.security_groups)
            .await
            .map_err(GroupError::Describe)?;
        let mut tagged = groups
            .values()
            .filter(|group| is_eligible(&group.tags, &self.cluster, &self.required_tags));
        match (tagged.next(), tagged.count()) {
            (Some(group), 0) => Ok(group.id.clone()),
            (first, more) => Err(GroupError::Ambiguous {
                interface: interface.id.clone(),
                cluster: self.cluster.clone(),
                found: more + usize::from(first.is_some()),
            }),
        }
    }

    /// Groups by id, in at most one call; those that do not exist are left out.
    pub(crate) async fn get(&self, ids: &[String]) -> aws_api::Result<BTreeMap<String, SecurityGroup>> {
        let fresh = |id: &String| self.known.lock().get(id).is_some_and(|(at, _)| at.elapsed() < TTL);
        let missing: Vec<String> = ids.iter().filter(|id| !fresh(id)).cloned().collect();
        if !missing.is_empty() {
            for id in &missing {
                self.forget(id);
            }
            self.describe(vec![("group-id".to_owned(), missing)]).await?;
        }
        let known = self.known.lock();
        Ok(ids
            .iter()
            .filter_map(|id| Some((id.clone(), known.get(id)?.1.clone())))
            .collect())
    }

    /// Ids of the groups in the VPC that are tagged as the cluster's.
    pub(crate) async fn of_cluster(&self) -> aws_api::Result<Vec<String>> {
        let tag = format!("tag:kubernetes.io/cluster/{}", self.cluster);
        let values = vec!["owned".to_owned(), "shared".to_owned()];
        let filters = vec![("vpc-id".to_owned(), vec![self.vpc_id.clone()]), (tag, values)];
        self.describe(filters).await
    }

    /// Changes what is known of a group after its rules were changed.
    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut SecurityGroup)) {
        if let Some((_, group)) = self.known.lock().get_mut(id) {
            change(group);
        }
    }

    /// Forgets a group, so that it is read again.
    pub(crate) fn forget(&self, id: &str) {
        self.known.lock().remove(id);
    }

    async fn describe(&self, filters: aws_api::ec2::Filters) -> aws_api::Result<Vec<String>> {
        let groups = self.ec2.describe_security_groups(&[], &filters).await?;
        let ids = groups.iter().map(|group| group.id.clone()).collect();
        let at = Instant::now();
        self.known
            .lock()
            .extend(groups.into_iter().map(|group| (group.id.clone(), (at, group))));
        Ok(ids)
    }
}

fn is_eligible(tags: &Tags, cluster: &str, required: &Tags) -> bool {
    tags.contains_key(&format!("kubernetes.io/cluster/{cluster}"))
        && required.iter().all(|(key, value)| tags.get(key) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eligibility() {
        let tags = |list: &[(&str, &str)]| -> Tags {
            list.iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect()
        };
        let required = tags(&[("tier", "pods")]);
        let own = ("kubernetes.io/cluster/c1", "owned");
        assert!(is_eligible(&tags(&[own]), "c1", &Tags::new()));
        assert!(!is_eligible(&tags(&[own]), "c2", &Tags::new()));
        assert!(!is_eligible(&tags(&[own]), "c1", &required));
        assert!(is_eligible(&tags(&[own, ("tier", "pods")]), "c1", &required));
    }
}
