//! DeregisterTargets.

use super::target_description::TargetDescription;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeregisterTargets](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    targets: Vec<TargetDescription>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deregisters targets. They drain for the group's deregistration delay; where nothing routes to the group, they are gone at once.
/// Targets that are not registered, or drain already, are left as they are.
///
/// # Errors
/// `ValidationError`, `TargetGroupNotFound`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.elbv2;
    let in_use = !state.load_balancers_of(&input.target_group_arn).is_empty();
    let group = state.target_group_mut(&input.target_group_arn)?;
    let delay = if in_use { group.deregistration_delay() } else { 0 };
    for description in input.targets {
        let key = description.key(group);
        if let Some(target) = group.targets.get_mut(&key) {
            target.drains_until.get_or_insert(context.now.after(delay));
        }
    }
    group.forget_gone(context.now);
    Ok(Output {})
}
