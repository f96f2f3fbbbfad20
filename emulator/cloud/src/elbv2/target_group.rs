//! Target groups and their targets.

use super::attributes::Attributes;
use super::health_check::{CheckProtocol, CheckedGroup, HealthCheck, Matcher};
use super::load_balancer::{LoadBalancer, Type};
use super::target_health::HealthState;
use crate::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A target group.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    /// Name, unique in the region.
    pub name: String,
    /// What its targets are.
    pub target_type: TargetType,
    /// Protocol of flows to targets; functions have none.
    pub protocol: Option<Protocol>,
    /// Version of that protocol, HTTP and HTTPS only.
    pub protocol_version: Option<ProtocolVersion>,
    /// Port of targets that are registered without one; functions have none.
    pub port: Option<u16>,
    /// Its VPC; functions have none.
    pub vpc_id: Option<String>,
    /// Port on which the target optimizer's agent listens beside each target.
    pub target_control_port: Option<u16>,
    /// How targets are checked.
    pub health_check: HealthCheck,
    /// Attributes.
    pub attributes: Attributes,
    /// Targets, also those that drain and have not been forgotten yet.
    pub targets: BTreeMap<TargetKey, Target>,
    /// Tags.
    pub tags: Tags,
}

/// What the targets of a group are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetType {
    /// Instances, by id.
    #[default]
    Instance,
    /// Addresses.
    Ip,
    /// One Lambda function, by ARN.
    Lambda,
    /// One application load balancer behind a network load balancer, by ARN.
    Alb,
}

/// Versions of HTTP between a load balancer and its targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProtocolVersion {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
    /// gRPC over HTTP/2.
    Grpc,
}

/// Protocols of listeners and target groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// TCP.
    #[serde(rename = "TCP")]
    Tcp,
    /// UDP.
    #[serde(rename = "UDP")]
    Udp,
    /// Both on one port.
    #[serde(rename = "TCP_UDP")]
    TcpUdp,
    /// TLS; ends at the load balancer when the listener has it.
    #[serde(rename = "TLS")]
    Tls,
    /// HTTP.
    #[serde(rename = "HTTP")]
    Http,
    /// HTTP over TLS; ends at the load balancer when the listener has it.
    #[serde(rename = "HTTPS")]
    Https,
}

impl Protocol {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::TcpUdp => "TCP_UDP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
        }
    }

    /// The kind of load balancer whose listeners and target groups have it.
    pub fn belongs_to(self) -> Type {
        match self {
            Self::Http | Self::Https => Type::Application,
            Self::Tcp | Self::Udp | Self::TcpUdp | Self::Tls => Type::Network,
        }
    }

    /// Whether listeners with it have certificates.
    pub fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Https)
    }

    /// Whether a listener with this protocol can forward to target groups with that one; functions have none.
    pub fn forwards_to(self, targets: Option<Self>) -> bool {
        let Some(targets) = targets else {
            return self.belongs_to() == Type::Application;
        };
        match self {
            Self::Tcp => matches!(targets, Self::Tcp | Self::TcpUdp),
            Self::Udp => matches!(targets, Self::Udp | Self::TcpUdp),
            Self::TcpUdp => targets == Self::TcpUdp,
            Self::Tls => matches!(targets, Self::Tcp | Self::Tls),
            Self::Http | Self::Https => targets.belongs_to() == Type::Application,
        }
    }

    /// Whether listeners with these protocols cannot be on one port.
    pub fn collides_with(self, other: Self) -> bool {
        !matches!(
            (self, other),
            (Self::Udp, Self::Tcp | Self::Tls) | (Self::Tcp | Self::Tls, Self::Udp)
        )
    }
}

