//! Makes changes, one after the other, and records each.
//!
//! The process may end after any of them: what was made carries the stack's tags, so the next observation finds it
//! and the next diff goes on from there.

mod certificate;
mod listener;
mod load_balancer;
mod rule;
mod security_group;
mod target_group;

use crate::bindings::{BindingError, Bindings};
use crate::change::Change;
use crate::defaults::{Defaults, Kind};
use crate::observed::{Observed, Role};
use crate::record::Made;
use aws_api::elbv2::Attributes;
use aws_api::{Aws, AwsError, ErrorClass};
use model::{SecurityGroupRef, Stack};
use std::time::Duration;

/// Why a change could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// AWS refused it.
    #[error("cannot make the change [{change}]")]
    Aws {
        /// The change.
        change: Box<Change>,
        /// AWS's answer.
        #[source]
        source: AwsError,
    },
    /// Kubernetes refused it.
    #[error("cannot make the change [{change}]")]
    Binding {
        /// The change.
        change: String,
        /// The cluster's answer.
        #[source]
        source: BindingError,
    },
    /// It refers to an object of the stack that does not exist.
    #[error("cannot make the change [{0}]: it refers to an object that the stack does not have")]
    Unresolved(String),
    /// AWS is not ready for it. Nothing is wrong.
    #[error("the change [{change}] waits: {reason}")]
    Waiting {
        /// The change.
        change: String,
        /// What for.
        reason: String,
        /// When to look again.
        again: Duration,
    },
}

impl ApplyError {
    /// Whether AWS's answer shows that what was observed is not what is.
    #[must_use]
    pub fn contradicts_observation(&self) -> bool {
        match self {
            ApplyError::Aws { source, .. } => {
                matches!(source.class(), ErrorClass::NotFound | ErrorClass::Duplicate)
                    || matches!(source.code.as_str(), "InvalidSecurityGroup" | "PriorityInUse")
            }
            ApplyError::Unresolved(_) => true,
            ApplyError::Binding { .. } | ApplyError::Waiting { .. } => false,
        }
    }

    /// The change that AWS does not take as it is, and its answer.
    pub(crate) fn refused(&self) -> Option<(&Change, &AwsError)> {
        match self {
            ApplyError::Aws { change, source } => {
                let refusal = matches!(
                    source.class(),
                    ErrorClass::Invalid | ErrorClass::NotFound | ErrorClass::Limit
                );
                refusal.then_some((change, source))
            }
            _ => None,
        }
    }

    /// Whether AWS has no room for another rule.
    pub(crate) fn is_too_many_rules(&self) -> bool {
        matches!(self, ApplyError::Aws { source, .. } if source.code == "TooManyRules")
    }
}

/// Where changes are made.
pub(crate) struct Target<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) bindings: &'a dyn Bindings,
    pub(crate) defaults: &'a Defaults,
    pub(crate) vpc_id: &'a str,
    pub(crate) stack: &'a Stack,
    /// How long a load balancer that is being provisioned is given before it is looked at again.
    pub(crate) stabilization: Duration,
}

/// Why a step of a change failed, before it is known which.
enum Failure {
    Aws(AwsError),
    Binding(BindingError),
    Unresolved,
    Waiting { reason: String, again: Duration },
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        Failure::Aws(error)
    }
}

impl From<BindingError> for Failure {
    fn from(error: BindingError) -> Self {
        Failure::Binding(error)
    }
}

impl Failure {
    fn of(self, change: &Change) -> ApplyError {
        let refused = Box::new(change.clone());
        let change = change.to_string();
        match self {
            Failure::Aws(source) => ApplyError::Aws {
                change: refused,
                source,
            },
            Failure::Binding(source) => ApplyError::Binding { change, source },
            Failure::Unresolved => ApplyError::Unresolved(change),
            Failure::Waiting { reason, again } => ApplyError::Waiting { change, reason, again },
        }
    }
}

