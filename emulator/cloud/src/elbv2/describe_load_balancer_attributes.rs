//! DescribeLoadBalancerAttributes.

use super::attributes::{self, Attribute};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [DescribeLoadBalancerAttributes](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancerAttributes.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
}

/// What it answers: all attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<Attribute>,
}

/// Lists the attributes of a load balancer.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let found = region.elbv2.load_balancer(&input.load_balancer_arn)?;
    Ok(Output { attributes: attributes::list(&found.attributes) })
}
