//! Target groups: found by resource id; replaced when type or protocol differ, for AWS changes neither.

use super::{Diff, differing};
use crate::change::Change;
use crate::defaults;
use crate::observed::LiveTargetGroup;
use aws_api::elbv2::HealthCheck;
use model::TargetGroup;

/// Whether the health check is not as wanted. What is not wanted explicitly may be anything.
fn drifted(current: &HealthCheck, desired: &HealthCheck) -> bool {
    (desired.path.is_some() && current.path != desired.path)
        || (desired.matcher.is_some() && current.matcher != desired.matcher)
        || HealthCheck {
            path: None,
            matcher: None,
            ..current.clone()
        } != HealthCheck {
            path: None,
            matcher: None,
            ..desired.clone()
        }
}

impl Diff<'_> {
    pub(super) fn target_groups(&self, changes: &mut Vec<Change>) {
        for desired in &self.desired.target_groups {
            match self.observed.target_group(desired) {
                Some(live) => self.modify_target_group(live, desired, changes),
                None => create_target_group(desired, changes),
            }
        }
    }

    fn modify_target_group(&self, live: &LiveTargetGroup, desired: &TargetGroup, changes: &mut Vec<Change>) {
        changes.extend(self.tags(&live.group.arn, &live.tags, &desired.tags));
        if drifted(&live.group.health_check, &desired.health_check) {
            let health_check = desired.health_check.clone();
            changes.push(Change::ModifyHealthCheck {
                target_group: desired.id.clone(),
                health_check,
            });
        }
        if let Some(attributes) = differing(live.attributes.as_ref(), &desired.attributes) {
            changes.push(Change::ModifyTargetGroupAttributes {
                target_group: desired.id.clone(),
                attributes,
            });
        }
    }

    pub(super) fn orphaned_target_groups(&self, changes: &mut Vec<Change>) {
        let kept = |live: &LiveTargetGroup| {
            let mut wanted = self.desired.target_groups.iter();
            wanted.any(|desired| {
                self.observed
                    .target_group(desired)
                    .is_some_and(|kept| kept.group.arn == live.group.arn)
            })
        };
        let orphans = self.observed.target_groups.iter().filter(|live| !kept(live));
        changes.extend(orphans.map(|live| Change::DeleteTargetGroup {
            arn: live.group.arn.clone(),
        }));
    }
}

fn create_target_group(desired: &TargetGroup, changes: &mut Vec<Change>) {
    changes.push(Change::CreateTargetGroup(desired.clone()));
    let fresh = defaults::target_group_attributes(&desired.protocol, &desired.target_type);
    if let Some(attributes) = differing(Some(&fresh), &desired.attributes) {
        changes.push(Change::ModifyTargetGroupAttributes {
            target_group: desired.id.clone(),
            attributes,
        });
    }
}
