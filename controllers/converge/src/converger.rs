//! Observe, diff, apply.

use crate::apply::{ApplyError, Target};
use crate::backend_security_group::BackendSecurityGroup;
use crate::bindings::{BindingError, Bindings};
use crate::defaults::Defaults;
use crate::diff::diff;
use crate::inventory::Inventory;
use crate::observed::{LiveListener, LiveLoadBalancer, Observed};
use crate::tags::ExternalTags;
use aws_api::elbv2::LoadBalancer;
use aws_api::{Aws, AwsError};
use model::Stack;
use std::sync::Arc;

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
}

/// What a converged stack has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converged {
    /// DNS name of the load balancer, as AWS writes it.
    pub dns_name: String,
    /// ARN of the load balancer.
    pub load_balancer_arn: String,
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

impl Converger {
    /// The load balancer that a stack has now.
    ///
    /// # Errors
    /// When AWS must be read and that fails.
    pub async fn load_balancer(&self, stack: &str) -> Result<Option<LoadBalancer>, ConvergeError> {
        let observed = self.inventory.observe(stack).await.map_err(ConvergeError::Observe)?;
        Ok(observed
            .load_balancers
            .into_iter()
            .next()
            .map(|live| live.load_balancer))
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
        };
        for change in &changes {
            tracing::info!(stack = stack.id, %change, "applying");
            target.apply(change, observed).await?;
            self.inventory.keep(&stack.id, observed);
        }
        Ok(changes.len())
    }

    /// What the stack has, with the details that its diff compares.
    async fn observe(&self, stack: &Stack) -> Result<Observed, ConvergeError> {
        let mut observed = self
            .inventory
            .observe(&stack.id)
            .await
            .map_err(ConvergeError::Observe)?;
        let learned = self.learn(&mut observed, stack).await.map_err(ConvergeError::Observe)?;
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

    /// Reads the details that are not known yet, of the objects that stay, if the stack has a wish about them.
    async fn learn(&self, observed: &mut Observed, stack: &Stack) -> Result<bool, AwsError> {
        let elbv2 = &self.aws.elbv2;
        let mut learned = false;
        for wanted in stack
            .target_groups
            .iter()
            .filter(|wanted| !wanted.attributes.is_empty())
        {
            let arn = observed.target_group(wanted).map(|live| live.group.arn.clone());
            let live = observed
                .target_groups
                .iter_mut()
                .find(|live| Some(&live.group.arn) == arn.as_ref());
            if let Some(live) = live.filter(|live| live.attributes.is_none()) {
                live.attributes = Some(elbv2.describe_target_group_attributes(&live.group.arn).await?);
                learned = true;
            }
        }
        let Some(wanted) = &stack.load_balancer else {
            return Ok(learned);
        };
        let arn = observed
            .load_balancer(wanted)
            .map(|live| live.load_balancer.arn.clone());
        let live = observed
            .load_balancers
            .iter_mut()
            .find(|live| Some(&live.load_balancer.arn) == arn.as_ref());
        let Some(live) = live else { return Ok(learned) };
        if live.attributes.is_none() && !wanted.attributes.is_empty() {
            live.attributes = Some(elbv2.describe_load_balancer_attributes(&live.load_balancer.arn).await?);
            learned = true;
        }
        if live.capacity.is_none() && wanted.minimum_capacity.is_some() {
            live.capacity = Some(elbv2.describe_capacity_reservation(&live.load_balancer.arn).await?);
            learned = true;
        }
        Ok(self.learn_listeners(live, stack).await? || learned)
    }

    async fn learn_listeners(&self, live: &mut LiveLoadBalancer, stack: &Stack) -> Result<bool, AwsError> {
        let elbv2 = &self.aws.elbv2;
        let mut learned = false;
        if live.listeners.is_none() {
            let listeners = elbv2.describe_listeners(&live.load_balancer.arn).await?;
            let arns: Vec<_> = listeners.iter().map(|listener| listener.arn.clone()).collect();
            let mut tags = elbv2.describe_tags(&arns).await?;
            let found = listeners.into_iter().map(|listener| {
                let tags = tags.remove(&listener.arn).unwrap_or_default();
                LiveListener::found(listener, tags)
            });
            live.listeners = Some(found.collect());
            learned = true;
        }
        for listener in live.listeners.iter_mut().flatten() {
            let wanted = stack
                .listeners
                .iter()
                .find(|wanted| wanted.port == listener.listener.spec.port);
            let Some(wanted) = wanted else { continue };
            let arn = &listener.listener.arn;
            if listener.attributes.is_none() && !wanted.attributes.is_empty() {
                listener.attributes = Some(elbv2.describe_listener_attributes(arn).await?);
                learned = true;
            }
            if listener.certificates.is_none() && listener.listener.spec.protocol == "TLS" {
                listener.certificates = Some(elbv2.describe_listener_certificates(arn).await?);
                learned = true;
            }
        }
        Ok(learned)
    }
}

/// An error with its sources, for a log line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
