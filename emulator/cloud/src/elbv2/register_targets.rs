//! RegisterTargets.

use super::limits;
use super::target_description::TargetDescription;
use super::target_group::{Target, TargetKey};
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
/// `TargetGroupNotFound`, `TooManyTargets`, and those of [`TargetDescription::zone`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let group = region.elbv2.target_group_mut(&input.target_group_arn)?;
    let mut wanted: Vec<(TargetKey, Target)> = Vec::new();
    for description in input.targets {
        let zone = description.zone(group, &region.ec2)?;
        let target = Target { zone, registered: context.now, drains_until: None, observed: None };
        wanted.push((description.key(group), target));
    }
    let present = |key: &TargetKey| group.targets.get(key).is_some_and(|target| !target.is_gone(context.now));
    let fresh: BTreeSet<&TargetKey> = wanted.iter().map(|(key, _)| key).filter(|key| !present(key)).collect();
    limits::TARGETS.allow(group.targets_at(context.now).count() + fresh.len())?;
    group.forget_gone(context.now);
    wanted.retain(|(key, _)| group.targets.get(key).is_none_or(|target| target.drains_until.is_some()));
    group.targets.extend(wanted);
    Ok(Output {})
}
