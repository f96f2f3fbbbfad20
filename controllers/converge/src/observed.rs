//! What exists on AWS for one stack, as far as converging needs it.

use crate::bindings::ResolvedBinding;
use aws_api::Tags;
use aws_api::ec2::SecurityGroup;
use aws_api::elbv2::{Attributes, Listener, LoadBalancer, TargetGroup};

/// Everything that carries the tags of one stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// Target groups.
    pub target_groups: Vec<LiveTargetGroup>,
    /// Load balancers; more than one only when something went wrong.
    pub load_balancers: Vec<LiveLoadBalancer>,
    /// TargetGroupBindings.
    pub bindings: Vec<ResolvedBinding>,
    /// Id of the security group that the cluster's load balancers share, if the stack needs it.
    pub backend_security_group: Option<String>,
}

/// A target group with what other calls tell about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTargetGroup {
    /// The target group.
    pub group: TargetGroup,
    /// Its tags.
    pub tags: Tags,
    /// Its attributes, once read.
    pub attributes: Option<Attributes>,
}

/// A load balancer with what other calls tell about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveLoadBalancer {
    /// The load balancer.
    pub load_balancer: LoadBalancer,
    /// Its tags.
    pub tags: Tags,
    /// Its attributes, once read.
    pub attributes: Option<Attributes>,
    /// Its reserved capacity units, once read.
    pub capacity: Option<i32>,
    /// Its listeners, once read.
    pub listeners: Option<Vec<LiveListener>>,
}

/// A listener with what other calls tell about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveListener {
    /// The listener.
    pub listener: Listener,
    /// Its tags.
    pub tags: Tags,
    /// Its attributes, once read.
    pub attributes: Option<Attributes>,
    /// Its certificates beside the default one, once read.
    pub certificates: Option<Vec<String>>,
}

impl LiveTargetGroup {
    /// A target group that has just been created.
    #[must_use]
    pub fn created(group: TargetGroup, tags: Tags, attributes: Option<Attributes>) -> Self {
        Self {
            group,
            tags,
            attributes,
        }
    }

    /// A target group found on AWS; nothing else is known yet.
    #[must_use]
    pub fn found(group: TargetGroup, tags: Tags) -> Self {
        Self {
            group,
            tags,
            attributes: None,
        }
    }
}

impl LiveLoadBalancer {
    /// A load balancer that has just been created: no capacity reserved, no listeners.
    #[must_use]
    pub fn created(load_balancer: LoadBalancer, tags: Tags, attributes: Option<Attributes>) -> Self {
        Self {
            load_balancer,
            tags,
            attributes,
            capacity: Some(0),
            listeners: Some(Vec::new()),
        }
    }

    /// A load balancer found on AWS; nothing else is known yet.
    #[must_use]
    pub fn found(load_balancer: LoadBalancer, tags: Tags) -> Self {
        Self {
            load_balancer,
            tags,
            attributes: None,
            capacity: None,
            listeners: None,
        }
    }
}

impl LiveListener {
    /// A listener that has just been created: no further certificates.
    #[must_use]
    pub fn created(listener: Listener, tags: Tags, attributes: Option<Attributes>) -> Self {
        Self {
            listener,
            tags,
            attributes,
            certificates: Some(Vec::new()),
        }
    }

    /// A listener found on AWS; nothing else is known yet.
    #[must_use]
    pub fn found(listener: Listener, tags: Tags) -> Self {
        Self {
            listener,
            tags,
            attributes: None,
            certificates: None,
        }
    }
}

impl Observed {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.security_groups.is_empty() && self.target_groups.is_empty() && self.load_balancers.is_empty()
    }
}
