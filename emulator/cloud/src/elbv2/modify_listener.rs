//! ModifyListener.

use super::attributes;
use super::create_listener::{check_protocol, duplicate};
use super::listener::{Certificate, Description, Listener};
use super::mutual_authentication::MutualAuthentication;
use super::rule_action::{ActionDescription, Place};
use super::target_group::Protocol;
use super::tls::{Tls, TlsSettings};
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
    default_actions: Vec<ActionDescription>,
    #[serde(default)]
    certificates: Vec<Certificate>,
    ssl_policy: Option<String>,
    #[serde(default)]
    alpn_policy: Vec<String>,
    mutual_authentication: Option<MutualAuthentication>,
}

/// What it answers: the listener as it now is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    listeners: Vec<Description>,
}

/// Changes a listener; what is not named stays, but what only TLS and HTTPS have goes with them.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`, `DuplicateListener`, and those of [`Place::check`] and [`TlsSettings::over`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let arn = input.listener_arn.clone();
    let wanted = plan(region, input, context)?;
    let state = &mut region.elbv2;
    if state.listener_in_the_way(&wanted, Some(&arn)).is_some() {
        return Err(duplicate());
    }
    let description = Description::of(&arn, &wanted);
    state.listeners.insert(arn, wanted);
    state.forget_health_of_unused();
    Ok(Output { listeners: vec![description] })
}

/// The listener as a request wishes it.
fn plan(region: &Region, input: Input, context: &Context) -> Result<Listener, ApiError> {
    let state = &region.elbv2;
    let mut wanted = state.listener(&input.listener_arn)?.clone();
    let protocol = input.protocol.unwrap_or(wanted.protocol);
    check_protocol(protocol, wanted.protocol.belongs_to())?;
    if input.port == Some(0) {
        return Err(ApiError::new("ValidationError", "Port '0' must be from 1 to 65535"));
    }
    wanted.port = input.port.unwrap_or(wanted.port);
    let replaces = Some(input.listener_arn.as_str());
    let place = Place { load_balancer_arn: &wanted.load_balancer_arn, protocol, replaces, quotas: &context.quotas };
    wanted.actions = if input.default_actions.is_empty() {
        place.check_again(wanted.actions, state)?
    } else {
        place.check(input.default_actions, &wanted.actions, state)?
    };
    let settings = TlsSettings {
        certificates: input.certificates,
        ssl_policy: input.ssl_policy,
        alpn_policy: input.alpn_policy,
        mutual_authentication: input.mutual_authentication,
    };
    let before = if protocol.is_secure() { wanted.tls } else { Tls::default() };
    wanted.tls = settings.over(before, protocol, state, &region.acm, context.now)?;
    if protocol != wanted.protocol {
        wanted.attributes = attributes::of_listener(protocol).defaults();
        wanted.protocol = protocol;
    }
    if !protocol.is_secure() {
        wanted.certificates.clear();
    }
    Ok(wanted)
}
