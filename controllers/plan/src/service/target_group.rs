//! Target groups and their health checks.

use crate::service::load_balancer::Frame;
use crate::service::security_group::Groups;
use crate::service::{Subject, attributes, binding, stack_id};
use crate::{PlanError, port};
use aws_api::elbv2::{HealthCheck, Matcher};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use model::names::service::{self as names, TargetGroupName};
use model::{Stack, TargetGroup, TargetGroupRef};

const TYPE: &str = "aws-load-balancer-nlb-target-type";
const HEALTH_PORT: &str = "aws-load-balancer-healthcheck-port";

/// What a target group sends its traffic to.
pub(crate) struct Backend<'a> {
    pub(crate) service: &'a Service,
    pub(crate) port: &'a ServicePort,
    pub(crate) protocol: &'static str,
}

/// The target group of a backend; it and its binding are added to the stack the first time.
pub(crate) fn add(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    backend: &Backend<'_>,
    stack: &mut Stack,
) -> Result<TargetGroupRef, PlanError> {
    let id = format!("{}:{}", stack_id(backend.service), backend.port.port);
    if stack.target_groups.iter().all(|group| group.id != id) {
        let group = build(subject, frame, backend, id.clone())?;
        stack
            .bindings
            .push(binding::build(subject, frame, groups, backend, &group)?);
        stack.target_groups.push(group);
    }
    Ok(TargetGroupRef::Id(id))
}

fn build(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    backend: &Backend<'_>,
    id: String,
) -> Result<TargetGroup, PlanError> {
    let metadata = &backend.service.metadata;
    let uid = metadata.uid.as_deref().unwrap_or_default();
    let target_type = target_type(subject)?;
    let port = port::target_port(backend.service, backend.port, target_type, None)?;
    let health_check = health_check(subject, backend, target_type)?;
    let name = names::target_group(&TargetGroupName {
        cluster: &subject.config.cluster,
        base_uid: if uid == subject.uid() { "" } else { subject.uid() },
        namespace: metadata.namespace.as_deref().unwrap_or("default"),
        name: metadata.name.as_deref().unwrap_or_default(),
        uid,
        port,
        service_port: backend.port.port,
        target_type,
        protocol: backend.protocol,
        health_check_protocol: &health_check.protocol,
        health_check_interval: health_check.interval,
    });
    Ok(TargetGroup {
        name,
        target_type: target_type.to_owned(),
        protocol: backend.protocol.to_owned(),
        port,
        ip_address_type: ip_address_type(frame, backend)?.to_owned(),
        health_check,
        attributes: attributes::of_target_group(subject.annotations, backend.port.port)?,
        tags: subject.resource_tags(&id),
        id,
        ..TargetGroup::default()
    })
}

fn target_type(subject: &Subject<'_>) -> Result<&'static str, PlanError> {
    let annotations = subject.annotations;
    if annotations.text("aws-load-balancer-type") == Some("nlb-ip") {
        return Ok("ip");
    }
    let asked = annotations.word(TYPE, &["instance", "ip"])?;
    if asked.unwrap_or(&subject.config.default_target_type) != "ip" {
        return Ok("instance");
    }
    match subject.config.gates.ip_target_type {
        true => Ok("ip"),
        false => {
            let remedy = "write \"instance\" or start the controller with the feature gate EnableIPTargetType";
            Err(annotations
                .error(TYPE, "possible: the feature gate EnableIPTargetType is off", remedy)
                .into())
        }
    }
}

fn ip_address_type(frame: &Frame<'_>, backend: &Backend<'_>) -> Result<&'static str, PlanError> {
    match (port::is_ipv6(backend.service), frame.dualstack) {
        (false, _) => Ok("ipv4"),
        (true, true) => Ok("ipv6"),
        (true, false) => {
            let remedy = "set the annotation service.beta.kubernetes.io/aws-load-balancer-ip-address-type to dualstack";
            Err(PlanError::Field {
                object: None,
                field: "ipFamilies".to_owned(),
                value: "IPv6".to_owned(),
                problem: "needs a dualstack load balancer".to_owned(),
                remedy: remedy.to_owned(),
            })
        }
    }
}

/// What is checked when no annotation says otherwise. A Service of policy Local is asked on each node whether it has pods there.
fn default_check(service: &Service, target_type: &str) -> HealthCheck {
    let spec = service.spec.as_ref();
    let local = spec.is_some_and(|spec| {
        spec.external_traffic_policy.as_deref() == Some("Local") && spec.type_.as_deref() == Some("LoadBalancer")
    });
    let node_port = spec.and_then(|spec| spec.health_check_node_port).unwrap_or(0);
    let (protocol, port, path, timeout, threshold) = match local && target_type == "instance" {
        true => ("HTTP", node_port.to_string(), "/healthz", 6, 2),
        false => ("TCP", "traffic-port".to_owned(), "/", 10, 3),
    };
    HealthCheck {
        protocol: protocol.to_owned(),
        port,
        path: Some(path.to_owned()),
        interval: 10,
        timeout,
        healthy_threshold: threshold,
        unhealthy_threshold: threshold,
        matcher: Some(Matcher::Http("200-399".to_owned())),
    }
}

fn health_check(subject: &Subject<'_>, backend: &Backend<'_>, target_type: &str) -> Result<HealthCheck, PlanError> {
    let annotations = subject.annotations;
    let advanced = subject.config.gates.nlb_health_check_advanced_config;
    let key = |suffix: &str| format!("aws-load-balancer-healthcheck-{suffix}");
    let number = |suffix: &str, default| annotations.number(&key(suffix)).map(|number| number.unwrap_or(default));
    let text = |suffix: &str, default: Option<String>| annotations.text(&key(suffix)).map(str::to_owned).or(default);
    let default = default_check(backend.service, target_type);
    let protocol = text("protocol", None).map_or(default.protocol, |text| text.to_ascii_uppercase());
    if !matches!(protocol.as_str(), "TCP" | "HTTP" | "HTTPS") {
        let (expected, remedy) = (
            "one of tcp, http, https",
            "use one of these values or remove the annotation",
        );
        return Err(annotations.error(&key("protocol"), expected, remedy).into());
    }
    let http = protocol != "TCP";
    let codes = text("success-codes", None).map(Matcher::Http).or(default.matcher);
    Ok(HealthCheck {
        port: health_port(subject, backend, target_type, default.port)?,
        path: text("path", default.path).filter(|_| http),
        interval: number("interval", default.interval)?,
        timeout: if advanced {
            number("timeout", default.timeout)?
        } else {
            default.timeout
        },
        healthy_threshold: number("healthy-threshold", default.healthy_threshold)?,
        unhealthy_threshold: number("unhealthy-threshold", default.unhealthy_threshold)?,
        matcher: codes.filter(|_| http && advanced),
        protocol,
    })
}

fn health_port(
    subject: &Subject<'_>,
    backend: &Backend<'_>,
    target_type: &str,
    default: String,
) -> Result<String, PlanError> {
    let Some(text) = subject.annotations.text(HEALTH_PORT) else {
        return Ok(default);
    };
    if text == "traffic-port" || text.parse::<i32>().is_ok() {
        return Ok(text.to_owned());
    }
    let ports = backend
        .service
        .spec
        .as_ref()
        .and_then(|spec| spec.ports.as_deref())
        .unwrap_or_default();
    port::number_of(ports, text, target_type).map_err(|expected| {
        let remedy = "write traffic-port, a number, or the name of a port of the Service";
        subject.annotations.error(HEALTH_PORT, expected, remedy).into()
    })
}
