//! Names of what is recorded for Services.

use super::{CLUSTER, number, text};
use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use model::names::service::{self as names, TargetGroupName};
use serde_json::Value;
use std::collections::BTreeMap;

type Services = BTreeMap<String, Service>;

/// `namespace/name` in a tag to the Service.
fn service<'a>(id: &str, services: &'a Services) -> Result<&'a Service> {
    let name = id.rsplit_once('/').map_or(id, |(_, name)| name);
    services.get(name).with_context(|| format!("there is no Service {id}"))
}

/// The Service and port that a target group is for.
pub(super) fn backend<'a>(group: &Value, services: &'a Services) -> Result<(&'a Service, &'a ServicePort)> {
    let resource = tag(group, "resource")?;
    let (id, number) = resource
        .rsplit_once(':')
        .context("a target group's resource is service:port")?;
    let found = service(id, services)?;
    let mut ports = found.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let port = ports.find(|port| port.port.to_string() == number);
    Ok((found, port.with_context(|| format!("there is no port {resource}"))?))
}

fn tag<'a>(object: &'a Value, kind: &str) -> Result<&'a str> {
    let key = format!("service.k8s.aws/{kind}");
    object["tags"][&key]
        .as_str()
        .with_context(|| format!("no tag {key}: {object}"))
}

/// Whether a security group was made for a Service.
pub(super) fn is_managed(group: &Value) -> bool {
    tag(group, "stack").is_ok()
}

pub(super) fn load_balancer(balancer: &Value, services: &Services) -> Result<String> {
    let owner = Named::of(service(tag(balancer, "stack")?, services)?);
    let scheme = text(balancer, "Scheme");
    Ok(names::load_balancer(
        CLUSTER,
        owner.namespace,
        owner.name,
        owner.uid,
        scheme,
    ))
}

pub(super) fn security_group(group: &Value, services: &Services) -> Result<String> {
    let owner = Named::of(service(tag(group, "stack")?, services)?);
    Ok(names::managed_security_group(
        CLUSTER,
        owner.namespace,
        owner.name,
        owner.uid,
    ))
}

pub(super) fn target_group(group: &Value, services: &Services) -> Result<String> {
    let base = Named::of(service(tag(group, "stack")?, services)?);
    let (backend, port) = backend(group, services)?;
    let owner = Named::of(backend);
    Ok(names::target_group(&TargetGroupName {
        cluster: CLUSTER,
        base_uid: if base.uid == owner.uid { "" } else { base.uid },
        namespace: owner.namespace,
        name: owner.name,
        uid: owner.uid,
        port: number(group, "Port"),
        service_port: port.port,
        target_type: text(group, "TargetType"),
        protocol: text(group, "Protocol"),
        health_check_protocol: text(group, "HealthCheckProtocol"),
        health_check_interval: number(group, "HealthCheckIntervalSeconds"),
    }))
}

/// What names are made of.
struct Named<'a> {
    namespace: &'a str,
    name: &'a str,
    uid: &'a str,
}

impl<'a> Named<'a> {
    fn of(service: &'a Service) -> Self {
        let text = |field: &'a Option<String>| field.as_deref().unwrap_or_default();
        Self {
            namespace: text(&service.metadata.namespace),
            name: text(&service.metadata.name),
            uid: text(&service.metadata.uid),
        }
    }
}
