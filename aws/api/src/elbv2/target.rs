//! Targets and their health.

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
