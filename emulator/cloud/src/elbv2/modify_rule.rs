//! ModifyRule.

use super::condition::{self, ConditionDescription};
use super::rule::{Description, Rule};
use super::rule_action::{ActionDescription, Place};
use super::transform::{self, TransformDescription};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ModifyRule](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    rule_arn: String,
    #[serde(default)]
    conditions: Vec<ConditionDescription>,
    #[serde(default)]
    actions: Vec<ActionDescription>,
    #[serde(default)]
    transforms: Vec<TransformDescription>,
    #[serde(default)]
    reset_transforms: bool,
}

/// What it answers: the rule as it now is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    rules: Vec<Description>,
}

/// Replaces the conditions, the actions or the transforms of a rule; a list that is not named stays, one that is named replaces the
/// whole.
///
/// # Errors
/// `ValidationError`, also when transforms are both given and reset; `RuleNotFound`, `OperationNotPermitted` for a default rule, and
/// those of [`Place::check`], [`condition::check_all`] and [`transform::check_all`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let arn = input.rule_arn.clone();
    let wanted = plan(region, input, context)?;
    let description = Description::of(&arn, &wanted);
    region.elbv2.rules.insert(arn, wanted);
    region.elbv2.forget_health_of_unused();
    Ok(Output { rules: vec![description] })
}

/// The rule as a request wishes it.
fn plan(region: &Region, input: Input, context: &Context) -> Result<Rule, ApiError> {
    let state = &region.elbv2;
    let mut wanted = state.rule(&input.rule_arn)?.clone();
    if input.reset_transforms && !input.transforms.is_empty() {
        let message = "Transforms and ResetTransforms cannot be specified at the same time";
        return Err(ApiError::new("ValidationError", message));
    }
    if !input.conditions.is_empty() {
        wanted.conditions = condition::check_all(input.conditions, &context.quotas)?;
    }
    if !input.actions.is_empty() {
        let listener = state.listener(&wanted.listener_arn)?;
        let place = Place {
            load_balancer_arn: &listener.load_balancer_arn,
            protocol: listener.protocol,
            replaces: Some(&input.rule_arn),
            quotas: &context.quotas,
        };
        wanted.actions = place.check(input.actions, &wanted.actions, state)?;
    }
    if input.reset_transforms || !input.transforms.is_empty() {
        wanted.transforms = transform::check_all(input.transforms)?;
    }
    Ok(wanted)
}
