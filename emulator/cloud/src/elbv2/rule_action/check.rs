//! Checks of lists of actions: what may follow what, on which listeners, and to which target groups.

use super::{Action, ActionDescription, AuthenticateOidc, Step};
use crate::ApiError;
use crate::elbv2::limits::{self, Quotas};
use crate::elbv2::load_balancer::Type;
use crate::elbv2::state::State;
use crate::elbv2::target_group::{Protocol, ProtocolVersion, TargetType};

/// Where a list of actions is to stand.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The load balancer.
    pub load_balancer_arn: &'a str,
    /// Protocol of the listener.
    pub protocol: Protocol,
    /// ARN of the listener or rule whose actions they replace.
    pub replaces: Option<&'a str>,
    /// Quotas of the world.
    pub quotas: &'a Quotas,
}

impl Place<'_> {
    /// The actions of a request, complete and in order. `before` are those that they replace.
    ///
    /// # Errors
    /// `ValidationError` without any; `InvalidLoadBalancerAction` for a list that does not end with exactly one forward, redirect or
    /// fixed response, authenticates on HTTP or more than once, does anything but forward on a network load balancer, or has a
    /// configuration that is not possible; `TargetGroupNotFound`; `IncompatibleProtocols`, `InvalidConfigurationRequest` and
    /// `TargetGroupAssociationLimit` for target groups that this listener cannot forward to.
    pub fn check(
        self,
        actions: Vec<ActionDescription>,
        before: &[Action],
        state: &State,
    ) -> Result<Vec<Action>, ApiError> {
        self.check_again(in_order(actions, before)?, state)
    }

    /// The same for actions that are complete, such as those of a listener whose protocol changes.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_again(self, actions: Vec<Action>, state: &State) -> Result<Vec<Action>, ApiError> {
        let load_balancer = state.load_balancer(self.load_balancer_arn)?;
        check_sequence(&actions)?;
        if load_balancer.kind == Type::Network && actions.iter().any(|action| !matches!(action.step, Step::Forward(_)))
        {
            return invalid("The action type must be 'forward' for a network load balancer");
        }
        if self.protocol != Protocol::Https && actions.iter().any(|action| !action.step.is_final()) {
            return invalid("Authentication and token validation are for HTTPS listeners only");
        }
        let targets = super::targets(&actions);
        for target in targets {
            self.check_target(&target.target_group_arn, &load_balancer.vpc_id, state)?;
        }
        if load_balancer.kind == Type::Application {
            let mut all = state.target_groups_of(self.load_balancer_arn, self.replaces);
            all.extend(targets.iter().map(|target| target.target_group_arn.as_str()));
            limits::TARGET_GROUPS_OF_APPLICATION.allow(all.len(), self.quotas)?;
        }
        Ok(actions)
    }

    fn check_target(self, arn: &str, vpc_id: &str, state: &State) -> Result<(), ApiError> {
        let group = state.target_group(arn)?;
        if group.target_type != TargetType::Lambda && group.vpc_id.as_deref() != Some(vpc_id) {
            let message = format!("The target group '{arn}' is not in the load balancer's VPC {vpc_id}");
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        if !self.protocol.forwards_to(group.protocol) {
            let message = format!(
                "A {} listener cannot forward to the target group '{arn}' with protocol {}",
                self.protocol.name(),
                group.protocol.map_or("none", Protocol::name)
            );
            return Err(ApiError::new("IncompatibleProtocols", message));
        }
        if self.protocol == Protocol::Http && !matches!(group.protocol_version, None | Some(ProtocolVersion::Http1)) {
            let message = format!(
                "An HTTP listener cannot forward to the target group '{arn}', whose protocol version needs HTTPS"
            );
            return Err(ApiError::new("IncompatibleProtocols", message));
        }
        let others = state.load_balancers_of(arn);
        if others.iter().any(|other| *other != self.load_balancer_arn) {
            let message = format!("The target group '{arn}' cannot be associated with more than one load balancer");
            return Err(ApiError::new("TargetGroupAssociationLimit", message));
        }
        Ok(())
    }
}

/// Actions by their order. One that stands alone needs none.
fn in_order(actions: Vec<ActionDescription>, before: &[Action]) -> Result<Vec<Action>, ApiError> {
    if actions.is_empty() {
        return Err(ApiError::new(
            "ValidationError",
            "At least one action must be specified",
        ));
    }
    let kept = oidc(before);
    let alone = actions.len() == 1;
    let mut ordered = Vec::new();
    for action in actions {
        let Some(order) = action.order()?.or(alone.then_some(1)) else {
            return Err(ApiError::new(
                "InvalidLoadBalancerAction",
                "Each of several actions must have an order",
            ));
        };
        ordered.push(Action {
            order,
            step: action.step(kept)?,
        });
    }
    ordered.sort_by_key(|action| action.order);
    if ordered.windows(2).any(|pair| pair[0].order == pair[1].order) {
        return Err(ApiError::new(
            "InvalidLoadBalancerAction",
            "Each of several actions must have another order",
        ));
    }
    Ok(ordered)
}

fn oidc(actions: &[Action]) -> Option<&AuthenticateOidc> {
    actions.iter().find_map(|action| match &action.step {
        Step::AuthenticateOidc(found) => Some(found),
        _ => None,
    })
}

fn check_sequence(actions: &[Action]) -> Result<(), ApiError> {
    let Some((last, earlier)) = actions.split_last() else {
        return Ok(());
    };
    if !last.step.is_final() || earlier.iter().any(|action| action.step.is_final()) {
        return invalid("The last action, and no other, must be a forward, redirect or fixed-response");
    }
    if earlier.len() > 1 {
        return invalid("At most one action can authenticate users or validate tokens");
    }
    Ok(())
}

fn invalid<T>(message: &str) -> Result<T, ApiError> {
    Err(ApiError::new("InvalidLoadBalancerAction", message))
}

/// Checks a URL of an identity provider.
///
/// # Errors
/// `InvalidLoadBalancerAction` unless it is `https` with a host.
pub(super) fn is_https(url: &str) -> Result<(), ApiError> {
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    if host.is_some_and(|host| !host.is_empty()) {
        return Ok(());
    }
    invalid(&format!("'{url}' is not a URL that begins with https://"))
}
