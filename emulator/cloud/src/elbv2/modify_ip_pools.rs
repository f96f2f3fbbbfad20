//! ModifyIpPools.

use super::load_balancer::{IpamPools, Type};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ModifyIpPools](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyIpPools.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    ipam_pools: Option<IpamPools>,
    #[serde(default)]
    remove_ipam_pools: Vec<String>,
}

/// What it answers: the pools as they now are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ipam_pools: IpamPools,
}

/// Sets or removes the pool that the public addresses of an application load balancer come from.
///
/// # Errors
/// `ValidationError` unless the request does one of the two, or names another pool than `ipv4`; `LoadBalancerNotFound`,
/// `InvalidConfigurationRequest` for a network load balancer.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let load_balancer = region.elbv2.load_balancer_mut(&input.load_balancer_arn)?;
    if load_balancer.kind != Type::Application {
        let message = "IPAM pools are for application load balancers only";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    let set = input.ipam_pools.and_then(|pools| pools.ipv4_ipam_pool_id);
    let removes = input.remove_ipam_pools == ["ipv4"];
    load_balancer.ipv4_ipam_pool_id = match (set, removes, input.remove_ipam_pools.is_empty()) {
        (Some(pool), false, true) => Some(pool),
        (None, true, _) => None,
        _ => {
            let message = "You must specify either an IPv4 IPAM pool or its removal ('ipv4')";
            return Err(ApiError::new("ValidationError", message));
        }
    };
    let ipam_pools = IpamPools { ipv4_ipam_pool_id: load_balancer.ipv4_ipam_pool_id.clone() };
    Ok(Output { ipam_pools })
}
