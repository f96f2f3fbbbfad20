//! What AWS taught about groups by refusing parts of them.

use converge::{Change, ListenerChange, LoadBalancerChange, Role};
use model::GroupId;
use parking_lot::Mutex;
use plan::ingress::{Lessons, Part};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Lessons by group.
pub(crate) struct Taught {
    /// How long they are believed: quotas are raised, and what was missing is made.
    lifetime: Duration,
    groups: Mutex<BTreeMap<GroupId, (Instant, Lessons)>>,
}

impl Taught {
    /// Nothing was learned yet.
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            groups: Mutex::default(),
        }
    }

    /// What was learned of a group of late.
    pub(crate) fn of(&self, group: &GroupId, now: Instant) -> Lessons {
        let mut groups = self.groups.lock();
        groups.retain(|_, (since, _)| now.saturating_duration_since(*since) < self.lifetime);
        groups
            .get(group)
            .map(|(_, lessons)| lessons.clone())
            .unwrap_or_default()
    }

    /// Adds to what was learned of a group. Whether `learn` says that it is new.
    pub(crate) fn teach(&self, group: &GroupId, now: Instant, learn: impl FnOnce(&mut Lessons) -> bool) -> bool {
        let mut groups = self.groups.lock();
        let (_, lessons) = groups.entry(group.clone()).or_insert_with(|| (now, Lessons::default()));
        learn(lessons)
    }
}

/// The part of the stack that a change is about, if members ask for it.
pub(crate) fn part(change: &Change) -> Option<Part<'_>> {
    match change {
        Change::CreateListener(Role::Main, listener) => Some(Part::Listener(listener)),
        Change::Listener {
            role: Role::Main,
            port,
            change,
        } => match change {
            ListenerChange::Modify(listener) => Some(Part::Listener(listener)),
            ListenerChange::AddCertificates(certificates) => Some(Part::Certificates(certificates)),
            ListenerChange::CreateRule(rule) | ListenerChange::ModifyRule { rule, .. } => {
                Some(Part::Rule(*port, &rule.spec))
            }
            _ => None,
        },
        Change::LoadBalancer(Role::Main, LoadBalancerChange::ModifyAttributes(attributes)) => {
            Some(Part::Attributes(attributes))
        }
        Change::CreateTargetGroup(group) => Some(Part::TargetGroup(&group.id)),
        Change::ModifyHealthCheck { target_group, .. } | Change::ModifyTargetGroupAttributes { target_group, .. } => {
            Some(Part::TargetGroup(target_group))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn believed_for_its_lifetime() {
        let (taught, now) = (Taught::new(Duration::from_secs(60)), Instant::now());
        let (group, other) = (GroupId::from("web"), GroupId::from("other"));
        let learn = |lessons: &mut Lessons| lessons.most_rules.replace(100) != Some(100);
        assert!(taught.teach(&group, now, learn), "new");
        assert!(!taught.teach(&group, now, learn), "known");
        assert_eq!(taught.of(&group, now).most_rules, Some(100));
        assert_eq!(taught.of(&other, now).most_rules, None);
        assert_eq!(taught.of(&group, now + Duration::from_secs(60)).most_rules, None);
    }
}
