//! CreateListener.

use super::listener::{Certificate, Description, Listener};
use super::load_balancer::Type;
use super::mutual_authentication::MutualAuthentication;
use super::rule_action::{ActionDescription, Place};
use super::tags::Tag;
use super::target_group::Protocol;
use super::tls::{Tls, TlsSettings};
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
    default_actions: Vec<ActionDescription>,
    #[serde(default)]
    certificates: Vec<Certificate>,
    ssl_policy: Option<String>,
    #[serde(default)]
    alpn_policy: Vec<String>,
    mutual_authentication: Option<MutualAuthentication>,
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
/// `ValidationError`, also for a protocol of another type of load balancer; `LoadBalancerNotFound`, `DuplicateListener` for a port that
/// another listener has, `TooManyListeners`, `TooManyTags`, and those of [`Place::check`] and [`TlsSettings::over`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &region.elbv2;
    let kind = state.load_balancer(&input.load_balancer_arn)?.kind;
    check_protocol(input.protocol, kind)?;
    if input.port == 0 {
        return Err(ApiError::new("ValidationError", "Port '0' must be from 1 to 65535"));
    }
    let wanted = plan(region, input, context)?;
    let state = &mut region.elbv2;
    if let Some((arn, existing)) = state.listener_in_the_way(&wanted, None) {
        let is_same = existing.protocol == wanted.protocol
            && existing.actions == wanted.actions
            && existing.tls == wanted.tls
            && existing.tags == wanted.tags;
        return if is_same { Ok(Output { listeners: vec![Description::of(arn, existing)] }) } else { Err(duplicate()) };
    }
    let count = state.listeners_of(&wanted.load_balancer_arn).count();
    limits::listeners(kind).allow(count + 1, &context.quotas)?;
    let arn = arn::listener(&wanted.load_balancer_arn, &context.ids.hex(16));
    let description = Description::of(&arn, &wanted);
    state.listeners.insert(arn, wanted);
    Ok(Output { listeners: vec![description] })
}

/// The listener that a request asks for.
fn plan(region: &Region, input: Input, context: &Context) -> Result<Listener, ApiError> {
    let Input { load_balancer_arn, protocol, port, default_actions, .. } = input;
    let settings = TlsSettings {
        certificates: input.certificates,
        ssl_policy: input.ssl_policy,
        alpn_policy: input.alpn_policy,
        mutual_authentication: input.mutual_authentication,
    };
    let state = &region.elbv2;
    let place = Place { load_balancer_arn: &load_balancer_arn, protocol, replaces: None, quotas: &context.quotas };
    Ok(Listener {
        actions: place.check(default_actions, &[], state)?,
        tls: settings.over(Tls::default(), protocol, state, &region.acm, context.now)?,
        load_balancer_arn,
        port,
        protocol,
        certificates: Vec::new(),
        attributes: attributes::of_listener(protocol).defaults(),
        tags: tags::parse(input.tags)?,
    })
}

/// The error for a port that another listener of the load balancer has.
pub(super) fn duplicate() -> ApiError {
    ApiError::new("DuplicateListener", "A listener already exists on this port for this load balancer")
}

/// Checks that load balancers of a type have listeners with a protocol.
///
/// # Errors
/// `ValidationError`.
pub(super) fn check_protocol(protocol: Protocol, kind: Type) -> Result<(), ApiError> {
    if protocol.belongs_to() == kind {
        return Ok(());
    }
    let allowed = match kind {
        Type::Application => "HTTP, HTTPS",
        Type::Network => "TCP, UDP, TCP_UDP, TLS",
    };
    let message = format!("Listener protocol '{}' must be one of '{allowed}'", protocol.name());
    Err(ApiError::new("ValidationError", message))
}
