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
pub use listener::{Listener, ListenerSpec, Listeners, MutualAuthentication, TrustStore};
pub use load_balancer::{LoadBalancer, LoadBalancerZone, LoadBalancers, NewLoadBalancer, SubnetChange, SubnetMapping};
pub use rule::{Condition, Patterns, QueryPair, Rewrite, Rule, RuleSpec, Rules, Transform};
pub use target::{Target, TargetHealth, Targets};
pub use target_group::{HealthCheck, Matcher, NewTargetGroup, TargetGroup, TargetGroups};

use crate::{Result, Tags};
use async_trait::async_trait;
use std::collections::BTreeMap;

/// Attributes of a load balancer, listener or target group: key to value.
pub type Attributes = BTreeMap<String, String>;

/// Elastic Load Balancing v2: the calls about each kind of object, and about tags of all of them.
///
/// Lists are whole; arguments of any length are split as the service demands.
#[async_trait]
pub trait Elbv2: LoadBalancers + TargetGroups + Targets + Listeners + Rules {
    /// DescribeTags of load balancers, listeners, rules or target groups: ARN to tags.
    async fn describe_tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>>;
    /// AddTags.
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<()>;
    /// RemoveTags.
    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()>;
}
