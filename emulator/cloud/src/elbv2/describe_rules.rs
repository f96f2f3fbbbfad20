//! DescribeRules.

use super::arn::{self, Kind};
use super::listener::Action;
use super::request::Page;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeRules](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: Option<String>,
    #[serde(default)]
    rule_arns: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// The default rule of a listener: the only one on a network load balancer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    rule_arn: String,
    priority: &'static str,
    actions: Vec<Action>,
    is_default: bool,
}

/// Describes the rules of a listener, or those that are named.
///
/// # Errors
/// `ValidationError` unless the request says which of the two, `ListenerNotFound`, `RuleNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let Input { listener_arn, rule_arns, marker, page_size } = input;
    let state = &region.elbv2;
    let rules = state.listeners.iter().map(|(arn, listener)| (arn, arn::default_rule(arn), listener));
    let found: Vec<_> = match (&listener_arn, rule_arns.is_empty()) {
        (Some(listener_arn), true) => {
            state.listener(listener_arn)?;
            rules.filter(|(arn, ..)| *arn == listener_arn).collect()
        }
        (None, false) => {
            rule_arns.iter().try_for_each(|arn| Kind::Rule.check(arn))?;
            let found: Vec<_> = rules.filter(|(_, rule_arn, _)| rule_arns.contains(rule_arn)).collect();
            if found.len() < rule_arns.len() {
                return Err(Kind::Rule.not_found());
            }
            found
        }
        _ => {
            let message = "You must specify either listener rule ARNs or a listener ARN";
            return Err(ApiError::new("ValidationError", message));
        }
    };
    let (found, next_marker) = Page { marker, page_size }.of(found, |(_, rule_arn, _)| rule_arn)?;
    let describe = |(_, rule_arn, listener): (_, _, &super::listener::Listener)| {
        let actions = vec![listener.action.clone()];
        Rule { rule_arn, priority: "default", actions, is_default: true }
    };
    Ok(Output { rules: found.into_iter().map(describe).collect(), next_marker })
}
