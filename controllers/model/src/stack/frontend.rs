//! A network load balancer in front of an application load balancer.

use super::{Listener, LoadBalancer, TargetGroup};
use serde::Serialize;

/// The network load balancer. It shares the stack's security groups and is told from the other load balancer by its resource id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FrontendNlb {
    /// The load balancer.
    pub load_balancer: LoadBalancer,
    /// TCP listeners, which forward to the target group of their port.
    pub listeners: Vec<Listener>,
    /// A target group per listener.
    pub target_groups: Vec<AlbTargetGroup>,
}

/// A target group whose only target is the stack's application load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AlbTargetGroup {
    /// The target group, of target type `alb`; its port is the one of the network load balancer's listener.
    pub group: TargetGroup,
    /// The application load balancer's port that is its target.
    pub alb_port: i32,
}
