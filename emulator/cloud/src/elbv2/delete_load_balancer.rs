//! DeleteLoadBalancer.

use super::arn::Kind;
use super::load_balancer::LoadBalancer;
use super::target_group::TargetGroup;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteLoadBalancer](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a load balancer with its listeners, interfaces and associations; its target groups stay. Succeeds when there is none.
///
/// # Errors
/// `ValidationError`, `OperationNotPermitted` when deletion protection is on, `ResourceInUse` for a target of a group.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let arn = input.load_balancer_arn;
    Kind::LoadBalancer.check(&arn)?;
    let state = &mut region.elbv2;
    if state.load_balancers.get(&arn).is_some_and(LoadBalancer::is_protected) {
        let message = format!("Load balancer '{arn}' cannot be deleted because deletion protection is enabled");
        return Err(ApiError::new("OperationNotPermitted", message));
    }
    let is_target = |group: &TargetGroup| {
        group.targets_at(context.now).any(|(key, target)| key.id == arn && target.drains_until.is_none())
    };
    if state.target_groups.values().any(is_target) {
        let message = format!("Load balancer '{arn}' is currently registered as a target of a target group");
        return Err(ApiError::new("ResourceInUse", message));
    }
    if let Some(load_balancer) = state.load_balancers.remove(&arn) {
        let theirs = state.listeners.iter().filter(|(_, listener)| listener.load_balancer_arn == arn);
        let listeners: Vec<String> = theirs.map(|(arn, _)| arn.clone()).collect();
        listeners.iter().for_each(|listener| state.remove_listener(listener));
        state.forget_health_of_unused();
        region.wafv2.associations.remove(&arn);
        region.waf_regional.associations.remove(&arn);
        load_balancer.zones.iter().for_each(|zone| region.ec2.release_interface(&zone.interface_id));
    }
    Ok(Output {})
}
