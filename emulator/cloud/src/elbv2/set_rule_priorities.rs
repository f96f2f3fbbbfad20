//! SetRulePriorities.

use super::create_rule::priority_in_use;
use super::rule::{Description, check_priority};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What [SetRulePriorities](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    rule_priorities: Vec<RulePriority>,
}

/// A rule and its new priority.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RulePriority {
    rule_arn: String,
    priority: u32,
}

/// What it answers: the rules that were named, as they now are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    rules: Vec<Description>,
}

/// Gives rules of one listener new priorities, all at once: what counts is that no two rules have one priority in the end, so that rules
/// can swap theirs in one call.
///
/// # Errors
/// `ValidationError` without rules, for a rule named twice, rules of several listeners or a priority out of range; `RuleNotFound`,
/// `OperationNotPermitted` for a default rule, `PriorityInUse`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.elbv2;
    let mut wanted: BTreeMap<String, u32> = BTreeMap::new();
    let mut listeners: BTreeSet<String> = BTreeSet::new();
    for RulePriority { rule_arn, priority } in input.rule_priorities {
        listeners.insert(state.rule(&rule_arn)?.listener_arn.clone());
        check_priority(priority)?;
        if wanted.contains_key(&rule_arn) {
            let message = format!("The rule '{rule_arn}' cannot be specified more than once");
            return Err(ApiError::new("ValidationError", message));
        }
        wanted.insert(rule_arn, priority);
    }
    let mut listeners = listeners.into_iter();
    let (Some(listener), None) = (listeners.next(), listeners.next()) else {
        return Err(ApiError::new("ValidationError", "You must specify rules of one listener"));
    };
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    for (arn, rule) in state.rules_of(&listener) {
        let priority = wanted.get(arn).copied().unwrap_or(rule.priority);
        if !taken.insert(priority) {
            return Err(priority_in_use(priority));
        }
    }
    let mut rules = Vec::new();
    for (arn, priority) in wanted {
        if let Some(rule) = state.rules.get_mut(&arn) {
            rule.priority = priority;
            rules.push(Description::of(&arn, rule));
        }
    }
    Ok(Output { rules })
}
