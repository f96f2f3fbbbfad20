//! SetSecurityGroups.

use super::load_balancer::{Switch, Type};
use super::placement;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [SetSecurityGroups](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    #[serde(default)]
    security_groups: Vec<String>,
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<Switch>,
}

/// What it answers: the groups as they now are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    security_group_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<Switch>,
}

/// Replaces the security groups of a load balancer, on its interfaces too.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, `InvalidSecurityGroup`, `InvalidConfigurationRequest` for a network load balancer that
/// was made without security groups, or when none would be left.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let load_balancer = region.elbv2.load_balancer_mut(&input.load_balancer_arn)?;
    let never_had_any = load_balancer.kind == Type::Network && load_balancer.security_groups.is_empty();
    if never_had_any || input.security_groups.is_empty() {
        let message = "Security groups can be replaced, but neither be given to a Network Load Balancer that was created without \
                       nor all be taken from a load balancer";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    placement::check_security_groups(&input.security_groups, &load_balancer.vpc_id, &region.ec2)?;
    for zone in &load_balancer.zones {
        if let Some(interface) = region.ec2.interfaces.get_mut(&zone.interface_id) {
            interface.security_groups.clone_from(&input.security_groups);
        }
    }
    load_balancer.security_groups.clone_from(&input.security_groups);
    if load_balancer.kind == Type::Application {
        return Ok(Output {
            security_group_ids: input.security_groups,
            enforce_security_group_inbound_rules_on_private_link_traffic: None,
        });
    }
    let switch = input.enforce_security_group_inbound_rules_on_private_link_traffic;
    load_balancer.private_link_rules = switch.or(load_balancer.private_link_rules);
    Ok(Output {
        security_group_ids: input.security_groups,
        enforce_security_group_inbound_rules_on_private_link_traffic: load_balancer.private_link_rules,
    })
}
