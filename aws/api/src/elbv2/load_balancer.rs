//! Load balancers.

use super::Attributes;
use crate::{Result, Tags};
use async_trait::async_trait;
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

/// Calls about load balancers, as the service keeps them.
#[async_trait]
pub trait LoadBalancers: Send + Sync {
    /// DescribeLoadBalancers, all of the account and region.
    async fn describe_load_balancers(&self) -> Result<Vec<LoadBalancer>>;
    /// DescribeLoadBalancers by ARN. An ARN that does not exist is an error of class NotFound.
    async fn describe_load_balancers_by_arn(&self, arns: &[String]) -> Result<Vec<LoadBalancer>>;
    /// CreateLoadBalancer.
    async fn create_load_balancer(&self, new: &NewLoadBalancer) -> Result<LoadBalancer>;
    /// DeleteLoadBalancer.
    async fn delete_load_balancer(&self, arn: &str) -> Result<()>;
    /// SetSecurityGroups, with the private link setting where given.
    async fn set_security_groups(&self, arn: &str, groups: &[String], private_link: Option<&str>) -> Result<()>;
    /// SetSubnets.
    async fn set_subnets(&self, arn: &str, change: &SubnetChange) -> Result<()>;
    /// ModifyIpPools; no pool takes the one away that is set.
    async fn modify_ip_pools(&self, arn: &str, ipv4_ipam_pool: Option<&str>) -> Result<()>;
    /// SetIpAddressType.
    async fn set_ip_address_type(&self, arn: &str, ip_address_type: &str) -> Result<()>;
    /// DescribeLoadBalancerAttributes.
    async fn describe_load_balancer_attributes(&self, arn: &str) -> Result<Attributes>;
    /// ModifyLoadBalancerAttributes; only the given keys change.
    async fn modify_load_balancer_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()>;
    /// DescribeCapacityReservation: the reserved units, 0 if none.
    async fn describe_capacity_reservation(&self, arn: &str) -> Result<i32>;
    /// ModifyCapacityReservation; 0 resets.
    async fn modify_capacity_reservation(&self, arn: &str, units: i32) -> Result<()>;
}
