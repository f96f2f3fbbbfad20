//! Which listeners a Service's ports make, and with which protocols.

use crate::{PlanError, Subject};
use k8s_openapi::api::core::v1::ServicePort;

/// One listener to be.
pub(crate) struct ListenerPort<'a> {
    /// The Service port that names, target port and node port are taken from.
    pub(crate) service_port: &'a ServicePort,
    /// Protocol of the listener.
    pub(crate) protocol: String,
    /// Protocol of the target group.
    pub(crate) target_protocol: String,
}

/// The listeners of a Service, in the order of its ports.
pub(crate) fn listener_ports<'a>(subject: &Subject<'a>) -> Result<Vec<ListenerPort<'a>>, PlanError> {
    let ports: &'a [ServicePort] = subject
        .service
        .spec
        .as_ref()
        .and_then(|spec| spec.ports.as_deref())
        .unwrap_or_default();
    check_names(subject, ports)?;
    // A malformed value falls back to the gate, as with the Go controller, whose users may depend on it.
    let merge = subject
        .annotations
        .boolean("aws-load-balancer-enable-tcp-udp-listener")
        .ok()
        .flatten();
    let merge = merge.unwrap_or(subject.config.gates.tcp_udp_listener);
    let mut listeners = Vec::new();
    for (index, port) in ports.iter().enumerate() {
        if ports[..index].iter().any(|earlier| earlier.port == port.port) {
            continue;
        }
        let same: Vec<&str> = ports
            .iter()
            .filter(|other| other.port == port.port)
            .map(protocol_of)
            .collect();
        let base = match same.as_slice() {
            [one] => *one,
            [..] if merge && same.len() == 2 && same.contains(&"TCP") && same.contains(&"UDP") => "TCP_UDP",
            _ => return Err(two_listeners(port, merge)),
        };
        let (protocol, target_protocol) = upgrade(subject, port, base)?;
        listeners.push(ListenerPort {
            service_port: port,
            protocol,
            target_protocol,
        });
    }
    Ok(listeners)
}

fn protocol_of(port: &ServicePort) -> &str {
    port.protocol.as_deref().unwrap_or("TCP")
}

fn two_listeners(port: &ServicePort, merge: bool) -> PlanError {
    let remedy = match merge {
        true => "keep exactly one TCP and one UDP entry",
        false => "set annotation service.beta.kubernetes.io/aws-load-balancer-enable-tcp-udp-listener to \"true\"",
    };
    PlanError::Field {
        field: "ports".to_owned(),
        value: port.port.to_string(),
        problem: "a load balancer has one listener per port number, this one is used with several protocols".to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// TLS and QUIC in place of TCP and UDP, where annotations ask for it.
fn upgrade(subject: &Subject<'_>, port: &ServicePort, base: &str) -> Result<(String, String), PlanError> {
    let annotations = subject.annotations;
    let tls_ports = annotations.list("aws-load-balancer-ssl-ports");
    let certificates = !annotations.list("aws-load-balancer-ssl-cert").is_empty();
    let (mut listener, mut target) = (base, base);
    if base == "TCP" && certificates && (tls_ports.is_empty() || named(port, &tls_ports)) {
        listener = "TLS";
        if annotations.text("aws-load-balancer-backend-protocol") == Some("ssl") {
            target = "TLS";
        }
    }
    let key = "aws-load-balancer-quic-enabled-ports";
    if named(port, &annotations.list(key)) {
        let quic = match listener {
            "UDP" => "QUIC",
            "TCP_UDP" => "TCP_QUIC",
            other => {
                let expected = format!("a list of UDP ports: {} is {other}", port.port);
                return Err(annotations.error(key, expected, "leave that port out").into());
            }
        };
        (listener, target) = (quic, quic);
    }
    Ok((listener.to_owned(), target.to_owned()))
}

fn named(port: &ServicePort, list: &[String]) -> bool {
    list.iter()
        .any(|item| Some(item) == port.name.as_ref() || *item == port.port.to_string())
}

fn check_names(subject: &Subject<'_>, ports: &[ServicePort]) -> Result<(), PlanError> {
    let key = "aws-load-balancer-ssl-ports";
    let known = |item: &String| ports.iter().any(|port| named(port, std::slice::from_ref(item)));
    match subject.annotations.list(key).iter().find(|item| !known(item)) {
        Some(item) => {
            let expected = format!("a list of the Service's ports: there is no port {item}");
            Err(subject
                .annotations
                .error(key, expected, "name ports by name or number")
                .into())
        }
        None => Ok(()),
    }
}