impl Target<'_> {
    /// Makes one change and records it in `observed`.
    pub(crate) async fn apply(&self, change: &Change, observed: &mut Observed) -> Result<(), ApplyError> {
        let made = self
            .make(change, observed)
            .await
            .map_err(|failure| failure.of(change))?;
        observed.record(change, made, self.stack);
        Ok(())
    }

    async fn make(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        match change {
            Change::CreateSecurityGroup(_)
            | Change::TagSecurityGroup { .. }
            | Change::Authorize(_)
            | Change::Revoke(_)
            | Change::DeleteSecurityGroup { .. } => self.security_group(change, observed).await,
            Change::RequestCertificate(_) | Change::AwaitCertificate { .. } | Change::DeleteCertificate { .. } => {
                self.certificate(change, observed).await
            }
            Change::CreateTargetGroup(_)
            | Change::ModifyHealthCheck { .. }
            | Change::ModifyTargetGroupAttributes { .. }
            | Change::RegisterLoadBalancer { .. }
            | Change::DeregisterTargets { .. }
            | Change::DeleteTargetGroup { .. } => self.target_group(change, observed).await,
            Change::CreateLoadBalancer(_, new) => self.create_load_balancer(new, observed).await,
            Change::LoadBalancer(role, change) => self.modify_load_balancer(*role, change, observed).await,
            Change::DeleteLoadBalancer { arn } => self.delete_load_balancer(arn).await,
            Change::CreateListener(role, new) => self.create_listener(*role, new, observed).await,
            Change::Listener { role, port, change } => self.modify_listener(*role, *port, change, observed).await,
            Change::DeleteListener { arn } => self.delete_listener(arn).await,
            Change::CreateBinding(_) | Change::UpdateBinding(_) | Change::DeleteBinding(_) => {
                self.binding(change, observed).await
            }
            Change::Tag { arn, tags } => {
                if !tags.set.is_empty() {
                    self.aws.elbv2.add_tags(arn, &tags.set).await?;
                }
                if !tags.remove.is_empty() {
                    self.aws.elbv2.remove_tags(arn, &tags.remove).await?;
                }
                Ok(Made::Done)
            }
        }
    }

    async fn binding(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let resolve = |wanted| observed.resolve_binding(wanted, self.stack).ok_or(Failure::Unresolved);
        match change {
            Change::CreateBinding(wanted) => self.bindings.create(&self.stack.id, &resolve(wanted)?).await?,
            Change::UpdateBinding(wanted) => self.bindings.update(&self.stack.id, &resolve(wanted)?).await?,
            Change::DeleteBinding(key) => self.bindings.delete(key).await?,
            _ => {}
        }
        Ok(Made::Done)
    }

    /// What a new object begins with; not known of one that is to have no attribute in particular.
    async fn attributes(
        &self,
        kind: Kind,
        wanted: &Attributes,
        read: impl Future<Output = Result<Attributes, AwsError>>,
    ) -> Option<Attributes> {
        match wanted.is_empty() {
            true => None,
            false => Some(self.defaults.of(kind, read).await),
        }
    }

    fn target_group_arn(&self, id: &str, observed: &Observed) -> Result<String, Failure> {
        let arn = observed.own_target_group_arn(id, self.stack);
        arn.map(str::to_owned).ok_or(Failure::Unresolved)
    }

    fn load_balancer_arn<'o>(&self, role: Role, observed: &'o Observed) -> Result<&'o str, Failure> {
        let wanted = role.of(self.stack).ok_or(Failure::Unresolved)?;
        observed
            .load_balancer(wanted)
            .map(|live| live.load_balancer.arn.as_str())
            .ok_or(Failure::Unresolved)
    }
}

fn security_groups(groups: &[SecurityGroupRef], observed: &Observed) -> Result<Vec<String>, Failure> {
    let ids = groups
        .iter()
        .map(|group| observed.security_group_id(group).map(str::to_owned));
    ids.collect::<Option<_>>().ok_or(Failure::Unresolved)
}

/// What is gone is deleted.
fn gone(outcome: Result<(), AwsError>) -> Result<Made, Failure> {
    match outcome {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(Made::Done),
    }
}
