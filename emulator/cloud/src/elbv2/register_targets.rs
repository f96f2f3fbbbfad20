//! RegisterTargets.

use super::load_balancer::Type;
use super::state::State;
use super::target_description::TargetDescription;
use super::target_group::{Target, TargetGroup, TargetKey, TargetType};
use super::{arn, limits};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What [RegisterTargets](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    targets: Vec<TargetDescription>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Registers targets, all or none. Those that are registered stay as they are; those that drain begin anew.
///
/// # Errors
/// `TargetGroupNotFound`, `TooManyTargets`, `InvalidTarget` for a second function or load balancer, and those of
/// [`TargetDescription::zone`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let Region { elbv2, ec2, .. } = region;
    let arn = input.target_group_arn;
    let group = elbv2.target_group(&arn)?;
    let mut wanted: Vec<(TargetKey, Target)> = Vec::new();
    for description in input.targets {
        let zone = description.zone(group, elbv2, ec2)?;
        let target = Target { zone, registered: context.now, drains_until: None, observed: None };
        wanted.push((description.key(group), target));
    }
    let present = |key: &TargetKey| group.targets.get(key).is_some_and(|target| !target.is_gone(context.now));
    let fresh: BTreeSet<&TargetKey> = wanted.iter().map(|(key, _)| key).filter(|key| !present(key)).collect();
    check_count(&arn, group, fresh.len(), elbv2, context)?;
    let group = elbv2.target_group_mut(&arn)?;
    group.forget_gone(context.now);
    wanted.retain(|(key, _)| group.targets.get(key).is_none_or(|target| target.drains_until.is_some()));
    group.targets.extend(wanted);
    Ok(Output {})
}

/// That a group, and an application load balancer in front of it, would not have too many targets.
fn check_count(arn: &str, group: &TargetGroup, fresh: usize, elbv2: &State, context: &Context) -> Result<(), ApiError> {
    let count = |group: &TargetGroup| group.targets_at(context.now).count();
    let single = matches!(group.target_type, TargetType::Lambda | TargetType::Alb);
    let registered = group.targets_at(context.now).filter(|(_, target)| target.drains_until.is_none()).count();
    if single && registered + fresh > 1 {
        let message = "A target group of type lambda or alb can have one target";
        return Err(ApiError::new("InvalidTarget", message));
    }
    limits::TARGETS.allow(count(group) + fresh, &context.quotas)?;
    for load_balancer in elbv2.load_balancers_of(arn) {
        if arn::type_of(load_balancer) == Some(Type::Application) {
            let groups = elbv2.target_groups_of(load_balancer, None);
            let targets: usize = groups.iter().filter_map(|arn| elbv2.target_groups.get(*arn)).map(count).sum();
            limits::TARGETS_OF_APPLICATION.allow(targets + fresh, &context.quotas)?;
        }
    }
    Ok(())
}
