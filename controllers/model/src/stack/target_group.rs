//! Target groups.

use aws_api::Tags;
use aws_api::elbv2::{Attributes, HealthCheck};
use serde::{Deserialize, Serialize};

/// A target group, which may have an ARN only once the stack is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TargetGroupRef {
    /// One that exists.
    Arn(String),
    /// Resource id of a target group of the stack.
    Id(String),
}

/// A target group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Resource id: `namespace/name:port` of a Service, `namespace/name-service:port` of an Ingress.
    pub id: String,
    /// Its name, up to 32 characters.
    pub name: String,
    /// `instance`, `ip` or `alb`.
    pub target_type: String,
    /// `TCP`, `UDP`, `TCP_UDP`, `TLS`, `QUIC`, `TCP_QUIC`, `HTTP` or `HTTPS`.
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`; HTTP and HTTPS only.
    pub protocol_version: Option<String>,
    /// Default port of targets.
    pub port: i32,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// Health check.
    pub health_check: HealthCheck,
    /// Port on which targets are asked how many requests they take.
    pub control_port: Option<i32>,
    /// Attributes to set; others are left as they are.
    pub attributes: Attributes,
    /// All tags.
    pub tags: Tags,
}
