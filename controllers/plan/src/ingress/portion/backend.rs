//! What answers a request: Services, target groups, or the load balancer itself.

use super::action::{self, Written, WrittenForward, WrittenTarget};
use super::target_group::Targets;
use super::{Reading, authentication};
use crate::port;
use crate::{NO_ANNOTATIONS, PlanError};
use aws_api::elbv2::{Action, FixedResponse, Forward, ForwardTarget};
use controllers_api::annotation::{Annotations, Layer};
use k8s_openapi::api::core::v1::{Service, ServicePort as KubePort};
use k8s_openapi::api::networking::v1::{IngressBackend, IngressSpec, ServiceBackendPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::TargetGroupRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Name of a port that stands for the annotation `actions.<service name>`.
const USE_ANNOTATION: &str = "use-annotation";

/// The actions of a rule or listener.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// What comes first, on HTTPS only: who asks.
    pub(crate) authentication: Vec<Action<TargetGroupRef>>,
    /// What answers.
    pub(crate) action: Action<TargetGroupRef>,
}

impl Answer {
    /// All actions on a listener of this protocol, in order.
    pub(crate) fn actions(&self, protocol: &str) -> Vec<Action<TargetGroupRef>> {
        let first = self.authentication.iter().filter(|_| protocol == "HTTPS");
        first.chain([&self.action]).cloned().collect()
    }
}

/// A Service with one of its ports.
pub(crate) struct ServicePort<'a> {
    pub(crate) service: &'a Service,
    pub(crate) name: &'a str,
    pub(crate) port: &'a KubePort,
    object: &'a str,
    reference: &'a IntOrString,
}

impl<'a> ServicePort<'a> {
    /// All ports of the Service.
    pub(crate) fn ports(&self) -> &'a [KubePort] {
        ports(self.service)
    }

    /// The port as the Ingress writes it.
    pub(crate) fn written(&self) -> String {
        match self.reference {
            IntOrString::Int(number) => number.to_string(),
            IntOrString::String(name) => name.clone(),
        }
    }

    /// The port as the Ingress writes it.
    pub(crate) fn written_port(&self) -> IntOrString {
        self.reference.clone()
    }

    /// `Service <namespace>/<name>`.
    pub(crate) fn object(&self) -> String {
        self.object.to_owned()
    }

    fn layer(&self) -> Layer<'a> {
        Layer {
            object: self.object,
            annotations: self.service.metadata.annotations.as_ref().unwrap_or(&NO_ANNOTATIONS),
        }
    }

    /// The Service's annotations.
    pub(crate) fn annotations(&self) -> Annotations<'a> {
        Annotations::ingress(self.layer())
    }
}

fn ports(service: &Service) -> &[KubePort] {
    service
        .spec
        .as_ref()
        .and_then(|spec| spec.ports.as_deref())
        .unwrap_or_default()
}

