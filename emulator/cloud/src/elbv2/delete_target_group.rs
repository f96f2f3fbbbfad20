//! DeleteTargetGroup.

use super::arn::Kind;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteTargetGroup](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a target group with its registrations. Succeeds when there is none.
///
/// # Errors
/// `ValidationError`, `ResourceInUse` while a listener forwards to it.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let arn = input.target_group_arn;
    Kind::TargetGroup.check(&arn)?;
    if !region.elbv2.load_balancers_of(&arn).is_empty() {
        let message = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(ApiError::new("ResourceInUse", message));
    }
    region.elbv2.target_groups.remove(&arn);
    Ok(Output {})
}
