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
    /// How many changes were made so far.
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

    /// The change that AWS does not take as it is, if that is why, and its answer.
    #[must_use]
    pub fn refused(&self) -> Option<(&Change, &AwsError)> {
        match self {
            ConvergeError::Apply(error) => error.refused(),
            _ => None,
        }
    }

    /// Whether the load balancer has as many rules as AWS lets it have, and the stack wants more.
    #[must_use]
    pub fn is_too_many_rules(&self) -> bool {
        matches!(self, ConvergeError::Apply(error) if error.is_too_many_rules())
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

    /// How many rules the load balancer of a stack has now. AWS is asked: after a refusal, what was known of them is in doubt.
    ///
    /// # Errors
    /// When AWS cannot be read.
    pub async fn rules(&self, stack: &str) -> Result<usize, ConvergeError> {
        let Some(balancer) = self.load_balancer(stack).await? else {
            return Ok(0);
        };
        let listeners = self.aws.elbv2.describe_listeners(&balancer.arn).await;
        let mut count = 0;
        for listener in listeners.map_err(ConvergeError::Observe)? {
            let rules = self.aws.elbv2.describe_rules(&listener.arn).await;
            let rules = rules.map_err(ConvergeError::Observe)?.into_iter();
            count += rules.filter(|rule| !rule.is_default).count();
        }
        Ok(count)
    }

    /// Secrets of the stack were changed since AWS was sent them. AWS does not show them, so what it hides is otherwise taken for what is wanted.
    pub fn secrets_changed(&self, stack: &str) {
        self.inventory.secrets_changed(stack);
    }

    /// Makes everything that the stack says, and deletes what it has and the stack does not say. `claimed` are the
    /// ids of the stacks whose Services carry our finalizer.
    ///
    /// # Errors
    /// When it cannot be finished. Calling again goes on from there.
    pub async fn converge(&self, stack: &Stack, claimed: &[String]) -> Result<Converged, ConvergeError> {
        self.converge_and_tell(stack, claimed, nobody).await
    }

    /// The same. `tell` hears of the load balancer as soon as it serves as it should, before the wait until AWS lets go of what is left over.
    ///
    /// # Errors
    /// As above.
    pub async fn converge_and_tell(
        &self,
        stack: &Stack,
        claimed: &[String],
        tell: impl AsyncFn(&Converged),
    ) -> Result<Converged, ConvergeError> {
        if stack.load_balancer.is_none() {
            return Err(ConvergeError::NoLoadBalancer);
        }
        let (observed, changes) = self.reach(stack, &tell).await?;
        if !stack.needs_backend_security_group {
            self.release(&stack.id, claimed).await?;
        }
        converged(stack, &observed, changes).ok_or(ConvergeError::NoLoadBalancer)
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
        self.reach(&nothing, &nobody).await?;
        self.release(stack, claimed).await
    }

    async fn release(&self, stack: &str, claimed: &[String]) -> Result<(), ConvergeError> {
        let released = self.backend_security_group.release(stack, claimed).await;
        released.map_err(ConvergeError::ReleaseBackendSecurityGroup)
    }

    /// Tries again, once, when AWS contradicts what was observed: then it is read anew.
    async fn reach(&self, stack: &Stack, tell: &impl AsyncFn(&Converged)) -> Result<(Observed, usize), ConvergeError> {
        let mut outcome = self.step(stack, tell).await;
        if let Err(ConvergeError::Apply(error)) = &outcome
            && error.contradicts_observation()
        {
            tracing::info!(stack = stack.id, error = %chain(error), "reading AWS again");
            self.distrust(&stack.id).await;
            outcome = self.step(stack, tell).await;
            if outcome.is_err() {
                self.distrust(&stack.id).await;
            }
        }
        if outcome.is_ok() {
            self.inventory.secrets_sent(&stack.id);
        }
        outcome
    }

    async fn distrust(&self, stack: &str) {
        self.inventory.suspect(stack);
        self.backend_security_group.suspect().await;
    }

    /// Goes the way twice: what is made may begin otherwise than was expected of it.
    async fn step(&self, stack: &Stack, tell: &impl AsyncFn(&Converged)) -> Result<(Observed, usize), ConvergeError> {
        let mut observed = self.observe(stack).await?;
        let made = self.make(stack, &mut observed, tell).await?;
        let corrected = match made {
            0 => 0,
            _ => self.make(stack, &mut observed, &nobody).await?,
        };
        Ok((observed, made + corrected))
    }

    /// Makes the changes that lead from `observed` to the stack. Returns how many these were. `tell` hears of the load balancer once.
    async fn make(
        &self,
        stack: &Stack,
        observed: &mut Observed,
        tell: &impl AsyncFn(&Converged),
    ) -> Result<usize, ConvergeError> {
        let mut tell = Some(tell);
        let mut pending = VecDeque::from(diff(observed, stack, &self.external_tags));
        let count = pending.len();
        while let Some(change) = pending.pop_front() {
            if let Some(tell) = tell.take_if(|_| change.can_wait())
                && let Some(serving) = converged(stack, observed, count - pending.len() - 1)
            {
                tell(&serving).await;
            }
            self.make_one(stack, change, &mut pending, observed).await?;
        }
        if let Some(tell) = tell
            && let Some(serving) = converged(stack, observed, count)
        {
            tell(&serving).await;
        }
        Ok(count)
    }

    async fn make_one(
        &self,
        stack: &Stack,
        change: Change,
        pending: &mut VecDeque<Change>,
        observed: &mut Observed,
    ) -> Result<(), ConvergeError> {
        let target = Target {
            aws: &self.aws,
            bindings: &*self.bindings,
            defaults: &self.defaults,
            vpc_id: &self.vpc_id,
            stack,
            stabilization: self.stabilization,
        };
        tracing::info!(stack = stack.id, %change, "applying");
        match target.apply(&change, observed).await {
            Err(error)
                if error.is_too_many_rules()
                    && let Some(deletion) = take_deletion(&change, pending) =>
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
        Ok(())
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
        if self.inventory.has_stale_secrets(&stack.id) {
            observed.distrust_secrets();
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

async fn nobody(_: &Converged) {}

/// What there is of the stack's load balancer; nothing if there is none.
fn converged(stack: &Stack, observed: &Observed, changes: usize) -> Option<Converged> {
    let live = |role: Role| Some(&observed.load_balancer(role.of(stack)?)?.load_balancer);
    let main = live(Role::Main)?;
    Some(Converged {
        dns_name: main.dns_name.clone(),
        load_balancer_arn: main.arn.clone(),
        frontend_dns_name: live(Role::Frontend).map(|frontend| frontend.dns_name.clone()),
        changes,
    })
}

/// A rule of the same load balancer that is to be deleted anyway, to make room for the one that `change` makes.
fn take_deletion(change: &Change, pending: &mut VecDeque<Change>) -> Option<Change> {
    let Change::Listener { role, .. } = change else {
        return None;
    };
    let place = pending.iter().position(|other| match other {
        Change::Listener {
            role: other_role,
            change: ListenerChange::DeleteRule { .. },
            ..
        } => role == other_role,
        _ => false,
    });
    pending.remove(place?)
}

/// An error with its sources, for a log line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
