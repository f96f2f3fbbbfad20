//! Observe, diff, apply.

use crate::apply::{ApplyError, Target};
use crate::backend_security_group::BackendSecurityGroup;
use crate::bindings::{BindingError, Bindings};
use crate::change::{Change, ListenerChange};
use crate::defaults::Defaults;
use crate::diff::diff;
use crate::inventory::Inventory;
use crate::learn::learn;
use crate::observed::{Observed, Role};
use crate::tags::ExternalTags;
use aws_api::elbv2::LoadBalancer;
use aws_api::{Aws, AwsError};
use model::Stack;
use model::tags::{FRONTEND_NLB_ID, resource_of};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Makes AWS and the TargetGroupBindings what stacks say. One stack is converged by one caller at a time; different
/// stacks at once.
pub struct Converger {
    /// AWS.
    pub aws: Aws,
    /// The VPC.
    pub vpc_id: String,
    /// What there is.
    pub inventory: Inventory,
    /// The group that load balancers share.
    pub backend_security_group: BackendSecurityGroup,
    /// What new objects begin with.
    pub defaults: Defaults,
    /// The Kubernetes side.
    pub bindings: Arc<dyn Bindings>,
    /// `--external-managed-tags`.
    pub external_tags: ExternalTags,
    /// `--lb-stabilization-monitor-interval`.
    pub stabilization: Duration,
}

/// What a converged stack has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converged {
    /// DNS name of the load balancer, as AWS writes it.
    pub dns_name: String,
    /// ARN of the load balancer.
    pub load_balancer_arn: String,
    /// DNS name of the network load balancer in front of it, if it has one.
    pub frontend_dns_name: Option<String>,
    /// How many changes were made.
    pub changes: usize,
}

