//! The targets of target groups: a cache in front of DescribeTargetHealth, RegisterTargets and DeregisterTargets.

use aws_api::elbv2::{Elbv2, Target, TargetHealth};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a healthy target is believed to be there.
const TTL: Duration = Duration::from_secs(300);
/// How many targets one RegisterTargets or DeregisterTargets call takes.
const CHUNK: usize = 200;

/// Targets by target group.
///
/// Each group has its own lock, held across the calls about it: one slow group does not hold up the others.
pub(crate) struct Targets {
    elbv2: Arc<dyn Elbv2>,
    groups: Mutex<HashMap<String, Arc<Group>>>,
}

type Group = tokio::sync::Mutex<Option<Known>>;

/// What was last heard of a group. A target without a state has been registered since.
struct Known {
    targets: Vec<TargetHealth>,
    listed: Instant,
}

impl Targets {
    /// An empty cache in front of `elbv2`.
    pub(crate) fn new(elbv2: Arc<dyn Elbv2>) -> Self {
        Self {
            elbv2,
            groups: Mutex::default(),
        }
    }

    /// All targets of a group with their health: one call; about a group that is known, only one for those targets
    /// that were not healthy, if any.
    pub(crate) async fn list(&self, arn: &str) -> aws_api::Result<Vec<TargetHealth>> {
        let group = self.group(arn);
        let mut known = group.lock().await;
        let targets = match known.take().filter(|known| known.listed.elapsed() < TTL) {
            Some(mut seen) => {
                self.refresh(arn, &mut seen.targets).await?;
                seen
            }
            None => {
                let targets = self.elbv2.describe_target_health(arn, &[]).await?;
                Known {
                    targets,
                    listed: Instant::now(),
                }
            }
        };
        Ok(known.insert(targets).targets.clone())
    }

    /// Describes the targets that are not healthy again, and forgets those that are gone.
    async fn refresh(&self, arn: &str, targets: &mut Vec<TargetHealth>) -> aws_api::Result<()> {
        let is_healthy = |health: &TargetHealth| health.state == "healthy";
        let asked: Vec<Target> = targets
            .iter()
            .filter(|health| !is_healthy(health))
            .map(|health| Target {
                zone: None,
                ..health.target.clone()
            })
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let answered = self.elbv2.describe_target_health(arn, &asked).await?;
        targets.retain(is_healthy);
        targets.extend(answered.into_iter().filter(|health| !is_gone(health)));
        Ok(())
    }

    /// Registers targets in chunks; those of chunks before an error are registered.
    pub(crate) async fn register(&self, arn: &str, targets: &[Target]) -> aws_api::Result<()> {
        let group = self.group(arn);
        let mut known = group.lock().await;
        for chunk in targets.chunks(CHUNK) {
            self.elbv2.register_targets(arn, chunk).await?;
            if let Some(known) = known.as_mut() {
                reset(&mut known.targets, chunk);
            }
        }
        Ok(())
    }

    /// Deregisters targets in chunks; those of chunks before an error are deregistered.
    pub(crate) async fn deregister(&self, arn: &str, targets: &[Target]) -> aws_api::Result<()> {
        let group = self.group(arn);
        let mut known = group.lock().await;
        for chunk in targets.chunks(CHUNK) {
            self.elbv2.deregister_targets(arn, chunk).await?;
            if let Some(known) = known.as_mut() {
                reset(&mut known.targets, chunk);
            }
        }
        Ok(())
    }

    /// Forgets a group whose binding is gone.
    pub(crate) fn forget(&self, arn: &str) {
        self.groups.lock().remove(arn);
    }

    fn group(&self, arn: &str) -> Arc<Group> {
        self.groups.lock().entry(arn.to_owned()).or_default().clone()
    }
}

/// Makes the health of targets unknown, so that the next listing asks for it.
fn reset(known: &mut Vec<TargetHealth>, targets: &[Target]) {
    known.retain(|health| {
        !targets
            .iter()
            .any(|t| (&t.id, t.port) == (&health.target.id, health.target.port))
    });
    known.extend(targets.iter().map(|target| TargetHealth {
        target: target.clone(),
        ..TargetHealth::default()
    }));
}

fn is_gone(health: &TargetHealth) -> bool {
    health.state == "unused" && health.reason.as_deref() == Some("Target.NotRegistered")
}
