//! Elastic Load Balancing v2 (API version 2015-12-01).

mod action;
mod listener;
mod load_balancer;
mod rule;
mod target;
mod target_group;

pub use action::{
    Action, AuthenticateCognito, AuthenticateOidc, Authentication, FixedResponse, Forward, ForwardTarget, JwtClaim,
    JwtValidation, Redirect, Stickiness,
};
pub use listener::{Listener, ListenerSpec, MutualAuthentication, TrustStore};
pub use load_balancer::{LoadBalancer, LoadBalancerZone, NewLoadBalancer, SubnetChange, SubnetMapping};
pub use rule::{Condition, Patterns, QueryPair, Rewrite, Rule, RuleSpec, Transform};
pub use target::{Target, TargetHealth};
pub use target_group::{HealthCheck, Matcher, NewTargetGroup, TargetGroup};

use crate::{Result, Tags};
use async_trait::async_trait;
use std::collections::BTreeMap;

/// Attributes of a load balancer, listener or target group: key to value.
pub type Attributes = BTreeMap<String, String>;

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
    /// DescribeTrustStores by name. A name that does not exist is an error of class NotFound.
    async fn describe_trust_stores(&self, names: &[String]) -> Result<Vec<TrustStore>>;

    /// DescribeRules of a listener, the default rule among them.
    async fn describe_rules(&self, listener_arn: &str) -> Result<Vec<Rule>>;
    /// CreateRule.
    async fn create_rule(&self, listener_arn: &str, spec: &RuleSpec, tags: &Tags) -> Result<Rule>;
    /// ModifyRule: conditions, actions and transforms. The priority of `spec` is not sent.
    async fn modify_rule(&self, arn: &str, spec: &RuleSpec) -> Result<()>;
    /// DeleteRule.
    async fn delete_rule(&self, arn: &str) -> Result<()>;
    /// SetRulePriorities, all at once: rule ARN and priority.
    async fn set_rule_priorities(&self, priorities: &[(String, i32)]) -> Result<()>;

    /// DescribeTags of load balancers, listeners, rules or target groups: ARN to tags.
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