/// Why a stack is not converged.
#[derive(Debug, thiserror::Error)]
pub enum ConvergeError {
    /// What exists on AWS cannot be read.
    #[error("cannot read what exists on AWS")]
    Observe(#[source] AwsError),
    /// The TargetGroupBindings cannot be read.
    #[error("cannot read the target group bindings")]
    ListBindings(#[source] BindingError),
    /// The shared security group cannot be had.
    #[error("cannot prepare the shared backend security group")]
    AllocateBackendSecurityGroup(#[source] AwsError),
    /// The shared security group cannot be given up.
    #[error("cannot release the shared backend security group")]
    ReleaseBackendSecurityGroup(#[source] AwsError),
    /// A change cannot be made.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The stack has no load balancer; it can only be cleaned up.
    #[error("the stack has no load balancer")]
    NoLoadBalancer,
}

impl ConvergeError {
    /// When to look again, if nothing is wrong but AWS is not ready.
    #[must_use]
    pub fn waits(&self) -> Option<Duration> {
        match self {
            ConvergeError::Apply(ApplyError::Waiting { again, .. }) => Some(*again),
            _ => None,
        }
    }
}

impl Converger {
    /// The load balancer that a stack has now.
    ///
    /// # Errors
    /// When AWS must be read and that fails.
    pub async fn load_balancer(&self, stack: &str) -> Result<Option<LoadBalancer>, ConvergeError> {
        let observed = self.inventory.observe(stack).await.map_err(ConvergeError::Observe)?;
        let mut main = observed.load_balancers.into_iter();
        let main = main.find(|live| resource_of(&live.tags) != Some(FRONTEND_NLB_ID));
        Ok(main.map(|live| live.load_balancer))
    }

    /// Makes everything that the stack says, and deletes what it has and the stack does not say. `claimed` are the
    /// ids of the stacks whose Services carry our finalizer.
    ///
    /// # Errors
    /// When it cannot be finished. Calling again goes on from there.
    pub async fn converge(&self, stack: &Stack, claimed: &[String]) -> Result<Converged, ConvergeError> {
        let wanted = stack.load_balancer.as_ref().ok_or(ConvergeError::NoLoadBalancer)?;
        let (observed, changes) = self.reach(stack).await?;
        if !stack.needs_backend_security_group {
            self.release(&stack.id, claimed).await?;
        }
        let live = observed.load_balancer(wanted).ok_or(ConvergeError::NoLoadBalancer)?;
        Ok(Converged {
            dns_name: live.load_balancer.dns_name.clone(),
            load_balancer_arn: live.load_balancer.arn.clone(),
            frontend_dns_name: Role::Frontend
                .of(stack)
                .and_then(|wanted| observed.load_balancer(wanted))
                .map(|live| live.load_balancer.dns_name.clone()),
            changes,
        })
    }

    /// Deletes everything that the stack has. `claimed` are the ids of the other stacks whose Services carry our
    /// finalizer.
    ///
    /// # Errors
    /// When it cannot be finished. Calling again goes on from there.
    pub async fn cleanup(&self, stack: &str, claimed: &[String]) -> Result<(), ConvergeError> {
        let nothing = Stack {
            owner: self.inventory.owner(),
            id: stack.to_owned(),
            ..Stack::default()
        };
        self.reach(&nothing).await?;
        self.release(stack, claimed).await
    }

    async fn release(&self, stack: &str, claimed: &[String]) -> Result<(), ConvergeError> {
        let released = self.backend_security_group.release(stack, claimed).await;
        released.map_err(ConvergeError::ReleaseBackendSecurityGroup)
    }

    /// Tries again, once, when AWS contradicts what was observed: then it is read anew.
    async fn reach(&self, stack: &Stack) -> Result<(Observed, usize), ConvergeError> {
        match self.step(stack).await {
            Err(ConvergeError::Apply(error)) if error.contradicts_observation() => {
                tracing::info!(stack = stack.id, error = %chain(&error), "reading AWS again");
                self.distrust(&stack.id).await;
            }
            outcome => return outcome,
        }
        let outcome = self.step(stack).await;
        if outcome.is_err() {
            self.distrust(&stack.id).await;
        }
        outcome
    }

    async fn distrust(&self, stack: &str) {
        self.inventory.suspect(stack);
        self.backend_security_group.suspect().await;
    }

    /// Goes the way twice: what is made may begin otherwise than was expected of it.
    async fn step(&self, stack: &Stack) -> Result<(Observed, usize), ConvergeError> {
        let mut observed = self.observe(stack).await?;
        let made = self.make(stack, &mut observed).await?;
        let corrected = match made {
            0 => 0,
            _ => self.make(stack, &mut observed).await?,
        };
        Ok((observed, made + corrected))
    }

    /// Makes the changes that lead from `observed` to the stack. Returns how many these were.
    async fn make(&self, stack: &Stack, observed: &mut Observed) -> Result<usize, ConvergeError> {
        let changes = diff(observed, stack, &self.external_tags);
        let target = Target {
            aws: &self.aws,
            bindings: &*self.bindings,
            defaults: &self.defaults,
            vpc_id: &self.vpc_id,
            stack,
            stabilization: self.stabilization,
        };
        let count = changes.len();
        let mut pending = VecDeque::from(changes);
        while let Some(change) = pending.pop_front() {
            tracing::info!(stack = stack.id, %change, "applying");
            match target.apply(&change, observed).await {
                Err(error)
                    if error.is_too_many_rules()
                        && let Some(deletion) = take_deletion(&change, &mut pending) =>
                {
                    pending.push_front(change);
                    pending.push_front(deletion);
                }
                Err(error) => {
                    observed.doubt(&change, stack);
                    self.inventory.keep(&stack.id, observed);
                    return Err(error.into());
                }
                Ok(()) => self.inventory.keep(&stack.id, observed),
            }
        }
        Ok(count)
    }

    /// What the stack has, with the details that its diff compares.
    async fn observe(&self, stack: &Stack) -> Result<Observed, ConvergeError> {
        let mut observed = self
            .inventory
            .observe(&stack.id)
            .await
            .map_err(ConvergeError::Observe)?;
        let learned = learn(&self.aws, &mut observed, stack)
            .await
            .map_err(ConvergeError::Observe)?;
        if learned {
            self.inventory.keep(&stack.id, &observed);
        }
        observed.bindings = self
            .bindings
            .list(&stack.id)
            .await
            .map_err(ConvergeError::ListBindings)?;
        if stack.needs_backend_security_group {
            let allocated = self.backend_security_group.allocate(&stack.id).await;
            observed.backend_security_group = Some(allocated.map_err(ConvergeError::AllocateBackendSecurityGroup)?);
        }
        Ok(observed)
    }
}

/// A rule of the same listener that is to be deleted anyway, to make room for the one that `change` makes.
fn take_deletion(change: &Change, pending: &mut VecDeque<Change>) -> Option<Change> {
    let Change::Listener { role, port, .. } = change else {
        return None;
    };
    let place = pending.iter().position(|other| match other {
        Change::Listener {
            role: other_role,
            port: other_port,
            change: ListenerChange::DeleteRule { .. },
        } => role == other_role && port == other_port,
        _ => false,
    });
    pending.remove(place?)
}

/// An error with its sources, for a log line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
