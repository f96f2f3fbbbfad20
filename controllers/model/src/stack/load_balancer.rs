//! Load balancers.

use super::SecurityGroupRef;
use aws_api::Tags;
use aws_api::elbv2::{Attributes, SubnetMapping};
use serde::Serialize;

/// The `type` of a load balancer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadBalancerKind {
    /// Of TCP, UDP and TLS.
    #[default]
    Network,
    /// Of HTTP.
    Application,
}

impl LoadBalancerKind {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LoadBalancerKind::Network => "network",
            LoadBalancerKind::Application => "application",
        }
    }
}

/// A load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LoadBalancer {
    /// Its name, up to 32 characters.
    pub name: String,
    /// Its type.
    pub kind: LoadBalancerKind,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub ip_address_type: String,
    /// Subnets in order.
    pub subnets: Vec<SubnetMapping>,
    /// Security groups in order, the backend group last.
    pub security_groups: Vec<SecurityGroupRef>,
    /// `on` or `off`.
    pub enforce_inbound_rules_on_private_link: Option<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
    /// Pool of customer-owned addresses; counts only when the load balancer is made.
    pub customer_owned_ipv4_pool: Option<String>,
    /// IPAM pool of its public addresses.
    pub ipv4_ipam_pool: Option<String>,
    /// Attributes to set; others are left as they are.
    pub attributes: Attributes,
    /// Capacity units to reserve; 0 resets.
    pub minimum_capacity: Option<i32>,
    /// All tags.
    pub tags: Tags,
}
