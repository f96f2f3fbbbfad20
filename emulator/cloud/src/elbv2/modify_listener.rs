//! ModifyListener.

use super::listener::{Action, Certificate, Description, Tls};
use super::target_group::Protocol;
use super::{attributes, create_listener};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ModifyListener](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    protocol: Option<Protocol>,
    port: Option<u16>,
    #[serde(default)]
    default_actions: Vec<Action>,
    #[serde(default)]
    certificates: Vec<Certificate>,
    ssl_policy: Option<String>,
    #[serde(default)]
    alpn_policy: Vec<String>,
}

/// What it answers: the listener as it now is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    listeners: Vec<Description>,
}

/// Changes a listener; what is not named stays, but what only TLS has goes with TLS.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`, `DuplicateListener`, and those of [`Action::check`] and [`Tls::check`].
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.elbv2;
    let arn = input.listener_arn;
    let mut wanted = state.listener(&arn)?.clone();
    let protocol = input.protocol.unwrap_or(wanted.protocol);
    if input.port == Some(0) {
        return Err(ApiError::new("ValidationError", "Port '0' must be from 1 to 65535"));
    }
    wanted.port = input.port.unwrap_or(wanted.port);
    let actions = if input.default_actions.is_empty() { vec![wanted.action] } else { input.default_actions };
    wanted.action = Action::check(actions, protocol, &wanted.load_balancer_arn, state)?;
    let before = if protocol == Protocol::Tls { wanted.tls } else { Tls::default() };
    wanted.tls = Tls::check(protocol, input.certificates, input.ssl_policy, input.alpn_policy, before)?;
    if protocol != wanted.protocol {
        wanted.attributes = attributes::of_listener(protocol);
        wanted.protocol = protocol;
    }
    if protocol != Protocol::Tls {
        wanted.certificates.clear();
    }
    if state.listener_in_the_way(&wanted, Some(&arn)).is_some() {
        return Err(create_listener::duplicate());
    }
    let description = Description::of(&arn, &wanted);
    state.listeners.insert(arn, wanted);
    state.forget_health_of_unused();
    Ok(Output { listeners: vec![description] })
}