impl<'a> Reading<'a> {
    /// The annotations of a Service over those of the Ingress.
    pub(crate) fn over<'b>(&self, backend: &ServicePort<'b>) -> Annotations<'b>
    where
        'a: 'b,
    {
        self.annotations.under(backend.layer())
    }

    /// What a backend of the Ingress means. `field` is where it stands in `spec`.
    pub(crate) fn answer(
        &self,
        backend: &IngressBackend,
        field: &str,
        targets: &mut Vec<Targets>,
    ) -> Result<Answer, PlanError> {
        let service = backend.service.as_ref().ok_or_else(|| no_service(backend, field))?;
        let written = match reference(service.port.as_ref()) {
            IntOrString::String(port) if port == USE_ANNOTATION => match action::read(self.annotations, &service.name)?
            {
                Some(written) => written,
                None => return self.without_action(&service.name, field),
            },
            port => Written::Forward(WrittenForward {
                targets: vec![(WrittenTarget::Service(service.name.clone(), port), None)],
                stickiness: None,
            }),
        };
        match written {
            Written::Redirect(to) => self.plain(Action::Redirect(to)),
            Written::FixedResponse(with) => self.plain(Action::FixedResponse(with)),
            Written::Forward(forward) => self.forward(&forward, &service.name, field, targets),
        }
    }

    /// An answer that no Service has a say in.
    fn plain(&self, action: Action<TargetGroupRef>) -> Result<Answer, PlanError> {
        Ok(Answer {
            authentication: self.authentication(self.annotations)?,
            action,
        })
    }

    fn authentication(&self, backend: Annotations<'_>) -> Result<Vec<Action<TargetGroupRef>>, PlanError> {
        let label = self.config.required_secrets_label.as_ref();
        authentication::read(backend, self.annotations, self.key, self.facts, label)
    }

    fn without_action(&self, name: &str, field: &str) -> Result<Answer, PlanError> {
        if self.config.tolerate_non_existent_backend_action {
            return self.plain(unavailable("Backend action does not exist"));
        }
        Err(PlanError::Field {
            object: None,
            field: format!("{field}.service"),
            value: name.to_owned(),
            problem: format!("there is no annotation {}actions.{name}", self.annotations.prefix()),
            remedy: "add it, or name a port of a Service instead of use-annotation".to_owned(),
        })
    }

    fn forward(
        &self,
        forward: &WrittenForward,
        name: &str,
        field: &str,
        targets: &mut Vec<Targets>,
    ) -> Result<Answer, PlanError> {
        if let [(WrittenTarget::Service(service, port), weight)] = forward.targets.as_slice() {
            return self.forward_to_service(service, port, *weight, forward, field, targets);
        }
        if forward.targets.len() > 1 && !self.config.gates.weighted_target_groups {
            let expected = "possible: the feature gate WeightedTargetGroups is off";
            let remedy = "forward to one of them, or start the controller with the feature gate";
            return Err(self
                .annotations
                .error(&format!("actions.{name}"), expected, remedy)
                .into());
        }
        let target = |(target, weight): &(WrittenTarget, Option<i32>)| {
            Ok(ForwardTarget {
                target_group: self.target(target, name, field, targets)?,
                weight: *weight,
            })
        };
        let forward_targets = forward.targets.iter().map(target).collect::<Result<_, PlanError>>()?;
        self.plain(Action::Forward(Forward {
            targets: forward_targets,
            stickiness: forward.stickiness,
        }))
    }

    /// Forwarding to one Service alone, which may not be there, and whose annotations say who may ask.
    fn forward_to_service(
        &self,
        name: &str,
        port: &IntOrString,
        weight: Option<i32>,
        forward: &WrittenForward,
        field: &str,
        targets: &mut Vec<Targets>,
    ) -> Result<Answer, PlanError> {
        let Some(service) = self.service(name) else {
            return match self.config.tolerate_non_existent_backend_service {
                true => self.plain(unavailable("Backend service does not exist")),
                false => Err(self.missing(name, field)),
            };
        };
        let object = self.object_of(name);
        let backend = backend(service, name, port, &object, field)?;
        let target_group = self.target_group(&backend, targets)?;
        Ok(Answer {
            authentication: self.authentication(self.over(&backend))?,
            action: Action::Forward(Forward {
                targets: vec![ForwardTarget { target_group, weight }],
                stickiness: forward.stickiness,
            }),
        })
    }

    /// One of several targets, or one that is no Service.
    fn target(
        &self,
        target: &WrittenTarget,
        action: &str,
        field: &str,
        targets: &mut Vec<Targets>,
    ) -> Result<TargetGroupRef, PlanError> {
        match target {
            WrittenTarget::Arn(arn) => Ok(TargetGroupRef::Arn(arn.clone())),
            WrittenTarget::Name(name) => {
                let arn = self.facts.target_groups.get(name).cloned();
                arn.map(TargetGroupRef::Arn).ok_or_else(|| {
                    let expected = format!("right: there is no target group {name}");
                    let remedy = "make it, or name one that exists";
                    self.annotations
                        .error(&format!("actions.{action}"), expected, remedy)
                        .into()
                })
            }
            WrittenTarget::Service(name, port) => {
                let service = self.service(name).ok_or_else(|| self.missing(name, field))?;
                let object = self.object_of(name);
                self.target_group(&backend(service, name, port, &object, field)?, targets)
            }
        }
    }

    fn service(&self, name: &str) -> Option<&'a Service> {
        self.facts.services.get(&(self.key.namespace.clone(), name.to_owned()))
    }

    fn object_of(&self, name: &str) -> String {
        format!("Service {}/{name}", self.key.namespace)
    }

    fn missing(&self, name: &str, field: &str) -> PlanError {
        PlanError::Field {
            object: None,
            field: format!("{field}.service.name"),
            value: name.to_owned(),
            problem: format!("there is no {}", self.object_of(name)),
            remedy: "make it, or name one that exists in the namespace of the Ingress".to_owned(),
        }
    }
}

