//! CreateListener.

use super::listener::{Action, Certificate, Description, Listener, Tls};
use super::tags::Tag;
use super::target_group::Protocol;
use super::{arn, attributes, limits, tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [CreateListener](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    protocol: Protocol,
    port: u16,
    default_actions: Vec<Action>,
    #[serde(default)]
    certificates: Vec<Certificate>,
    ssl_policy: Option<String>,
    #[serde(default)]
    alpn_policy: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: the listener.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    listeners: Vec<Description>,
}

/// Creates a listener. One that exists and is the same is the answer again.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, `DuplicateListener` for a port that another listener has, `TooManyListeners`,
/// `TooManyTags`, and those of [`Action::check`] and [`Tls::check`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.elbv2;
    let load_balancer_arn = input.load_balancer_arn;
    state.load_balancer(&load_balancer_arn)?;
    if input.port == 0 {
        return Err(ApiError::new("ValidationError", "Port '0' must be from 1 to 65535"));
    }
    let action = Action::check(input.default_actions, input.protocol, &load_balancer_arn, state)?;
    let tls = Tls::check(input.protocol, input.certificates, input.ssl_policy, input.alpn_policy, Tls::default())?;
    let wanted = Listener {
        load_balancer_arn,
        port: input.port,
        protocol: input.protocol,
        action,
        tls,
        certificates: Vec::new(),
        attributes: attributes::of_listener(input.protocol),
        tags: tags::parse(input.tags)?,
    };
    if let Some((arn, existing)) = state.listener_in_the_way(&wanted, None) {
        let is_same = existing.protocol == wanted.protocol
            && existing.action == wanted.action
            && existing.tls == wanted.tls
            && existing.tags == wanted.tags;
        return if is_same { Ok(Output { listeners: vec![Description::of(arn, existing)] }) } else { Err(duplicate()) };
    }
    limits::LISTENERS.allow(state.listeners_of(&wanted.load_balancer_arn).count() + 1)?;
    let arn = arn::listener(&wanted.load_balancer_arn, &context.ids.hex(16));
    let description = Description::of(&arn, &wanted);
    state.listeners.insert(arn, wanted);
    Ok(Output { listeners: vec![description] })
}

/// The error for a port that another listener of the load balancer has.
pub(super) fn duplicate() -> ApiError {
    ApiError::new("DuplicateListener", "A listener already exists on this port for this load balancer")
}
