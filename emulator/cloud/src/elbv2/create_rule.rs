//! CreateRule.

use super::condition::{self, ConditionDescription};
use super::load_balancer::Type;
use super::rule::{Description, Rule, check_priority};
use super::rule_action::{ActionDescription, Place};
use super::tags::Tag;
use super::transform::{self, TransformDescription};
use super::{arn, limits, tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [CreateRule](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    priority: u32,
    conditions: Vec<ConditionDescription>,
    actions: Vec<ActionDescription>,
    #[serde(default)]
    transforms: Vec<TransformDescription>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: the rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    rules: Vec<Description>,
}

/// Creates a rule of a listener of an application load balancer.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`, `UnsupportedProtocol` for a listener of a network load balancer, `PriorityInUse`,
/// `TooManyRules`, `TooManyTags`, and those of [`Place::check`], [`condition::check_all`] and [`transform::check_all`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &region.elbv2;
    let listener = state.listener(&input.listener_arn)?;
    if listener.protocol.belongs_to() != Type::Application {
        let message = "Rules can be created for listeners of application load balancers only";
        return Err(ApiError::new("UnsupportedProtocol", message));
    }
    check_priority(input.priority)?;
    let load_balancer_arn = listener.load_balancer_arn.as_str();
    let place =
        Place { load_balancer_arn, protocol: listener.protocol, replaces: None, quotas: &context.quotas };
    let wanted = Rule {
        priority: input.priority,
        conditions: condition::check_all(input.conditions, &context.quotas)?,
        actions: place.check(input.actions, &[], state)?,
        transforms: transform::check_all(input.transforms)?,
        tags: tags::parse(input.tags)?,
        listener_arn: input.listener_arn,
    };
    if state.rules_of(&wanted.listener_arn).iter().any(|(_, other)| other.priority == wanted.priority) {
        return Err(priority_in_use(wanted.priority));
    }
    limits::RULES.allow(state.rule_count(load_balancer_arn) + 1, &context.quotas)?;
    let arn = arn::rule(&wanted.listener_arn, &context.ids.hex(16));
    let description = Description::of(&arn, &wanted);
    region.elbv2.rules.insert(arn, wanted);
    Ok(Output { rules: vec![description] })
}

/// The error for a priority that another rule of the listener has.
pub(super) fn priority_in_use(priority: u32) -> ApiError {
    ApiError::new("PriorityInUse", format!("Priority '{priority}' is currently in use"))
}
