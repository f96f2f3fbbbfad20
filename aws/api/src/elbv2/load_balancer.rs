//! Load balancers.

use crate::Tags;
use serde::{Deserialize, Serialize};

/// A load balancer as DescribeLoadBalancers shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// Its name, up to 32 characters.
    pub name: String,
    /// Its DNS name.
    pub dns_name: String,
    /// `network`, `application` or `gateway`.
    pub kind: String,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// `provisioning`, `active`, `active_impaired` or `failed`.
    pub state: String,
    /// The VPC.
    pub vpc_id: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub ip_address_type: String,
    /// One entry per availability zone.
    pub zones: Vec<LoadBalancerZone>,
    /// Ids of its security groups.
    pub security_groups: Vec<String>,
    /// `on` or `off`, if security groups are attached.
    pub enforce_inbound_rules_on_private_link: Option<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
    /// Pool of customer-owned addresses, on outposts.
    pub customer_owned_ipv4_pool: Option<String>,
    /// IPAM pool of its public addresses.
    pub ipv4_ipam_pool: Option<String>,
}

/// A zone of a load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancerZone {
    /// Zone name, such as `us-west-2a`.
    pub zone: String,
    /// The subnet of that zone.
    pub subnet_id: String,
    /// IPv6 prefixes of source NAT.
    pub source_nat_ipv6_prefixes: Vec<String>,
}

/// A subnet of a load balancer with the addresses asked for there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetMapping {
    /// The subnet.
    pub subnet_id: String,
    /// Elastic address, internet-facing only.
    pub allocation_id: Option<String>,
    /// Fixed address, internal only.
    pub private_ipv4_address: Option<String>,
    /// Fixed IPv6 address.
    pub ipv6_address: Option<String>,
    /// `auto_assigned` or a /80 prefix.
    pub source_nat_ipv6_prefix: Option<String>,
}

/// CreateLoadBalancer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLoadBalancer {
    /// Name.
    pub name: String,
    /// `network` or `application`.
    pub kind: String,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub ip_address_type: String,
    /// Subnets in order.
    pub subnets: Vec<SubnetMapping>,
    /// Security groups in order.
    pub security_groups: Vec<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
    /// Pool of customer-owned addresses, on outposts.
    pub customer_owned_ipv4_pool: Option<String>,
    /// IPAM pool of its public addresses.
    pub ipv4_ipam_pool: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// SetSubnets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetChange {
    /// Subnets in order.
    pub subnets: Vec<SubnetMapping>,
    /// `ipv4` or `dualstack`, when it changes with the subnets.
    pub ip_address_type: Option<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
}
