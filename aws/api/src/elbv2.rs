//! Elastic Load Balancing v2 (API version 2015-12-01): the actions of the Service and TargetGroupBinding flows.

use crate::{Result, Tags};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Attributes of a load balancer, listener or target group: key to value.
pub type Attributes = BTreeMap<String, String>;

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
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// One entry per availability zone.
    pub zones: Vec<LoadBalancerZone>,
    /// Ids of its security groups.
    pub security_groups: Vec<String>,
    /// `on` or `off`, if security groups are attached.
    pub enforce_inbound_rules_on_private_link: Option<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
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
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// Subnets in order.
    pub subnets: Vec<SubnetMapping>,
    /// Security groups in order.
    pub security_groups: Vec<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
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

/// Health check settings of a target group; seconds and counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `TCP`, `HTTP` or `HTTPS`.
    pub protocol: String,
    /// A port number or `traffic-port`.
    pub port: String,
    /// Path of HTTP checks.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval: i32,
    /// Seconds until a check has failed.
    pub timeout: i32,
    /// Successes in a row until healthy.
    pub healthy_threshold: i32,
    /// Failures in a row until unhealthy.
    pub unhealthy_threshold: i32,
    /// HTTP codes that pass, such as `200-399`.
    pub matcher: Option<String>,
}

/// A target group as DescribeTargetGroups shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// Its name, up to 32 characters.
    pub name: String,
    /// `instance`, `ip`, `alb` or `lambda`.
    pub target_type: String,
    /// `TCP`, `UDP`, `TCP_UDP`, `TLS`, `HTTP`...
    pub protocol: String,
    /// Default port of targets.
    pub port: i32,
    /// The VPC.
    pub vpc_id: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// Health check.
    pub health_check: HealthCheck,
    /// ARNs of load balancers that route to it.
    pub load_balancer_arns: Vec<String>,
}

/// CreateTargetGroup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTargetGroup {
    /// Name.
    pub name: String,
    /// `instance` or `ip`.
    pub target_type: String,
    /// `TCP`...
    pub protocol: String,
    /// Default port of targets.
    pub port: i32,
    /// The VPC.
    pub vpc_id: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// Health check.
    pub health_check: HealthCheck,
    /// Tags.
    pub tags: Tags,
}

/// A target group in a forward action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardTarget {
    /// The target group.
    pub target_group_arn: String,
    /// 0 to 999; absent means 1.
    pub weight: Option<i32>,
}

/// A listener's default action. Network load balancers only forward.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// Where to.
    pub targets: Vec<ForwardTarget>,
    /// Target group stickiness, if it is to be set.
    pub stickiness_enabled: Option<bool>,
}

/// What a listener is, apart from its ARN. Used to create and to modify.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerSpec {
    /// Port.
    pub port: i32,
    /// `TCP`, `TLS`, `UDP`...
    pub protocol: String,
    /// Default action.
    pub forward: Forward,
    /// ARN of the default certificate, TLS only.
    pub certificate: Option<String>,
    /// Security policy, TLS only.
    pub ssl_policy: Option<String>,
    /// `None`, `HTTP2Preferred`..., TLS only.
    pub alpn_policy: Option<String>,
}

/// A listener as DescribeListeners shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: String,
    /// The load balancer.
    pub load_balancer_arn: String,
    /// What it is.
    pub spec: ListenerSpec,
}

/// A target: what RegisterTargets takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Instance id or address.
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

/// Elastic Load Balancing v2.
///
/// Lists are whole; arguments of any length are split as the service demands.
#[async_trait]
pub trait Elbv2: Send + Sync {
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

    /// DescribeTargetGroups, all of the account and region.
    async fn describe_target_groups(&self) -> Result<Vec<TargetGroup>>;
    /// DescribeTargetGroups by ARN.
    async fn describe_target_groups_by_arn(&self, arns: &[String]) -> Result<Vec<TargetGroup>>;
    /// DescribeTargetGroups by name.
    async fn describe_target_group_by_name(&self, name: &str) -> Result<TargetGroup>;
    /// CreateTargetGroup.
    async fn create_target_group(&self, new: &NewTargetGroup) -> Result<TargetGroup>;
    /// ModifyTargetGroup.
    async fn modify_target_group(&self, arn: &str, health_check: &HealthCheck) -> Result<()>;
    /// DeleteTargetGroup.
    async fn delete_target_group(&self, arn: &str) -> Result<()>;
    /// DescribeTargetGroupAttributes.
    async fn describe_target_group_attributes(&self, arn: &str) -> Result<Attributes>;
    /// ModifyTargetGroupAttributes; only the given keys change.
    async fn modify_target_group_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()>;

    /// DescribeListeners of a load balancer.
    async fn describe_listeners(&self, load_balancer_arn: &str) -> Result<Vec<Listener>>;
    /// CreateListener.
    async fn create_listener(&self, load_balancer_arn: &str, spec: &ListenerSpec, tags: &Tags) -> Result<Listener>;
    /// ModifyListener.
    async fn modify_listener(&self, arn: &str, spec: &ListenerSpec) -> Result<()>;
    /// DeleteListener.
    async fn delete_listener(&self, arn: &str) -> Result<()>;
    /// DescribeListenerAttributes.
    async fn describe_listener_attributes(&self, arn: &str) -> Result<Attributes>;
    /// ModifyListenerAttributes; only the given keys change.
    async fn modify_listener_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()>;
    /// DescribeListenerCertificates: ARNs of the certificates beside the default one.
    async fn describe_listener_certificates(&self, arn: &str) -> Result<Vec<String>>;
    /// AddListenerCertificates.
    async fn add_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()>;
    /// RemoveListenerCertificates.
    async fn remove_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()>;

    /// DescribeTags of load balancers, listeners or target groups: ARN to tags.
    async fn describe_tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>>;
    /// AddTags.
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<()>;
    /// RemoveTags.
    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()>;

    /// RegisterTargets, one call: at most 200 targets.
    async fn register_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()>;
    /// DeregisterTargets, one call: at most 200 targets.
    async fn deregister_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()>;
    /// DescribeTargetHealth of all targets, or of those given.
    async fn describe_target_health(&self, target_group_arn: &str, targets: &[Target]) -> Result<Vec<TargetHealth>>;
}
