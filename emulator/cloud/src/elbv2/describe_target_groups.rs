//! DescribeTargetGroups.

use super::arn::Kind;
use super::request::{Page, Selection};
use super::target_group::Description;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What [DescribeTargetGroups](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: Option<String>,
    #[serde(default)]
    target_group_arns: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of target groups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    target_groups: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the target groups that are named, those of a load balancer, or all.
///
/// # Errors
/// `ValidationError`, `TargetGroupNotFound`, `LoadBalancerNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let Input { load_balancer_arn, target_group_arns, names, marker, page_size } = input;
    let state = &region.elbv2;
    let selection = Selection { arns: target_group_arns, names };
    let mut found = selection.of(Kind::TargetGroup, state.target_groups.iter(), |found| &found.name)?;
    let routes = state.routes();
    if let Some(load_balancer_arn) = &load_balancer_arn {
        state.load_balancer(load_balancer_arn)?;
        let theirs = |arn: &str| routes.get(arn).is_some_and(|all| all.contains(load_balancer_arn.as_str()));
        found.retain(|(arn, _)| theirs(arn));
    }
    let (found, next_marker) = Page { marker, page_size }.of(found, |(arn, _)| arn)?;
    let nowhere = BTreeSet::new();
    let used = |arn: &String| routes.get(arn.as_str()).unwrap_or(&nowhere);
    let target_groups = found.into_iter().map(|(arn, group)| Description::of(arn, group, used(arn))).collect();
    Ok(Output { target_groups, next_marker })
}
