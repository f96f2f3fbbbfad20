//! Target groups.

use super::Attributes;
use crate::{Result, Tags};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

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
    /// Answers that pass.
    pub matcher: Option<Matcher>,
}

/// The answers that pass a health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matcher {
    /// HTTP codes, such as `200-399`.
    Http(String),
    /// gRPC codes, such as `12`, for target groups of protocol version GRPC.
    Grpc(String),
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
    /// `HTTP1`, `HTTP2` or `GRPC`; HTTP and HTTPS only.
    pub protocol_version: Option<String>,
    /// Default port of targets.
    pub port: i32,
    /// The VPC.
    pub vpc_id: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// Health check.
    pub health_check: HealthCheck,
    /// Port on which targets are asked how many requests they take.
    pub control_port: Option<i32>,
    /// ARNs of load balancers that route to it.
    pub load_balancer_arns: Vec<String>,
}

/// CreateTargetGroup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTargetGroup {
    /// Name.
    pub name: String,
    /// `instance`, `ip` or `alb`.
    pub target_type: String,
    /// `TCP`, `HTTP`...
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`; HTTP and HTTPS only.
    pub protocol_version: Option<String>,
    /// Default port of targets.
    pub port: i32,
    /// The VPC.
    pub vpc_id: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// Health check.
    pub health_check: HealthCheck,
    /// Port on which targets are asked how many requests they take.
    pub control_port: Option<i32>,
    /// Tags.
    pub tags: Tags,
}

/// Calls about target groups, as the service keeps them.
#[async_trait]
pub trait TargetGroups: Send + Sync {
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
}
