//! Puts the rules that all bindings need into security groups.
//!
//! Bindings state what they need; passes over the groups run one at a time and each takes in all that was stated
//! before it began. So many bindings that arrive at once cost a few calls, not a few each.

use crate::networking::{self, Permissions, RuleChanges};
use crate::security_groups::SecurityGroups;
use aws_api::ec2::{Ec2, Permission};
use aws_api::{AwsError, ErrorClass};
use parking_lot::Mutex;
use runtime::Key;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rules of one binding by security group.
pub(crate) type GroupRules = BTreeMap<String, Permissions>;

/// What went wrong in a pass; the other groups were served.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum RulesError {
    #[error("cannot describe security groups")]
    Describe(#[source] AwsError),
    #[error("cannot change the rules of security group {group}")]
    Change { group: String, source: AwsError },
}

/// The rules of the cluster's bindings.
pub(crate) struct Rules {
    ec2: Arc<dyn Ec2>,
    groups: Arc<SecurityGroups>,
    restricted: bool,
    wanted: Mutex<Wanted>,
    pass: tokio::sync::Mutex<Pass>,
}

#[derive(Default)]
struct Wanted {
    /// Counts statements.
    version: u64,
    by_binding: BTreeMap<Key, GroupRules>,
}

/// What passes leave behind for the next.
#[derive(Default)]
struct Pass {
    /// The last statement that was taken in.
    done: u64,
    outcome: Option<RulesError>,
    /// Groups that may hold rules of ours.
    seen: BTreeSet<String>,
    /// Whether the groups that are tagged as the cluster's have been added to `seen`.
    searched: bool,
}

impl Rules {
    /// No binding has stated anything yet. `restricted`: see [`networking::aggregate`].
    pub(crate) fn new(ec2: Arc<dyn Ec2>, groups: Arc<SecurityGroups>, restricted: bool) -> Self {
        Self {
            ec2,
            groups,
            restricted,
            wanted: Mutex::default(),
            pass: tokio::sync::Mutex::default(),
        }
    }

    /// States what a binding needs (None: nothing any more) and returns when it is in effect.
    /// `bindings` are all that have networking rules: unless each has stated its own, nothing is revoked.
    pub(crate) async fn state(
        &self,
        binding: &Key,
        rules: Option<GroupRules>,
        bindings: impl Fn() -> Vec<Key>,
    ) -> Result<(), RulesError> {
        let version = {
            let mut wanted = self.wanted.lock();
            match rules {
                Some(rules) => drop(wanted.by_binding.insert(binding.clone(), rules)),
                None => drop(wanted.by_binding.remove(binding)),
            }
            wanted.version += 1;
            wanted.version
        };
        let mut pass = self.pass.lock().await;
        if pass.done < version {
            let (now, by_binding) = {
                let wanted = self.wanted.lock();
                (wanted.version, wanted.by_binding.clone())
            };
            let complete = bindings().iter().all(|key| by_binding.contains_key(key));
            pass.outcome = self.run(&mut pass, &by_binding, complete).await.err();
            pass.done = now;
        }
        pass.outcome.clone().map_or(Ok(()), Err)
    }

    /// Takes note of what a binding needs that has it in effect already, unless it has stated it. The next pass takes it in.
    pub(crate) fn note(&self, binding: &Key, rules: GroupRules) {
        self.wanted.lock().by_binding.entry(binding.clone()).or_insert(rules);
    }

    /// Whether it is known what a binding needs.
    pub(crate) fn knows(&self, binding: &Key) -> bool {
        self.wanted.lock().by_binding.contains_key(binding)
    }

    async fn run(
        &self,
        pass: &mut Pass,
        by_binding: &BTreeMap<Key, GroupRules>,
        complete: bool,
    ) -> Result<(), RulesError> {
        let mut wanted = self.by_group(by_binding);
        pass.seen.extend(wanted.keys().cloned());
        if complete {
            if !pass.searched {
                pass.seen
                    .extend(self.groups.of_cluster().await.map_err(RulesError::Describe)?);
                pass.searched = true;
            }
            for group in &pass.seen {
                wanted.entry(group.clone()).or_default();
            }
        }
        let ids: Vec<String> = wanted.keys().cloned().collect();
        let existing = self.groups.get(&ids).await.map_err(RulesError::Describe)?;
        let mut first_error = None;
        for (id, permissions) in wanted {
            let Some(group) = existing.get(&id) else {
                pass.seen.remove(&id);
                continue;
            };
            if let Err(source) = self.converge(&id, &group.ingress, &permissions, complete).await {
                tracing::warn!(group = id, error = %source, "security group not updated");
                first_error.get_or_insert(RulesError::Change { group: id, source });
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    fn by_group(&self, by_binding: &BTreeMap<Key, GroupRules>) -> GroupRules {
        let groups: BTreeSet<&String> = by_binding.values().flat_map(BTreeMap::keys).collect();
        groups
            .into_iter()
            .map(|group| {
                let all = by_binding.values().filter_map(|rules| rules.get(group));
                (group.clone(), networking::aggregate(all, self.restricted))
            })
            .collect()
    }

    /// Changes one group; once more with what the group really holds when EC2 says that we were mistaken.
    async fn converge(
        &self,
        id: &str,
        actual: &[Permission],
        wanted: &Permissions,
        complete: bool,
    ) -> aws_api::Result<()> {
        let error = match self.change(id, networking::diff(wanted, actual, complete), false).await {
            Err(error) if is_mistaken(&error) => error,
            outcome => return outcome,
        };
        self.groups.forget(id);
        let Some(group) = self.groups.get(&[id.to_owned()]).await?.remove(id) else {
            return Ok(());
        };
        let full = error.class() == ErrorClass::Limit;
        self.change(id, networking::diff(wanted, &group.ingress, complete), full)
            .await
    }

    /// Adds before it removes, so that no flow is cut between; the other way round when the group is full.
    async fn change(&self, id: &str, changes: RuleChanges, full: bool) -> aws_api::Result<()> {
        if full {
            self.revoke(id, &changes.revoke).await?;
            return self.authorize(id, &changes.authorize).await;
        }
        self.authorize(id, &changes.authorize).await?;
        self.revoke(id, &changes.revoke).await
    }

    async fn authorize(&self, id: &str, permissions: &[Permission]) -> aws_api::Result<()> {
        if !permissions.is_empty() {
            self.ec2.authorize_ingress(id, permissions).await?;
            self.groups
                .update(id, |group| group.ingress.extend_from_slice(permissions));
        }
        Ok(())
    }

    async fn revoke(&self, id: &str, permissions: &[Permission]) -> aws_api::Result<()> {
        if !permissions.is_empty() {
            self.ec2.revoke_ingress(id, permissions).await?;
            let gone = |rule: &Permission| permissions.iter().any(|other| networking::same_rule(rule, other));
            self.groups.update(id, |group| group.ingress.retain(|rule| !gone(rule)));
        }
        Ok(())
    }
}

fn is_mistaken(error: &AwsError) -> bool {
    let codes = [
        "InvalidPermission.Duplicate",
        "InvalidPermission.NotFound",
        "RulesPerSecurityGroupLimitExceeded",
    ];
    codes.contains(&error.code.as_str())
}
