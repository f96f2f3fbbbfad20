//! DescribeListeners.

use super::arn::Kind;
use super::listener::Description;
use super::request::Page;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeListeners](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: Option<String>,
    #[serde(default)]
    listener_arns: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of listeners.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    listeners: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the listeners of a load balancer, or those that are named.
///
/// # Errors
/// `ValidationError` unless the request says which of the two, `LoadBalancerNotFound`, `ListenerNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let Input { load_balancer_arn, listener_arns, marker, page_size } = input;
    let state = &region.elbv2;
    let found = match (load_balancer_arn, listener_arns.is_empty()) {
        (Some(load_balancer_arn), true) => {
            state.load_balancer(&load_balancer_arn)?;
            let theirs = state.listeners.iter().filter(|(_, found)| found.load_balancer_arn == load_balancer_arn);
            theirs.collect()
        }
        (None, false) => {
            listener_arns.iter().try_for_each(|arn| Kind::Listener.check(arn))?;
            let found = listener_arns.iter().map(|arn| state.listeners.get_key_value(arn));
            found.collect::<Option<Vec<_>>>().ok_or_else(|| Kind::Listener.not_found())?
        }
        _ => {
            let message = "You must specify either listener ARNs or a load balancer ARN";
            return Err(ApiError::new("ValidationError", message));
        }
    };
    let (found, next_marker) = Page { marker, page_size }.of(found, |(arn, _)| arn)?;
    let listeners = found.into_iter().map(|(arn, listener)| Description::of(arn, listener)).collect();
    Ok(Output { listeners, next_marker })
}
