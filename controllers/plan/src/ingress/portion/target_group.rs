//! Target groups of Services, and their bindings.

use super::backend::ServicePort;
use super::{Reading, health_check};
use crate::{PlanError, binding, port};
use aws_api::Tags;
use controllers_api::annotation::Annotations;
use controllers_api::target_group_binding::{NetworkingPort, TargetGroupBindingSpec};
use controllers_api::{INGRESS_STACK_LABEL, INGRESS_STACK_NAME_LABEL, INGRESS_STACK_NAMESPACE_LABEL};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::names::ingress::{self as names, TargetGroupName};
use model::tags::Owner;
use model::{Binding, GroupId, TargetGroup, TargetGroupRef};
use serde::{Deserialize, Serialize};

const TYPE: &str = "target-type";

/// A target group with its binding. The rules that open the targets follow from the security groups of the load balancer, so they are not there yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Targets {
    pub(crate) group: TargetGroup,
    pub(crate) binding: Binding,
    /// Ports of the targets that the load balancer must reach.
    pub(crate) ports: Vec<NetworkingPort>,
}

impl Reading<'_> {
    /// The target group of a Service's port, made the first time.
    pub(crate) fn target_group(
        &self,
        backend: &ServicePort<'_>,
        targets: &mut Vec<Targets>,
    ) -> Result<TargetGroupRef, PlanError> {
        let written = backend.written();
        let id = format!("{}-{}:{written}", self.key, backend.name);
        if targets.iter().all(|targets| targets.group.id != id) {
            targets.push(self.targets(backend, self.over(backend), id.clone())?);
        }
        Ok(TargetGroupRef::Id(id))
    }

    fn targets(
        &self,
        backend: &ServicePort<'_>,
        annotations: Annotations<'_>,
        id: String,
    ) -> Result<Targets, PlanError> {
        let target_type = self.target_type(annotations)?;
        let group = self.group(backend, annotations, target_type, id)?;
        let pods = match target_type {
            "instance" => IntOrString::Int(group.port),
            _ => port::pod_port(backend.port),
        };
        let checked = group.health_check.port.parse().ok();
        let further = checked.into_iter().chain(group.control_port).map(IntOrString::Int);
        let ports = match self.config.disable_restricted_rules {
            true => vec![binding::tcp(None)],
            false => std::iter::once(pods)
                .chain(further)
                .map(Some)
                .map(binding::tcp)
                .collect(),
        };
        let binding = self.binding(backend, annotations, &group)?;
        Ok(Targets { group, binding, ports })
    }

    fn target_type(&self, annotations: Annotations<'_>) -> Result<&'static str, PlanError> {
        use controllers_api::target_group_binding::TargetType;
        let of_class = self
            .params
            .and_then(|params| params.target_type)
            .map(|kind| match kind {
                TargetType::Instance => "instance",
                TargetType::Ip => "ip",
            });
        let asked = match of_class {
            Some(kind) => Some(kind),
            None => annotations.word(TYPE, &["instance", "ip"])?,
        };
        if asked.unwrap_or(&self.config.default_target_type) != "ip" {
            return Ok("instance");
        }
        match self.config.gates.ip_target_type {
            true => Ok("ip"),
            false => {
                let remedy = "write \"instance\" or start the controller with the feature gate EnableIPTargetType";
                Err(annotations
                    .error(TYPE, "possible: the feature gate EnableIPTargetType is off", remedy)
                    .into())
            }
        }
    }

    fn group(
        &self,
        backend: &ServicePort<'_>,
        annotations: Annotations<'_>,
        target_type: &str,
        id: String,
    ) -> Result<TargetGroup, PlanError> {
        let protocol = annotations
            .word("backend-protocol", &["HTTP", "HTTPS"])?
            .unwrap_or("HTTP");
        let versions = ["HTTP1", "HTTP2", "GRPC"];
        let version = annotations
            .word("backend-protocol-version", &versions)?
            .unwrap_or("HTTP1");
        let health_check = health_check::read(annotations, backend, target_type, protocol, version)?;
        let control_port = control_port(annotations, backend, target_type)?;
        let number = port::target_port(backend.service, backend.port, target_type, Some(&backend.object()))?;
        let name = names::target_group(&TargetGroupName {
            cluster: &self.config.cluster,
            group: self.group,
            ingress_namespace: &self.key.namespace,
            ingress_name: &self.key.name,
            service_namespace: &self.key.namespace,
            service_name: backend.name,
            service_uid: backend.service.metadata.uid.as_deref().unwrap_or_default(),
            service_port: &backend.written(),
            port: number,
            target_type,
            protocol,
            protocol_version: version,
            control_port,
        });
        Ok(TargetGroup {
            name,
            target_type: target_type.to_owned(),
            protocol: protocol.to_owned(),
            protocol_version: Some(version.to_owned()),
            port: number,
            ip_address_type: if port::is_ipv6(backend.service) { "ipv6" } else { "ipv4" }.to_owned(),
            health_check,
            control_port,
            attributes: annotations.map("target-group-attributes")?,
            tags: self.resource_tags(&id, &self.user_tags(annotations)?),
            id,
        })
    }

    fn binding(
        &self,
        backend: &ServicePort<'_>,
        annotations: Annotations<'_>,
        group: &TargetGroup,
    ) -> Result<Binding, PlanError> {
        let key = "multi-cluster-target-group";
        let own = self.annotations.boolean(key)?.unwrap_or(false);
        let of_service = backend.annotations().boolean(key)?.unwrap_or(false);
        let spec = TargetGroupBindingSpec {
            multi_cluster_target_group: own || of_service,
            ..binding::spec(
                group,
                backend.name,
                backend.written_port(),
                &annotations.map("target-node-labels")?,
                &self.config.vpc_id,
            )
        };
        Ok(Binding {
            namespace: self.key.namespace.clone(),
            name: group.name.clone(),
            target_group: group.id.clone(),
            labels: labels(self.group),
            spec: serde_json::to_value(spec).map_err(|error| PlanError::Binding(error.to_string()))?,
        })
    }

    /// All tags of an object of the group.
    pub(crate) fn resource_tags(&self, resource: &str, user: &Tags) -> Tags {
        let id = self.group.to_string();
        Owner::Ingress.resource_tags(
            &self.config.cluster,
            &id,
            resource,
            &self.config.with_default_tags(user),
        )
    }
}

fn control_port(
    annotations: Annotations<'_>,
    backend: &ServicePort<'_>,
    target_type: &str,
) -> Result<Option<i32>, PlanError> {
    let key = format!("target-control-port.{}.{}", backend.name, backend.written());
    let port = annotations.number(&key)?;
    if port.is_some() && target_type == "instance" {
        let expected = "possible for targets of type instance";
        return Err(annotations
            .error(&key, expected, "use targets of type ip, or remove the annotation")
            .into());
    }
    Ok(port)
}

/// What says whose a binding is.
fn labels(group: &GroupId) -> Tags {
    let pairs = match group {
        GroupId::Explicit(name) => vec![(INGRESS_STACK_LABEL, name)],
        GroupId::Implicit { namespace, name } => {
            vec![
                (INGRESS_STACK_NAMESPACE_LABEL, namespace),
                (INGRESS_STACK_NAME_LABEL, name),
            ]
        }
    };
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
}
