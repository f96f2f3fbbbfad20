//! Targets and their health.

use crate::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A target: what RegisterTargets takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Instance id, address, or ARN of an application load balancer.
    pub id: String,
    /// Port.
    pub port: i32,
    /// `all` or a zone name, where it must be said.
    pub zone: Option<String>,
}

/// A target and its health, as DescribeTargetHealth shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealth {
    /// The target.
    pub target: Target,
    /// `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unhealthy.draining`, `unavailable`.
    pub state: String,
    /// Reason code, such as `Elb.RegistrationInProgress`.
    pub reason: Option<String>,
    /// Reason in words.
    pub description: Option<String>,
}

/// Calls about targets of target groups.
#[async_trait]
pub trait Targets: Send + Sync {
    /// RegisterTargets, one call: at most 200 targets.
    async fn register_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()>;
    /// DeregisterTargets, one call: at most 200 targets.
    async fn deregister_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()>;
    /// DescribeTargetHealth of all targets, or of those given.
    async fn describe_target_health(&self, target_group_arn: &str, targets: &[Target]) -> Result<Vec<TargetHealth>>;
}
