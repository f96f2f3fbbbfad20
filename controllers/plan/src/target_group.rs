//! Target groups: type, port, health check.

use crate::load_balancer::Frame;
use crate::{PlanError, Subject, attributes};
use aws_api::elbv2::HealthCheck;
use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::TargetGroup;
use model::names::{self, TargetGroupName};

/// A Service port that traffic goes to.
pub(crate) struct Backend<'a> {
    pub(crate) service: &'a Service,
    pub(crate) port: &'a ServicePort,
    /// Protocol of its target group.
    pub(crate) protocol: String,
}

impl Backend<'_> {
    /// Resource id: `namespace/name:port`.
    pub(crate) fn id(&self) -> String {
        format!("{}:{}", crate::stack_id(self.service), self.port.port)
    }
}

/// The target group.
pub(crate) fn build(subject: &Subject<'_>, frame: &Frame<'_>, backend: &Backend<'_>) -> Result<TargetGroup, PlanError> {
    let target_type = target_type(subject)?;
    let port = target_port(backend, target_type)?;
    let health_check = health_check(subject, backend, target_type)?;
    let metadata = &backend.service.metadata;
    let uid = metadata.uid.as_deref().unwrap_or_default();
    let base_uid = if uid == subject.uid() { "" } else { subject.uid() };
    let name = names::target_group(&TargetGroupName {
        cluster: &subject.config.cluster,
        base_uid,
        namespace: metadata.namespace.as_deref().unwrap_or("default"),
        name: metadata.name.as_deref().unwrap_or_default(),
        uid,
        port,
        service_port: backend.port.port,
        target_type,
        protocol: &backend.protocol,
        health_check_protocol: &health_check.protocol,
        health_check_interval: health_check.interval,
    });
    Ok(TargetGroup {
        name,
        target_type: target_type.to_owned(),
        protocol: backend.protocol.clone(),
        port,
        ip_address_type: ip_address_type(frame, backend)?.to_owned(),
        health_check,
        attributes: attributes::of_target_group(subject, backend.port.port)?,
        tags: subject.resource_tags(&backend.id()),
        id: backend.id(),
    })
}

