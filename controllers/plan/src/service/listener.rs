//! Listeners, and what they forward to.

use crate::PlanError;
use crate::service::load_balancer::Frame;
use crate::service::port::ListenerPort;
use crate::service::security_group::Groups;
use crate::service::target_group::{self, Backend};
use crate::service::{Subject, attributes, weighted};
use aws_api::elbv2::{Action, Forward, ForwardTarget, Stickiness};
use model::{CertificateRef, Listener, Stack};

const SSL_PORTS: &str = "aws-load-balancer-ssl-ports";
const QUIC_PORTS: &str = "aws-load-balancer-quic-enabled-ports";
const ALPN: [&str; 5] = ["None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred"];

/// Adds the listener of a port, with its target groups and their bindings.
pub(crate) fn add(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    port: &ListenerPort<'_>,
    stack: &mut Stack,
) -> Result<(), PlanError> {
    let annotations = subject.annotations;
    let certificates = annotations.list("aws-load-balancer-ssl-cert");
    let (protocol, backend_protocol) = protocols(subject, port, !certificates.is_empty())?;
    let number = port.number();
    let base = Backend {
        service: subject.service,
        port: port.service_port,
        protocol: backend_protocol,
    };
    let own = target_group::add(subject, frame, groups, &base, stack)?;
    let mut forward = Forward::to(own);
    let mut listener = Listener {
        port: number,
        protocol: protocol.to_owned(),
        attributes: attributes::of_listener(annotations, protocol, number)?,
        tags: subject.resource_tags(&number.to_string()),
        ..Listener::default()
    };
    if subject.config.gates.weighted_target_groups
        && let Some(action) = weighted::action(annotations, protocol, number)?
    {
        forward.targets[0].weight = action.base_weight;
        forward.stickiness = action.stickiness.map(|enabled| Stickiness {
            enabled: Some(enabled),
            duration: None,
        });
        for target in &action.targets {
            forward.targets.push(ForwardTarget {
                target_group: weighted::target(subject, frame, groups, &action, target, stack)?,
                weight: target.weight,
            });
        }
    }
    if protocol == "TLS" {
        let policy = annotations.text("aws-load-balancer-ssl-negotiation-policy");
        listener.ssl_policy = Some(policy.unwrap_or(&subject.config.default_ssl_policy).to_owned());
        // Without the gate, removing the annotation leaves the policy that there is.
        let default = subject.config.gates.enhanced_default_behavior.then_some("None");
        let policy = annotations.word("aws-load-balancer-alpn-policy", &ALPN)?;
        listener.alpn_policy = policy.or(default).map(str::to_owned);
        listener.certificates = certificates.into_iter().map(CertificateRef::Arn).collect();
    }
    listener.default_actions = vec![Action::Forward(forward)];
    stack.listeners.push(listener);
    Ok(())
}

/// Protocols of the listener and of its target group.
fn protocols(
    subject: &Subject<'_>,
    port: &ListenerPort<'_>,
    has_certificate: bool,
) -> Result<(&'static str, &'static str), PlanError> {
    let annotations = subject.annotations;
    let (ssl_ports, quic_ports) = (annotations.list(SSL_PORTS), annotations.list(QUIC_PORTS));
    known(subject, SSL_PORTS, &ssl_ports)?;
    let tls = port.protocol == "TCP" && has_certificate && (ssl_ports.is_empty() || port.is_in(&ssl_ports));
    let plain = match tls {
        true if annotations.text("aws-load-balancer-backend-protocol") == Some("ssl") => ("TLS", "TLS"),
        true => ("TLS", "TCP"),
        false => (port.protocol, port.protocol),
    };
    if !port.is_in(&quic_ports) {
        return Ok(plain);
    }
    match plain.0 {
        "UDP" => Ok(("QUIC", "QUIC")),
        "TCP_UDP" => Ok(("TCP_QUIC", "TCP_QUIC")),
        other => {
            let expected = format!("a list of UDP ports: port {} is {other}", port.number());
            Err(annotations
                .error(QUIC_PORTS, expected, "list ports of protocol UDP only")
                .into())
        }
    }
}

/// A list of ports must name ports of the Service.
fn known(subject: &Subject<'_>, key: &str, list: &[String]) -> Result<(), PlanError> {
    let ports = subject
        .service
        .spec
        .as_ref()
        .and_then(|spec| spec.ports.as_deref())
        .unwrap_or_default();
    match list
        .iter()
        .find(|item| !ports.iter().any(|port| crate::service::port::is_called(port, item)))
    {
        Some(item) => {
            let expected = format!("a list of ports of the Service: there is no port {item}");
            Err(subject
                .annotations
                .error(key, expected, "list names or numbers of spec.ports")
                .into())
        }
        None => Ok(()),
    }
}