/// What tells targets of a group apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetKey {
    /// Instance id, address, or ARN of a function or load balancer.
    pub id: String,
    /// Port; 0 for a function, which has none.
    pub port: u16,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its zone; absent for what every zone reaches alike: addresses outside of the VPC (`all`), functions, load balancers.
    pub zone: Option<String>,
    /// When it was registered.
    pub registered: Timestamp,
    /// Until when it drains; absent while it is registered.
    pub drains_until: Option<Timestamp>,
    /// What health checks last found; absent before the first report.
    pub observed: Option<Observation>,
}

impl Target {
    /// Whether it has been deregistered and has finished draining, so that the group no longer has it.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.drains_until.is_some_and(|until| until <= now)
    }
}

/// What a health check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// State.
    pub state: HealthState,
    /// Reason code, such as `Target.FailedHealthChecks`.
    pub reason: Option<String>,
    /// Reason in words.
    pub description: Option<String>,
}

impl TargetGroup {
    /// Its targets at a time.
    pub fn targets_at(&self, now: Timestamp) -> impl Iterator<Item = (&TargetKey, &Target)> {
        self.targets.iter().filter(move |(_, target)| !target.is_gone(now))
    }

    /// Forgets targets that have finished draining.
    pub(crate) fn forget_gone(&mut self, now: Timestamp) {
        self.targets.retain(|_, target| !target.is_gone(now));
    }

    /// What its health checks depend on.
    pub fn checked(&self) -> CheckedGroup {
        CheckedGroup {
            target_type: self.target_type,
            protocol: self.protocol,
            version: self.protocol_version,
        }
    }

    /// How long deregistered targets drain, in milliseconds.
    pub fn deregistration_delay(&self) -> u64 {
        let seconds = self
            .attributes
            .get("deregistration_delay.timeout_seconds")
            .and_then(|value| value.parse().ok());
        seconds.map_or(0, |seconds: u64| seconds * 1000)
    }

    /// Whether nodes of a load balancer reach this group's targets in zones other than their own.
    pub fn crosses_zones(&self, load_balancer: &LoadBalancer) -> bool {
        match self
            .attributes
            .get("load_balancing.cross_zone.enabled")
            .map(String::as_str)
        {
            Some("true") => true,
            Some("false") => false,
            _ => load_balancer.crosses_zones(),
        }
    }
}

/// A target group as DescribeTargetGroups shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    target_group_arn: String,
    target_group_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol_version: Option<ProtocolVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_control_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_protocol: Option<CheckProtocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_port: Option<String>,
    health_check_enabled: bool,
    health_check_interval_seconds: u32,
    health_check_timeout_seconds: u32,
    healthy_threshold_count: u32,
    unhealthy_threshold_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matcher: Option<Matcher>,
    load_balancer_arns: Vec<String>,
    target_type: TargetType,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address_type: Option<&'static str>,
}

impl Description {
    /// Describes a target group with the load balancers that route to it.
    pub fn of(arn: &str, group: &TargetGroup, load_balancers: &BTreeSet<&str>) -> Self {
        let HealthCheck {
            protocol,
            port,
            enabled,
            interval,
            timeout,
            healthy_threshold,
            unhealthy_threshold,
            path,
            matcher,
        } = group.health_check.clone();
        // A function is checked by calling it.
        let speaks = group.target_type != TargetType::Lambda;
        Self {
            target_group_arn: arn.to_owned(),
            target_group_name: group.name.clone(),
            protocol: group.protocol,
            protocol_version: group.protocol_version,
            port: group.port,
            vpc_id: group.vpc_id.clone(),
            target_control_port: group.target_control_port,
            health_check_protocol: speaks.then_some(protocol),
            health_check_port: speaks.then_some(port),
            health_check_enabled: enabled,
            health_check_interval_seconds: interval,
            health_check_timeout_seconds: timeout,
            healthy_threshold_count: healthy_threshold,
            unhealthy_threshold_count: unhealthy_threshold,
            health_check_path: path,
            matcher,
            load_balancer_arns: load_balancers.iter().map(|arn| (*arn).to_owned()).collect(),
            target_type: group.target_type,
            ip_address_type: speaks.then_some("ipv4"),
        }
    }
}
