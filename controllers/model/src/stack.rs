//! The resources of a stack.

use aws_api::Tags;
use aws_api::ec2::Permission;
use aws_api::elbv2::{Attributes, HealthCheck, SubnetMapping};
use serde::Serialize;
use serde_json::Value;

/// Everything that one Service asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Stack {
    /// `namespace/name` of the Service.
    pub id: String,
    /// The load balancer; absent when the Service is not, or no longer, ours.
    pub load_balancer: Option<LoadBalancer>,
    /// The load balancer's own security group.
    pub managed_security_group: Option<SecurityGroup>,
    /// Whether the cluster's shared backend security group is attached to the load balancer.
    pub needs_backend_security_group: bool,
    /// Target groups.
    pub target_groups: Vec<TargetGroup>,
    /// Listeners.
    pub listeners: Vec<Listener>,
    /// Target group bindings: the Kubernetes side of the target groups.
    pub bindings: Vec<Binding>,
}

/// A security group, which may have an id only once the stack is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum SecurityGroupRef {
    /// One that exists.
    Id(String),
    /// The stack's managed security group.
    Managed,
    /// The cluster's shared backend security group.
    Backend,
}

/// A target group, which may have an ARN only once the stack is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum TargetGroupRef {
    /// One that exists.
    Arn(String),
    /// Resource id of a target group of the stack.
    Id(String),
}

/// A load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LoadBalancer {
    /// Its name, up to 32 characters.
    pub name: String,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// Subnets in order.
    pub subnets: Vec<SubnetMapping>,
    /// Security groups in order, the backend group last.
    pub security_groups: Vec<SecurityGroupRef>,
    /// `on` or `off`.
    pub enforce_inbound_rules_on_private_link: Option<String>,
    /// `on` or `off`.
    pub enable_prefix_for_ipv6_source_nat: Option<String>,
    /// Attributes to set; others are left as they are.
    pub attributes: Attributes,
    /// Capacity units to reserve; 0 resets.
    pub minimum_capacity: Option<i32>,
    /// All tags.
    pub tags: Tags,
}

/// The managed security group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SecurityGroup {
    /// Resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its ingress rules, all of them.
    pub ingress: Vec<Permission>,
    /// All tags.
    pub tags: Tags,
}

/// A target group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TargetGroup {
    /// Resource id: `namespace/name:port`.
    pub id: String,
    /// Its name, up to 32 characters.
    pub name: String,
    /// `instance` or `ip`.
    pub target_type: String,
    /// `TCP`, `UDP`, `TCP_UDP`, `TLS`, `QUIC` or `TCP_QUIC`.
    pub protocol: String,
    /// Default port of targets.
    pub port: i32,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// Health check.
    pub health_check: HealthCheck,
    /// Attributes to set; others are left as they are.
    pub attributes: Attributes,
    /// All tags.
    pub tags: Tags,
}

/// A listener.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Its port; with the load balancer, its identity.
    pub port: i32,
    /// `TCP`, `TLS`...
    pub protocol: String,
    /// Target groups with their weights.
    pub targets: Vec<(TargetGroupRef, Option<i32>)>,
    /// Target group stickiness, if it is to be set.
    pub stickiness_enabled: Option<bool>,
    /// Certificate ARNs, the default one first.
    pub certificates: Vec<String>,
    /// Security policy.
    pub ssl_policy: Option<String>,
    /// ALPN policy.
    pub alpn_policy: Option<String>,
    /// Attributes to set.
    pub attributes: Attributes,
    /// All tags.
    pub tags: Tags,
}

/// A TargetGroupBinding to be made for a target group of the stack.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Binding {
    /// Namespace: the backend Service's.
    pub namespace: String,
    /// Name: the target group's.
    pub name: String,
    /// Resource id of the target group.
    pub target_group: String,
    /// Labels that say whose it is.
    pub labels: Tags,
    /// Its `spec`, without `targetGroupARN`. A security group of `networking` that is not known yet stands there as [`Binding::BACKEND_GROUP`] or
    /// [`Binding::MANAGED_GROUP`].
    pub spec: Value,
}

impl Binding {
    /// Stands in `spec` for the id of the shared backend security group.
    pub const BACKEND_GROUP: &str = "$backend-security-group";
    /// Stands in `spec` for the id of the stack's managed security group.
    pub const MANAGED_GROUP: &str = "$managed-security-group";
}
