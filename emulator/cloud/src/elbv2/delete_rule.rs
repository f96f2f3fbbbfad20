//! DeleteRule.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteRule](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    rule_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a rule; its target groups stay.
///
/// # Errors
/// `ValidationError`, `RuleNotFound`, `OperationNotPermitted` for a default rule.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    region.elbv2.rule(&input.rule_arn)?;
    region.elbv2.rules.remove(&input.rule_arn);
    region.elbv2.forget_health_of_unused();
    Ok(Output {})
}
