//! Quotas of Elastic Load Balancing: those that DescribeAccountLimits names, and that creating and registering keep to.

use super::load_balancer::Type;
use crate::ApiError;
use std::collections::BTreeMap;

/// A quota.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Its name in DescribeAccountLimits.
    pub name: &'static str,
    /// The most, unless the world says otherwise.
    pub max: usize,
    code: &'static str,
}

const fn limit(name: &'static str, max: usize, code: &'static str) -> Limit {
    Limit { name, max, code }
}

/// Application load balancers per region. AWS begins with 50 and raises it on request; here it is raised.
pub const APPLICATION_LOAD_BALANCERS: Limit = limit("application-load-balancers", 2000, "TooManyLoadBalancers");
/// Network load balancers per region; raised as well.
pub const NETWORK_LOAD_BALANCERS: Limit = limit("network-load-balancers", 2000, "TooManyLoadBalancers");
/// Target groups per region.
pub const TARGET_GROUPS: Limit = limit("target-groups", 3000, "TooManyTargetGroups");
/// Listeners of an application load balancer.
pub const APPLICATION_LISTENERS: Limit = limit("listeners-per-application-load-balancer", 50, "TooManyListeners");
/// Listeners of a network load balancer.
pub const NETWORK_LISTENERS: Limit = limit("listeners-per-network-load-balancer", 50, "TooManyListeners");
/// Rules of an application load balancer, without default ones.
pub const RULES: Limit = limit("rules-per-application-load-balancer", 100, "TooManyRules");
/// Values of all conditions of a rule.
pub const CONDITION_VALUES: Limit = limit("condition-values-per-alb-rule", 5, "ValidationError");
/// Wildcards of all conditions of a rule.
pub const CONDITION_WILDCARDS: Limit = limit("condition-wildcards-per-alb-rule", 6, "ValidationError");
/// Target groups of an action.
pub const TARGET_GROUPS_OF_ACTION: Limit = limit(
    "target-groups-per-action-on-application-load-balancer",
    5,
    "InvalidLoadBalancerAction",
);
/// Target groups that an application load balancer forwards to.
pub const TARGET_GROUPS_OF_APPLICATION: Limit = limit(
    "target-groups-per-application-load-balancer",
    100,
    "TooManyUniqueTargetGroupsPerLoadBalancer",
);
/// Targets of a target group.
pub const TARGETS: Limit = limit("targets-per-target-group", 1000, "TooManyTargets");
/// Targets of an application load balancer.
pub const TARGETS_OF_APPLICATION: Limit = limit("targets-per-application-load-balancer", 1000, "TooManyTargets");
/// Certificates of all listeners of an application load balancer beside the default ones.
pub const APPLICATION_CERTIFICATES: Limit =
    limit("certificates-per-application-load-balancer", 25, "TooManyCertificates");
/// Certificates of all listeners of a network load balancer beside the default ones.
pub const NETWORK_CERTIFICATES: Limit = limit("certificates-per-network-load-balancer", 25, "TooManyCertificates");
/// Trust stores per region.
pub const TRUST_STORES: Limit = limit("trust-stores-per-account", 20, "TooManyTrustStores");
/// Entries of the revocation lists of a trust store.
pub const REVOCATIONS: Limit = limit(
    "revocation-entries-per-trust-store",
    500_000,
    "TooManyTrustStoreRevocationEntries",
);
/// Certificates of a trust store.
pub const AUTHORITIES: Limit = limit("ca-certificates-per-trust-store", 25, "InvalidCaCertificatesBundle");

/// All of them.
pub const ALL: [Limit; 17] = [
    APPLICATION_LOAD_BALANCERS,
    NETWORK_LOAD_BALANCERS,
    TARGET_GROUPS,
    APPLICATION_LISTENERS,
    NETWORK_LISTENERS,
    RULES,
    CONDITION_VALUES,
    CONDITION_WILDCARDS,
    TARGET_GROUPS_OF_ACTION,
    TARGET_GROUPS_OF_APPLICATION,
    TARGETS,
    TARGETS_OF_APPLICATION,
    APPLICATION_CERTIFICATES,
    NETWORK_CERTIFICATES,
    TRUST_STORES,
    REVOCATIONS,
    AUTHORITIES,
];

/// Quotas that the world raises or lowers, by name.
pub type Quotas = BTreeMap<String, usize>;

impl Limit {
    /// How many there may be in a world with these quotas.
    pub fn max(self, quotas: &Quotas) -> usize {
        quotas.get(self.name).copied().unwrap_or(self.max)
    }

    /// Checks how many there would be.
    ///
    /// # Errors
    /// The quota's own code, such as `TooManyTargets`.
    pub fn allow(self, count: usize, quotas: &Quotas) -> Result<(), ApiError> {
        let max = self.max(quotas);
        if count > max {
            let message = format!("The quota {} of {max} has been reached", self.name);
            return Err(ApiError::new(self.code, message));
        }
        Ok(())
    }
}

/// The quota of load balancers of a type.
pub fn load_balancers(kind: Type) -> Limit {
    match kind {
        Type::Application => APPLICATION_LOAD_BALANCERS,
        Type::Network => NETWORK_LOAD_BALANCERS,
    }
}

/// The quota of listeners of a load balancer of a type.
pub fn listeners(kind: Type) -> Limit {
    match kind {
        Type::Application => APPLICATION_LISTENERS,
        Type::Network => NETWORK_LISTENERS,
    }
}

/// The quota of certificates of a load balancer of a type.
pub fn certificates(kind: Type) -> Limit {
    match kind {
        Type::Application => APPLICATION_CERTIFICATES,
        Type::Network => NETWORK_CERTIFICATES,
    }
}
