//! Target groups: found by resource id; replaced when type, protocol, its version or the control port differ, for AWS changes none of them.

use super::{Diff, differing};
use crate::change::Change;
use crate::defaults;
use crate::observed::{LiveTargetGroup, Role};
use crate::resolve::target_groups;
use aws_api::elbv2::{HealthCheck, Target};
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
        for desired in target_groups(self.desired) {
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

    /// Application load balancers that are targets and should not be: AWS deletes none that is a target.
    pub(super) fn unwanted_targets(&self, changes: &mut Vec<Change>) {
        for live in &self.observed.target_groups {
            let wanted = self.wanted_target(live);
            let mut unwanted: Vec<Target> = live.targets.iter().flatten().cloned().collect();
            unwanted.retain(|target| wanted != Some((target.id.as_str(), target.port)));
            if !unwanted.is_empty() {
                changes.push(Change::DeregisterTargets {
                    target_group_arn: live.group.arn.clone(),
                    targets: unwanted,
                });
            }
        }
    }

    /// The application load balancer, by ARN and port, that is to be the target of a group.
    fn wanted_target(&self, live: &LiveTargetGroup) -> Option<(&str, i32)> {
        let mut wanted = self
            .desired
            .frontend
            .iter()
            .flat_map(|frontend| &frontend.target_groups);
        let wanted = wanted.find(|wanted| {
            let kept = self.observed.target_group(&wanted.group);
            kept.is_some_and(|kept| kept.group.arn == live.group.arn)
        })?;
        let balancer = self.kept(Role::Main)?;
        Some((&balancer.load_balancer.arn, wanted.alb_port))
    }

    /// The front end's target groups get the load balancer once it and its listeners exist.
    pub(super) fn load_balancer_targets(&self, changes: &mut Vec<Change>) {
        for wanted in self
            .desired
            .frontend
            .iter()
            .flat_map(|frontend| &frontend.target_groups)
        {
            let registered = self.observed.target_group(&wanted.group).is_some_and(|live| {
                let target = self.wanted_target(live);
                let mut targets = live.targets.iter().flatten();
                target.is_some() && targets.any(|one| target == Some((one.id.as_str(), one.port)))
            });
            if !registered {
                changes.push(Change::RegisterLoadBalancer {
                    target_group: wanted.group.id.clone(),
                    port: wanted.alb_port,
                });
            }
        }
    }

    pub(super) fn orphaned_target_groups(&self, changes: &mut Vec<Change>) {
        let kept = |live: &LiveTargetGroup| {
            let mut wanted = target_groups(self.desired);
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
