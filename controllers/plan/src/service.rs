//! Services of type LoadBalancer to network load balancers.

mod attributes;
mod binding;
pub mod claim;
mod facts;
mod listener;
mod load_balancer;
mod port;
mod security_group;
mod target_group;
mod weighted;

pub use facts::{Facts, Needs, needs};

use crate::{Config, NO_ANNOTATIONS, PlanError};
use controllers_api::annotation::Annotations;
use k8s_openapi::api::core::v1::Service;
use model::Stack;
use model::tags::Owner;

/// What one plan is made from.
pub(crate) struct Subject<'a> {
    pub(crate) service: &'a Service,
    pub(crate) annotations: Annotations<'a>,
    pub(crate) config: &'a Config,
    pub(crate) facts: &'a Facts,
    /// User tags, defaults included.
    pub(crate) tags: aws_api::Tags,
}

/// The annotations of a Service.
#[must_use]
pub fn annotations(service: &Service) -> Annotations<'_> {
    Annotations::service(service.metadata.annotations.as_ref().unwrap_or(&NO_ANNOTATIONS))
}

/// `namespace/name`.
#[must_use]
pub fn stack_id(service: &Service) -> String {
    let name = service.metadata.name.as_deref().unwrap_or_default();
    format!("{}/{name}", service.metadata.namespace.as_deref().unwrap_or("default"))
}

/// Everything a Service asks for. For a Service that is not ours the stack is empty, which stands for removing all that it had.
///
/// # Errors
/// When the Service asks for something that cannot be; the error names the annotation or field, its value, and what to write instead.
pub fn plan(service: &Service, facts: &Facts, config: &Config) -> Result<Stack, PlanError> {
    let annotations = annotations(service);
    let id = stack_id(service);
    if !claim::is_ours(service, config) {
        deletion_is_allowed(annotations)?;
        return Ok(Stack { id, ..Stack::default() });
    }
    let tags = user_tags(annotations, config)?;
    let subject = Subject {
        service,
        annotations,
        config,
        facts,
        tags,
    };
    let frame = load_balancer::frame(&subject)?;
    let groups = security_group::decide(&subject, &frame)?;
    let load_balancer = load_balancer::build(&subject, &frame, &groups)?;
    let mut stack = Stack {
        id,
        load_balancer: Some(load_balancer),
        needs_backend_security_group: groups.needs_backend,
        managed_security_group: groups.managed.clone(),
        ..Stack::default()
    };
    for port in port::listener_ports(&subject)? {
        listener::add(&subject, &frame, &groups, &port, &mut stack)?;
    }
    Ok(stack)
}

/// A Service that asks for deletion protection is not removed.
fn deletion_is_allowed(annotations: Annotations<'_>) -> Result<(), PlanError> {
    let key = "aws-load-balancer-attributes";
    let protected = annotations
        .map(key)?
        .get("deletion_protection.enabled")
        .is_some_and(|value| value == "true");
    if protected {
        let remedy = "set deletion_protection.enabled=false there first, then the load balancer is deleted";
        return Err(annotations.error(key, "free of deletion protection", remedy).into());
    }
    Ok(())
}

/// Tags of the annotation and of `--default-tags`, which win unless a gate says otherwise.
fn user_tags(annotations: Annotations<'_>, config: &Config) -> Result<aws_api::Tags, PlanError> {
    let key = "aws-load-balancer-additional-resource-tags";
    let own = annotations.map(key)?;
    if let Some(external) = config.external_tag(&own) {
        let remedy = format!("remove the tag {external}: --external-managed-tags leaves it to others");
        return Err(annotations.error(key, "free of externally managed tags", remedy).into());
    }
    Ok(config.with_default_tags(&own))
}

impl Subject<'_> {
    /// All tags of one of the stack's resources.
    pub(crate) fn resource_tags(&self, resource: &str) -> aws_api::Tags {
        Owner::Service.resource_tags(&self.config.cluster, &stack_id(self.service), resource, &self.tags)
    }

    pub(crate) fn namespace(&self) -> &str {
        self.service.metadata.namespace.as_deref().unwrap_or("default")
    }

    pub(crate) fn name(&self) -> &str {
        self.service.metadata.name.as_deref().unwrap_or_default()
    }

    pub(crate) fn uid(&self) -> &str {
        self.service.metadata.uid.as_deref().unwrap_or_default()
    }
}
