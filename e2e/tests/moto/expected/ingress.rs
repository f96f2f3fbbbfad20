//! Names of what is recorded for groups of Ingresses.

use super::{CLUSTER, Objects, number, text};
use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::api::networking::v1::Ingress;
use model::GroupId;
use model::names::ingress::{self as names, TargetGroupName};
use serde_json::Value;

/// What a target group is for.
pub(super) struct Backend<'a> {
    ingress: &'a Ingress,
    pub(super) service: &'a Service,
    pub(super) port: &'a ServicePort,
    /// The port as the Ingress writes it.
    written: &'a str,
}

/// The group that an object was made for.
pub(super) fn group(object: &Value) -> Option<GroupId> {
    object["tags"]["ingress.k8s.aws/stack"].as_str().map(GroupId::from)
}

/// Finds the backend that `namespace/ingress-service:port` names.
pub(super) fn backend<'a>(group: &'a Value, objects: &'a Objects) -> Result<Backend<'a>> {
    let resource = text(&group["tags"], "ingress.k8s.aws/resource");
    let parsed = || {
        let (names, written) = resource.split_once('/')?.1.rsplit_once(':')?;
        let mut pairs = objects.ingresses.iter().filter_map(|(name, ingress)| {
            let service = names.strip_prefix(name.as_str())?.strip_prefix('-')?;
            Some((ingress, objects.services.get(service)?))
        });
        let (ingress, service) = pairs.next()?;
        let mut ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
        let port = ports.find(|port| port.port.to_string() == written || port.name.as_deref() == Some(written))?;
        Some(Backend {
            ingress,
            service,
            port,
            written,
        })
    };
    parsed().with_context(|| format!("no Ingress and Service have {resource:?}"))
}

pub(super) fn load_balancer(balancer: &Value, group: &GroupId) -> String {
    names::load_balancer(CLUSTER, group, text(balancer, "Scheme"))
}

pub(super) fn security_group(group: &GroupId) -> String {
    names::managed_security_group(CLUSTER, group)
}

pub(super) fn target_group(recorded: &Value, group: &GroupId, objects: &Objects) -> Result<String> {
    let backend = backend(recorded, objects)?;
    let field = |field: &Option<String>| field.clone().unwrap_or_default();
    let (ingress, service) = (&backend.ingress.metadata, &backend.service.metadata);
    Ok(names::target_group(&TargetGroupName {
        cluster: CLUSTER,
        group,
        ingress_namespace: &field(&ingress.namespace),
        ingress_name: &field(&ingress.name),
        service_namespace: &field(&service.namespace),
        service_name: &field(&service.name),
        service_uid: &field(&service.uid),
        service_port: backend.written,
        port: number(recorded, "Port"),
        target_type: text(recorded, "TargetType"),
        protocol: text(recorded, "Protocol"),
        protocol_version: text(recorded, "ProtocolVersion"),
        control_port: None,
    }))
}
