//! SetSubnets.

use super::arn;
use super::load_balancer::{self, IpAddressType, Switch, ZoneDescription};
use super::placement::{Placement, SubnetMapping};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [SetSubnets](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    #[serde(default)]
    subnets: Vec<String>,
    #[serde(default)]
    subnet_mappings: Vec<SubnetMapping>,
    ip_address_type: Option<IpAddressType>,
}

/// What it answers: the zones as they now are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    availability_zones: Vec<ZoneDescription>,
    ip_address_type: IpAddressType,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_prefix_for_ipv6_source_nat: Option<Switch>,
}

/// Replaces the subnets of a load balancer. In subnets that it keeps, its interfaces stay.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, and those of [`Placement`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let Input { load_balancer_arn, subnets, subnet_mappings, ip_address_type } = input;
    let load_balancer = region.elbv2.load_balancer_mut(&load_balancer_arn)?;
    let ip_address_type = ip_address_type.unwrap_or(load_balancer.ip_address_type);
    let placement =
        Placement::check(subnets, subnet_mappings, load_balancer.kind, load_balancer.scheme, ip_address_type, &region.ec2)?;
    if placement.vpc_id != load_balancer.vpc_id {
        let message = format!("The subnets must belong to the load balancer's VPC {}", load_balancer.vpc_id);
        return Err(ApiError::new("InvalidSubnet", message));
    }
    let interfaces = format!("ELB {}", arn::full_name(&load_balancer_arn));
    placement.settle(load_balancer, &interfaces, &mut region.ec2, &mut context.ids)?;
    load_balancer.ip_address_type = ip_address_type;
    Ok(Output {
        availability_zones: load_balancer::zones(load_balancer, &region.ec2),
        ip_address_type,
        enable_prefix_for_ipv6_source_nat: load_balancer.source_nat(),
    })
}
