//! Puts the portions of a group together.

mod agreement;
mod frontend;
mod listen;
mod listener;
mod load_balancer;
mod optimise;
mod security_group;
mod targets;

use crate::ingress::{Facts, Portion};
use crate::{Config, PlanError};
use aws_api::Tags;
use controllers_api::annotation::{AnnotationError, INGRESS_PREFIX};
use model::tags::Owner;
use model::{GroupId, Stack};

/// An attempt to make a stack of some portions.
pub(crate) struct Attempt<'a> {
    pub(crate) group: &'a GroupId,
    /// In the order of the members.
    pub(crate) portions: &'a [&'a Portion],
    /// What was good of the same members before.
    pub(crate) earlier: &'a [Option<&'a Portion>],
    pub(crate) facts: &'a Facts,
    pub(crate) config: &'a Config,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) struct Blame {
    /// Place of the portion without which another attempt may succeed.
    pub(crate) culprit: Option<usize>,
    pub(crate) error: Box<PlanError>,
}

impl From<PlanError> for Blame {
    /// Nobody's fault.
    fn from(error: PlanError) -> Self {
        Self {
            culprit: None,
            error: Box::new(error),
        }
    }
}

impl Attempt<'_> {
    pub(crate) fn stack(&self) -> Result<Stack, Blame> {
        let ports = self.ports()?;
        let frame = self.frame()?;
        let groups = self.security_groups(&frame, &ports)?;
        let load_balancer = self.load_balancer(&frame, &groups)?;
        let (listeners, used) = self.listeners(&ports)?;
        let targets = self.targets(&frame, &groups, &used)?;
        let certificates = self.portions.iter().filter_map(|portion| portion.certificate.clone());
        Ok(Stack {
            owner: Owner::Ingress,
            id: self.group.to_string(),
            frontend: self.frontend(&load_balancer, &groups)?,
            load_balancer: Some(load_balancer),
            managed_security_group: groups.managed,
            needs_backend_security_group: groups.needs_backend,
            target_groups: targets.iter().map(|(group, _)| group.clone()).collect(),
            bindings: targets.into_iter().map(|(_, binding)| binding).collect(),
            listeners,
            certificates: certificates.collect(),
            add_ons: self.add_ons()?,
        })
    }

    /// All tags of a resource: the user's with the defaults, and those by which it is found again.
    fn resource_tags(&self, resource: &str, user: &Tags) -> Tags {
        let user = self.config.with_default_tags(user);
        self.tracked(resource, &user)
    }

    /// All tags of a resource, without the defaults.
    fn tracked(&self, resource: &str, user: &Tags) -> Tags {
        Owner::Ingress.resource_tags(&self.config.cluster, &self.group.to_string(), resource, user)
    }

    /// Blames a member for what it asks.
    fn blame(&self, by: usize, error: PlanError) -> Blame {
        Blame {
            culprit: Some(by),
            error: Box::new(error.of(&self.named(by))),
        }
    }

    /// Blames a member for an annotation.
    fn wrong(&self, by: usize, key: &str, value: &str, expected: String, remedy: &str) -> Blame {
        let error = AnnotationError {
            key: format!("{INGRESS_PREFIX}{key}"),
            object: Box::default(),
            value: value.to_owned(),
            expected,
            remedy: remedy.to_owned(),
        };
        self.blame(by, error.into())
    }

    /// `Ingress <namespace>/<name>`.
    fn named(&self, member: usize) -> String {
        format!("Ingress {}", self.portions[member].key)
    }
}
