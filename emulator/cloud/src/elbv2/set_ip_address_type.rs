//! SetIpAddressType.

use super::load_balancer::IpAddressType;
use super::placement::Placement;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [SetIpAddressType](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    ip_address_type: IpAddressType,
}

/// What it answers: the type as it now is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ip_address_type: IpAddressType,
}

/// Changes the address families of a load balancer, as far as its subnets have them.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, `InvalidSubnet`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let load_balancer = region.elbv2.load_balancer_mut(&input.load_balancer_arn)?;
    let subnets = load_balancer.zones.iter().map(|zone| zone.subnet_id.clone()).collect();
    Placement::check(subnets, Vec::new(), load_balancer.kind, load_balancer.scheme, input.ip_address_type, &region.ec2)?;
    load_balancer.ip_address_type = input.ip_address_type;
    Ok(Output { ip_address_type: load_balancer.ip_address_type })
}
