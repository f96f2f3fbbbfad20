//! ModifyLoadBalancerAttributes.

use super::attributes::{self, Attribute};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [ModifyLoadBalancerAttributes](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    attributes: Vec<Attribute>,
}

/// What it answers: all attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<Attribute>,
}

/// Changes attributes of a load balancer; those that are not named stay.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, `InvalidConfigurationRequest`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let found = region.elbv2.load_balancer_mut(&input.load_balancer_arn)?;
    let catalogue = attributes::of_load_balancer(found.kind, found.scheme);
    found.attributes = catalogue.change(&found.attributes, input.attributes)?;
    Ok(Output { attributes: attributes::list(&found.attributes) })
}