/// A backend that is something else than a Service.
pub(crate) fn no_service(backend: &IngressBackend, field: &str) -> PlanError {
    let resource = backend.resource.as_ref().map(|resource| resource.name.as_str());
    let remedy = "name a Service and one of its ports";
    PlanError::field(
        format!("{field}.resource"),
        resource.unwrap_or_default(),
        "is no Service",
        remedy,
    )
}

fn reference(port: Option<&ServiceBackendPort>) -> IntOrString {
    match port {
        Some(ServiceBackendPort { name: Some(name), .. }) if !name.is_empty() => IntOrString::String(name.clone()),
        Some(ServiceBackendPort { number, .. }) => IntOrString::Int(number.unwrap_or_default()),
        None => IntOrString::Int(0),
    }
}

fn backend<'s>(
    service: &'s Service,
    name: &'s str,
    reference: &'s IntOrString,
    object: &'s str,
    field: &str,
) -> Result<ServicePort<'s>, PlanError> {
    let port = port::find(ports(service), reference).ok_or_else(|| {
        let has: Vec<_> = ports(service).iter().map(port::described).collect();
        PlanError::Field {
            object: None,
            field: format!("{field}.service.port"),
            value: match reference {
                IntOrString::Int(number) => number.to_string(),
                IntOrString::String(name) => name.clone(),
            },
            problem: format!("{object} has no such port"),
            remedy: format!("use one that it has: {}", has.join(", ")),
        }
    })?;
    Ok(ServicePort {
        service,
        name,
        port,
        object,
        reference,
    })
}

fn unavailable(body: &str) -> Action<TargetGroupRef> {
    Action::FixedResponse(FixedResponse {
        content_type: Some("text/plain".to_owned()),
        message_body: Some(body.to_owned()),
        status_code: "503".to_owned(),
    })
}

/// The Services that backends of an Ingress, and its actions, name. Actions that cannot be read name none; planning tells what is wrong with them.
pub(crate) fn services(spec: &IngressSpec, annotations: Annotations<'_>) -> BTreeSet<String> {
    let paths = spec.rules.iter().flatten().filter_map(|rule| rule.http.as_ref());
    let backends = paths.flat_map(|http| &http.paths).map(|path| &path.backend);
    let mut names = BTreeSet::new();
    for service in backends
        .chain(&spec.default_backend)
        .filter_map(|backend| backend.service.as_ref())
    {
        if reference(service.port.as_ref()) != IntOrString::String(USE_ANNOTATION.to_owned()) {
            names.insert(service.name.clone());
        } else if let Ok(Some(Written::Forward(forward))) = action::read(annotations, &service.name) {
            names.extend(forward.targets.into_iter().filter_map(|(target, _)| match target {
                WrittenTarget::Service(name, _) => Some(name),
                WrittenTarget::Arn(_) | WrittenTarget::Name(_) => None,
            }));
        }
    }
    names
}

/// Names of the target groups that actions of an Ingress forward to.
pub(crate) fn target_groups(annotations: Annotations<'_>) -> Vec<String> {
    let actions = annotations.keys_with("actions.");
    let written = actions.filter_map(|name| action::read(annotations, name).ok().flatten());
    let targets = written.flat_map(|written| match written {
        Written::Forward(forward) => forward.targets,
        Written::Redirect(_) | Written::FixedResponse(_) => Vec::new(),
    });
    let name = |(target, _)| match target {
        WrittenTarget::Name(name) => Some(name),
        WrittenTarget::Arn(_) | WrittenTarget::Service(..) => None,
    };
    targets.filter_map(name).collect()
}
