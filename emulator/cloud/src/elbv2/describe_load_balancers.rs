//! DescribeLoadBalancers.

use super::arn::Kind;
use super::load_balancer::Description;
use super::request::{self, Page, Selection};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeLoadBalancers](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    load_balancer_arns: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of load balancers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    load_balancers: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the load balancers that are named, or all.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let Input { load_balancer_arns, names, marker, page_size } = input;
    request::check_count("load balancers", load_balancer_arns.len().max(names.len()))?;
    let selection = Selection { arns: load_balancer_arns, names };
    let found = selection.of(Kind::LoadBalancer, region.elbv2.load_balancers.iter(), |found| &found.name)?;
    let (found, next_marker) = Page { marker, page_size }.of(found, |(arn, _)| arn)?;
    let describe = |(arn, found): (&String, _)| Description::of(arn, found, &region.ec2, &context.region, context.now);
    let load_balancers = found.into_iter().map(describe).collect();
    Ok(Output { load_balancers, next_marker })
}
