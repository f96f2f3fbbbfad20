//! What is already there.

/// A stack's load balancer as it is on AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveLoadBalancer {
    /// Its scheme.
    pub scheme: String,
    /// Its subnets.
    pub subnet_ids: Vec<String>,
    /// Its security groups.
    pub security_groups: Vec<String>,
}
