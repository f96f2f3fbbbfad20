//! The ports of a Service that become listeners.

use crate::PlanError;
use crate::service::Subject;
use k8s_openapi::api::core::v1::ServicePort;
use std::collections::BTreeMap;

/// A port of a load balancer.
pub(crate) struct ListenerPort<'a> {
    /// The Service's port; the first one, if two are merged.
    pub(crate) service_port: &'a ServicePort,
    /// `TCP`, `UDP` or `TCP_UDP`.
    pub(crate) protocol: &'static str,
}

impl ListenerPort<'_> {
    pub(crate) fn number(&self) -> i32 {
        self.service_port.port
    }

    /// Whether a list of names and numbers has this port.
    pub(crate) fn is_in(&self, list: &[String]) -> bool {
        list.iter().any(|item| is_called(self.service_port, item))
    }
}

/// Whether a Service port goes by this name or number.
pub(crate) fn is_called(port: &ServicePort, text: &str) -> bool {
    port.name.as_deref() == Some(text) || port.port.to_string() == text
}

/// The listeners' ports in the order of the Service, TCP and UDP of one number merged where that is asked for.
pub(crate) fn listener_ports<'a>(subject: &Subject<'a>) -> Result<Vec<ListenerPort<'a>>, PlanError> {
    let asked = subject
        .annotations
        .boolean("aws-load-balancer-enable-tcp-udp-listener")?;
    let merge = asked.unwrap_or(subject.config.gates.tcp_udp_listener);
    let ports = subject
        .service
        .spec
        .as_ref()
        .and_then(|spec| spec.ports.as_deref())
        .unwrap_or_default();
    let mut groups: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for port in ports {
        groups
            .entry(port.port)
            .or_default()
            .push(port.protocol.as_deref().unwrap_or("TCP"));
    }
    let mut listeners: Vec<ListenerPort<'a>> = Vec::new();
    for service_port in ports {
        if listeners.iter().any(|other| other.number() == service_port.port) {
            continue;
        }
        let mut protocols = groups[&service_port.port].clone();
        protocols.sort_unstable();
        let protocol = match protocols[..] {
            ["TCP"] => "TCP",
            ["UDP"] => "UDP",
            ["TCP", "UDP"] if merge => "TCP_UDP",
            _ => return Err(unfit(service_port.port, &protocols)),
        };
        listeners.push(ListenerPort { service_port, protocol });
    }
    Ok(listeners)
}

fn unfit(port: i32, protocols: &[&str]) -> PlanError {
    let remedy = match protocols {
        ["TCP", "UDP"] => {
            "set the annotation service.beta.kubernetes.io/aws-load-balancer-enable-tcp-udp-listener to \"true\", or use two numbers"
        }
        _ => "a network load balancer has TCP, UDP, or both of them, on a port",
    };
    PlanError::Field {
        object: None,
        field: "ports".to_owned(),
        value: port.to_string(),
        problem: format!("one listener cannot serve {}", protocols.join(" and ")),
        remedy: remedy.to_owned(),
    }
}
