//! Ports of Services.

use crate::PlanError;
use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The Service's port that a reference names.
pub(crate) fn find<'a>(ports: &'a [ServicePort], wanted: &IntOrString) -> Option<&'a ServicePort> {
    ports.iter().find(|port| match wanted {
        IntOrString::Int(number) => port.port == *number,
        IntOrString::String(name) => port.name.as_deref() == Some(name),
    })
}

/// A port as a person would name it.
pub(crate) fn described(port: &ServicePort) -> String {
    match port.name.as_deref() {
        Some(name) if !name.is_empty() => format!("{name} ({})", port.port),
        _ => port.port.to_string(),
    }
}

/// The pods' port of a Service port.
pub(crate) fn pod_port(port: &ServicePort) -> IntOrString {
    port.target_port.clone().unwrap_or(IntOrString::Int(port.port))
}

/// The number at which targets of a type answer for the named port of a Service; what would be right if there is none.
pub(crate) fn number_of(ports: &[ServicePort], name: &str, target_type: &str) -> Result<String, &'static str> {
    let named = find(ports, &IntOrString::String(name.to_owned()));
    let named = named.ok_or("traffic-port, a number, or the name of a port")?;
    match (target_type, pod_port(named)) {
        ("instance", _) => {
            let node_port = named.node_port.filter(|number| *number > 0);
            node_port
                .map(|number| number.to_string())
                .ok_or("a port with a node port")
        }
        (_, IntOrString::Int(number)) => Ok(number.to_string()),
        (_, IntOrString::String(_)) => Err("a port whose targetPort is a number"),
    }
}

/// Port of the target group of a Service's port: a named container port differs per pod, for which 1 stands. `object` names the Service, unless it is the
/// one that is planned.
pub(crate) fn target_port(
    service: &Service,
    port: &ServicePort,
    target_type: &str,
    object: Option<&str>,
) -> Result<i32, PlanError> {
    let field = |field: &str, value: &str, problem: &str, remedy: &str| PlanError::Field {
        object: object.map(Into::into),
        field: field.to_owned(),
        value: value.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    };
    if target_type == "ip" {
        return match pod_port(port) {
            IntOrString::Int(0) => Err(field(
                "ports[].targetPort",
                "0",
                "is no port",
                "give a port of the pods",
            )),
            IntOrString::Int(number) => Ok(number),
            IntOrString::String(_) => Ok(1),
        };
    }
    let kind = service.spec.as_ref().and_then(|spec| spec.type_.as_deref());
    let kind = kind.unwrap_or("ClusterIP");
    match port.node_port.unwrap_or(0) {
        _ if !matches!(kind, "LoadBalancer" | "NodePort") => {
            let problem = "has no node ports for targets of type instance";
            let remedy = "use type LoadBalancer or NodePort, or targets of type ip";
            Err(field("type", kind, problem, remedy))
        }
        0 => {
            let problem = "is needed by targets of type instance";
            let remedy = "set allocateLoadBalancerNodePorts to true, or use targets of type ip";
            Err(field("ports[].nodePort", "0", problem, remedy))
        }
        number => Ok(number),
    }
}

/// Whether the Service has IPv6 addresses.
pub(crate) fn is_ipv6(service: &Service) -> bool {
    let families = service.spec.iter().flat_map(|spec| spec.ip_families.iter().flatten());
    families.into_iter().any(|family| family == "IPv6")
}
