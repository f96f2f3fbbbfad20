//! The managed security group: found by its resource id, never replaced, its rules fully ours.

use super::Diff;
use crate::change::Change;
use aws_api::ec2::{Peer, Permission};
use std::collections::BTreeMap;

/// What makes two rules the same to AWS; the description does not.
fn identity(rule: &Permission) -> (String, Option<i32>, Option<i32>, &Peer) {
    (
        rule.protocol.to_ascii_lowercase(),
        rule.from_port,
        rule.to_port,
        &rule.peer,
    )
}

/// The rules of `these` that are not among `those`, each once.
fn without(these: &[Permission], those: &[Permission]) -> Vec<Permission> {
    let mut rest: BTreeMap<_, _> = these.iter().map(|rule| (identity(rule), rule)).collect();
    for rule in those {
        rest.remove(&identity(rule));
    }
    rest.into_values().cloned().collect()
}

impl Diff<'_> {
    pub(super) fn security_group(&self, changes: &mut Vec<Change>) {
        let Some(desired) = &self.desired.managed_security_group else {
            return;
        };
        let live = self.observed.managed_security_group();
        match live {
            None => changes.push(Change::CreateSecurityGroup(desired.clone())),
            Some(live) => {
                let tags = crate::tags::diff(&live.tags, &desired.tags, self.external);
                if !tags.is_empty() {
                    changes.push(Change::TagSecurityGroup {
                        id: live.id.clone(),
                        tags,
                    });
                }
            }
        }
        let current = live.map(|live| live.ingress.as_slice()).unwrap_or_default();
        let missing = without(&desired.ingress, current);
        if !missing.is_empty() {
            changes.push(Change::Authorize(missing));
        }
        let extra = without(current, &desired.ingress);
        if !extra.is_empty() {
            changes.push(Change::Revoke(extra));
        }
    }

    pub(super) fn orphaned_security_groups(&self, changes: &mut Vec<Change>) {
        let kept = self
            .desired
            .managed_security_group
            .as_ref()
            .and(self.observed.managed_security_group());
        let orphans = self
            .observed
            .security_groups
            .iter()
            .filter(|group| Some(&group.id) != kept.map(|kept| &kept.id));
        changes.extend(orphans.map(|group| Change::DeleteSecurityGroup { id: group.id.clone() }));
    }
}
