//! Rules of listeners of application load balancers.

use super::arn;
use super::condition::{Condition, ConditionDescription};
use super::listener::Listener;
use super::rule_action::{Action, ActionDescription, ForwardTarget, targets};
use super::transform::{Transform, TransformDescription};
use crate::{ApiError, Tags};
use serde::Serialize;

/// The highest priority number, which is applied last.
pub const LAST_PRIORITY: u32 = 50_000;

/// A rule: when its conditions hold, and those of no rule with a lower number, its actions apply.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its listener.
    pub listener_arn: String,
    /// 1 to 50000, unique on the listener; the lowest comes first.
    pub priority: u32,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What happens, in order.
    pub actions: Vec<Action>,
    /// How the request is changed before it is forwarded.
    pub transforms: Vec<Transform>,
    /// Tags.
    pub tags: Tags,
}

impl Rule {
    /// Where it forwards to.
    pub fn targets(&self) -> &[ForwardTarget] {
        targets(&self.actions)
    }
}

/// Checks a priority.
///
/// # Errors
/// `ValidationError` when it is out of range.
pub fn check_priority(priority: u32) -> Result<(), ApiError> {
    if (1..=LAST_PRIORITY).contains(&priority) {
        return Ok(());
    }
    let message = format!("The rule priority '{priority}' must be from 1 to {LAST_PRIORITY}");
    Err(ApiError::new("ValidationError", message))
}

/// A rule as DescribeRules shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    /// ARN.
    pub rule_arn: String,
    priority: String,
    conditions: Vec<ConditionDescription>,
    actions: Vec<ActionDescription>,
    is_default: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transforms: Vec<TransformDescription>,
}

impl Description {
    /// Describes a rule.
    pub fn of(arn: &str, rule: &Rule) -> Self {
        Self {
            rule_arn: arn.to_owned(),
            priority: rule.priority.to_string(),
            conditions: rule.conditions.iter().map(ConditionDescription::of).collect(),
            actions: rule.actions.iter().map(ActionDescription::of).collect(),
            is_default: false,
            transforms: rule.transforms.iter().map(TransformDescription::of).collect(),
        }
    }

    /// Describes the default rule of a listener.
    pub fn of_default(listener_arn: &str, listener: &Listener) -> Self {
        Self {
            rule_arn: arn::default_rule(listener_arn),
            priority: "default".to_owned(),
            conditions: Vec::new(),
            actions: listener.actions.iter().map(ActionDescription::of).collect(),
            is_default: true,
            transforms: Vec::new(),
        }
    }
}