/// `instance` or `ip`. Any other text is `instance`, as with the Go controller.
fn target_type(subject: &Subject<'_>) -> Result<&'static str, PlanError> {
    if subject.annotations.text("aws-load-balancer-type") == Some("nlb-ip") {
        return Ok("ip");
    }
    let key = "aws-load-balancer-nlb-target-type";
    let asked = subject
        .annotations
        .text(key)
        .unwrap_or(&subject.config.default_target_type);
    if asked != "ip" {
        return Ok("instance");
    }
    if subject.config.gates.ip_target_type {
        return Ok("ip");
    }
    Err(subject
        .annotations
        .error(key, "allowed", "use instance, or turn the gate EnableIPTargetType on")
        .into())
}

fn field(field: &str, value: &dyn ToString, problem: &str, remedy: &str) -> PlanError {
    PlanError::Field {
        field: field.to_owned(),
        value: value.to_string(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn target_port(backend: &Backend<'_>, target_type: &str) -> Result<i32, PlanError> {
    let spec = backend.service.spec.as_ref();
    if target_type == "ip" {
        return match &backend.port.target_port {
            // AWS wants a default port; each target is registered with its own.
            Some(IntOrString::String(_)) => Ok(1),
            Some(IntOrString::Int(port)) if *port > 0 => Ok(*port),
            _ => Ok(backend.port.port),
        };
    }
    let kind = spec.and_then(|spec| spec.type_.as_deref()).unwrap_or("ClusterIP");
    if kind == "ClusterIP" {
        return Err(field(
            "type",
            &kind,
            "targets of type instance need node ports",
            "use NodePort or LoadBalancer, or target type ip",
        ));
    }
    match backend.port.node_port {
        Some(port) if port > 0 => Ok(port),
        _ => {
            let allocate = spec
                .and_then(|spec| spec.allocate_load_balancer_node_ports)
                .unwrap_or(true);
            let remedy = "set it to true, or use target type ip";
            Err(field(
                "allocateLoadBalancerNodePorts",
                &allocate,
                "targets of type instance need node ports",
                remedy,
            ))
        }
    }
}

fn ip_address_type(frame: &Frame<'_>, backend: &Backend<'_>) -> Result<&'static str, PlanError> {
    let families = backend
        .service
        .spec
        .as_ref()
        .and_then(|spec| spec.ip_families.clone())
        .unwrap_or_default();
    match families.iter().any(|family| family == "IPv6") {
        false => Ok("ipv4"),
        true if frame.dualstack => Ok("ipv6"),
        true => {
            let remedy = "set annotation service.beta.kubernetes.io/aws-load-balancer-ip-address-type to dualstack";
            Err(field(
                "ipFamilies",
                &families.join(","),
                "IPv6 targets need a dualstack load balancer",
                remedy,
            ))
        }
    }
}

/// Whether kube-proxy's own health endpoint is to be probed: only nodes with a pod are healthy then.
fn probes_node(backend: &Backend<'_>, target_type: &str) -> bool {
    let spec = backend.service.spec.as_ref();
    let is = |value: Option<&String>, wanted: &str| value.is_some_and(|value| value == wanted);
    target_type == "instance"
        && is(spec.and_then(|spec| spec.external_traffic_policy.as_ref()), "Local")
        && is(spec.and_then(|spec| spec.type_.as_ref()), "LoadBalancer")
}

fn health_check(subject: &Subject<'_>, backend: &Backend<'_>, target_type: &str) -> Result<HealthCheck, PlanError> {
    let annotations = subject.annotations;
    let of_node = probes_node(backend, target_type);
    let number = |key: &str, default: i32| annotations.number(key).map(|value| value.unwrap_or(default));
    let threshold = if of_node { 2 } else { 3 };
    let protocol = health_check_protocol(subject, of_node)?;
    let http = protocol != "TCP";
    let advanced = subject.config.gates.nlb_health_check_advanced_config;
    let default_timeout = if of_node { 6 } else { 10 };
    let default_path = if of_node { "/healthz" } else { "/" };
    let path = annotations
        .text("aws-load-balancer-healthcheck-path")
        .unwrap_or(default_path);
    let codes = annotations
        .text("aws-load-balancer-healthcheck-success-codes")
        .unwrap_or("200-399");
    Ok(HealthCheck {
        port: health_check_port(subject, backend, target_type, of_node)?,
        path: http.then(|| path.to_owned()),
        matcher: (http && advanced).then(|| codes.to_owned()),
        interval: number("aws-load-balancer-healthcheck-interval", 10)?,
        timeout: if advanced {
            number("aws-load-balancer-healthcheck-timeout", default_timeout)?
        } else {
            default_timeout
        },
        healthy_threshold: number("aws-load-balancer-healthcheck-healthy-threshold", threshold)?,
        unhealthy_threshold: number("aws-load-balancer-healthcheck-unhealthy-threshold", threshold)?,
        protocol,
    })
}

fn health_check_protocol(subject: &Subject<'_>, of_node: bool) -> Result<String, PlanError> {
    let key = "aws-load-balancer-healthcheck-protocol";
    let protocol = subject.annotations.text(key).map(str::to_uppercase);
    match protocol.as_deref() {
        None => Ok(if of_node { "HTTP" } else { "TCP" }.to_owned()),
        Some("TCP" | "HTTP" | "HTTPS") => Ok(protocol.unwrap_or_default()),
        Some(_) => Err(subject
            .annotations
            .error(key, "one of tcp, http, https", "use one of these")
            .into()),
    }
}

fn health_check_port(
    subject: &Subject<'_>,
    backend: &Backend<'_>,
    target_type: &str,
    of_node: bool,
) -> Result<String, PlanError> {
    let key = "aws-load-balancer-healthcheck-port";
    let spec = backend.service.spec.as_ref();
    let Some(asked) = subject.annotations.text(key) else {
        let node = spec
            .and_then(|spec| spec.health_check_node_port)
            .filter(|port| of_node && *port > 0);
        return Ok(node.map_or_else(|| "traffic-port".to_owned(), |port| port.to_string()));
    };
    if asked == "traffic-port" || asked.parse::<u16>().is_ok() {
        return Ok(asked.to_owned());
    }
    let mut ports = spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let named = ports.find(|port| port.name.as_deref() == Some(asked));
    let number = named.and_then(|port| match (target_type, &port.target_port) {
        ("instance", _) => port.node_port,
        (_, Some(IntOrString::Int(number))) => Some(*number),
        _ => None,
    });
    let expected = "traffic-port, a number, or the name of a Service port with a numeric target";
    let wrong = || subject.annotations.error(key, expected, "use one of these").into();
    number.map(|number| number.to_string()).ok_or_else(wrong)
}
