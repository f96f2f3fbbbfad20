//! DescribeRules.

use super::arn::{self, Kind};
use super::listener::Listener;
use super::request::Page;
use super::rule::{Description, Rule};
use super::state::State;
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
    rules: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the rules of a listener by priority, the default one last, or those that are named.
///
/// # Errors
/// `ValidationError` unless the request says which of the two, `ListenerNotFound`, `RuleNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let Input { listener_arn, rule_arns, marker, page_size } = input;
    let state = &region.elbv2;
    let page = Page { marker, page_size };
    let found: Vec<Found<'_>> = match (&listener_arn, rule_arns.is_empty()) {
        (Some(listener_arn), true) => of_listener(listener_arn, state)?,
        (None, false) => rule_arns.iter().map(|arn| named(arn, state)).collect::<Result<_, _>>()?,
        _ => {
            let message = "You must specify either listener rule ARNs or a listener ARN";
            return Err(ApiError::new("ValidationError", message));
        }
    };
    let (found, next_marker) = page.of(found, |found| &found.key)?;
    Ok(Output { rules: found.into_iter().map(|found| found.describe()).collect(), next_marker })
}

/// A rule, and where in the list it is.
struct Found<'a> {
    key: String,
    arn: &'a str,
    rule: Either<'a>,
}

enum Either<'a> {
    Rule(&'a Rule),
    Default(&'a Listener),
}

impl Found<'_> {
    fn describe(&self) -> Description {
        match self.rule {
            Either::Rule(rule) => Description::of(self.arn, rule),
            Either::Default(listener) => Description::of_default(self.arn, listener),
        }
    }
}

fn of_listener<'a>(arn: &'a str, state: &'a State) -> Result<Vec<Found<'a>>, ApiError> {
    let listener = state.listener(arn)?;
    // Priorities have up to five digits; the default rule comes after them.
    let by_priority = |(arn, rule): (&'a str, &'a Rule)| Found {
        key: format!("{:05}", rule.priority),
        arn,
        rule: Either::Rule(rule),
    };
    let default = Found { key: "default".to_owned(), arn, rule: Either::Default(listener) };
    Ok(state.rules_of(arn).into_iter().map(by_priority).chain([default]).collect())
}

fn named<'a>(arn: &'a str, state: &'a State) -> Result<Found<'a>, ApiError> {
    Kind::Rule.check(arn)?;
    if let Some(rule) = state.rules.get(arn) {
        return Ok(Found { key: arn.to_owned(), arn, rule: Either::Rule(rule) });
    }
    let default = arn::listener_of_default_rule(arn).and_then(|listener| state.listeners.get_key_value(&listener));
    let (listener_arn, listener) = default.ok_or_else(|| Kind::Rule.not_found())?;
    Ok(Found { key: arn.to_owned(), arn: listener_arn, rule: Either::Default(listener) })
}
