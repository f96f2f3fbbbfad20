//! Quotas of Elastic Load Balancing: those that DescribeAccountLimits names, and that creating and registering keep to.

use crate::ApiError;

/// A quota.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Its name in DescribeAccountLimits.
    pub name: &'static str,
    /// The most.
    pub max: usize,
    code: &'static str,
}

/// Network load balancers per region. AWS begins with 50 and raises it on request; here it is raised.
pub const LOAD_BALANCERS: Limit = Limit {
    name: "network-load-balancers",
    max: 2000,
    code: "TooManyLoadBalancers",
};
/// Target groups per region.
pub const TARGET_GROUPS: Limit = Limit {
    name: "target-groups",
    max: 3000,
    code: "TooManyTargetGroups",
};
/// Listeners of a network load balancer.
pub const LISTENERS: Limit = Limit {
    name: "listeners-per-network-load-balancer",
    max: 50,
    code: "TooManyListeners",
};
/// Targets of a target group.
pub const TARGETS: Limit = Limit {
    name: "targets-per-target-group",
    max: 1000,
    code: "TooManyTargets",
};
/// Certificates of a listener beside the default one.
pub const CERTIFICATES: Limit = Limit {
    name: "certificates-per-network-load-balancer",
    max: 25,
    code: "TooManyCertificates",
};

/// All of them.
pub const ALL: [Limit; 5] = [LOAD_BALANCERS, TARGET_GROUPS, LISTENERS, TARGETS, CERTIFICATES];

impl Limit {
    /// Checks how many there would be.
    ///
    /// # Errors
    /// The quota's own code, such as `TooManyTargets`.
    pub fn allow(self, count: usize) -> Result<(), ApiError> {
        if count > self.max {
            let message = format!("The quota {} of {} has been reached", self.name, self.max);
            return Err(ApiError::new(self.code, message));
        }
        Ok(())
    }
}
