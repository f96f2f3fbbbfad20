//! Listeners, with the target groups that they forward to.

use crate::load_balancer::Frame;
use crate::port::ListenerPort;
use crate::security_group::Groups;
use crate::target_group::{self, Backend};
use crate::weighted::{self, Forward};
use crate::{PlanError, Subject, attributes, binding};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::{Listener, Stack, TargetGroupRef};

/// Plans one listener and puts it, its target groups and their bindings into the stack.
pub(crate) fn add(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    port: &ListenerPort<'_>,
    stack: &mut Stack,
) -> Result<(), PlanError> {
    let number = port.service_port.port;
    let own = Backend {
        service: subject.service,
        port: port.service_port,
        protocol: port.target_protocol.clone(),
    };
    let mut targets = Vec::new();
    let mut stickiness_enabled = None;
    match weighted::action(subject, &port.protocol, number)? {
        None => targets.push((add_backend(subject, frame, groups, &own, stack)?, None)),
        Some(forward) => {
            stickiness_enabled = forward.stickiness();
            if forward.base_service_weight.is_some() || forward.target_groups.is_empty() {
                targets.push((
                    add_backend(subject, frame, groups, &own, stack)?,
                    forward.base_service_weight,
                ));
            }
            add_weighted(subject, frame, groups, port, &forward, &mut targets, stack)?;
        }
    }
    let annotations = subject.annotations;
    let tls = port.protocol == "TLS";
    let alpn = ["None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred"];
    let alpn_policy = if tls {
        annotations.word("aws-load-balancer-alpn-policy", &alpn)?
    } else {
        None
    };
    let policy = annotations
        .text("aws-load-balancer-ssl-negotiation-policy")
        .unwrap_or(&subject.config.default_ssl_policy);
    stack.listeners.push(Listener {
        port: number,
        protocol: port.protocol.clone(),
        targets,
        stickiness_enabled,
        certificates: if tls {
            annotations.list("aws-load-balancer-ssl-cert")
        } else {
            Vec::new()
        },
        ssl_policy: tls.then(|| policy.to_owned()),
        alpn_policy: alpn_policy.map(str::to_owned),
        attributes: attributes::of_listener(subject, &port.protocol, number)?,
        tags: subject.resource_tags(&number.to_string()),
    });
    Ok(())
}

fn add_weighted(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    port: &ListenerPort<'_>,
    forward: &Forward,
    targets: &mut Vec<(TargetGroupRef, Option<i32>)>,
    stack: &mut Stack,
) -> Result<(), PlanError> {
    for tuple in &forward.target_groups {
        let reference = match (&tuple.target_group_arn, &tuple.service_name) {
            (Some(arn), _) => TargetGroupRef::Arn(arn.clone()),
            (None, name) => {
                let name = name.as_deref().unwrap_or_default();
                let missing = |what: &str| -> PlanError {
                    let key = format!("actions.{}-{}", port.protocol, port.service_port.port);
                    let expected = format!("right: there is no {what} in namespace {}", subject.namespace());
                    subject
                        .annotations
                        .error(&key, expected, "create it, or correct the name")
                        .into()
                };
                let service = subject
                    .facts
                    .services
                    .get(name)
                    .ok_or_else(|| missing(&format!("Service {name}")))?;
                let wanted = tuple.service_port.as_ref();
                let service_port =
                    find_port(service, wanted).ok_or_else(|| missing(&format!("such port of Service {name}")))?;
                let decrypts = port.protocol == "TLS" && tuple.decrypt == Some(true);
                let protocol = if decrypts {
                    "TCP".to_owned()
                } else {
                    port.protocol.clone()
                };
                add_backend(
                    subject,
                    frame,
                    groups,
                    &Backend {
                        service,
                        port: service_port,
                        protocol,
                    },
                    stack,
                )?
            }
        };
        targets.push((reference, tuple.weight));
    }
    Ok(())
}

fn find_port<'a>(service: &'a Service, wanted: Option<&IntOrString>) -> Option<&'a ServicePort> {
    let ports = service.spec.as_ref()?.ports.as_ref()?;
    ports.iter().find(|port| match wanted {
        Some(IntOrString::Int(number)) => port.port == *number,
        Some(IntOrString::String(name)) => port.name.as_ref() == Some(name) || port.port.to_string() == *name,
        None => false,
    })
}

/// The target group of a backend, made once per stack.
fn add_backend(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    backend: &Backend<'_>,
    stack: &mut Stack,
) -> Result<TargetGroupRef, PlanError> {
    let id = backend.id();
    if stack.target_groups.iter().all(|group| group.id != id) {
        let group = target_group::build(subject, frame, backend)?;
        stack
            .bindings
            .push(binding::build(subject, frame, groups, backend, &group)?);
        stack.target_groups.push(group);
    }
    Ok(TargetGroupRef::Id(id))
}
