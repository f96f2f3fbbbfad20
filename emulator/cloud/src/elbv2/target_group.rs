//! Target groups of network load balancers, and their targets.

use super::attributes::Attributes;
use super::health_check::{CheckProtocol, HealthCheck, Matcher};
use super::load_balancer::LoadBalancer;
use super::state::State;
use super::target_health::HealthState;
use crate::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A target group.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    /// Name, unique in the region.
    pub name: String,
    /// What its targets are.
    pub target_type: TargetType,
    /// Protocol of flows to targets.
    pub protocol: Protocol,
    /// Port of targets that are registered without one.
    pub port: u16,
    /// Its VPC.
    pub vpc_id: String,
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
}

/// Protocols of listeners and target groups of network load balancers.
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
}

impl Protocol {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::TcpUdp => "TCP_UDP",
            Self::Tls => "TLS",
        }
    }

    /// Whether a listener with this protocol can forward to target groups with that one.
    pub fn forwards_to(self, targets: Self) -> bool {
        match self {
            Self::Tcp => matches!(targets, Self::Tcp | Self::TcpUdp),
            Self::Udp => matches!(targets, Self::Udp | Self::TcpUdp),
            Self::TcpUdp => targets == Self::TcpUdp,
            Self::Tls => matches!(targets, Self::Tcp | Self::Tls),
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
    /// Instance id or address.
    pub id: String,
    /// Port.
    pub port: u16,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its zone; absent for `all`, addresses outside of the VPC that every zone reaches.
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
    protocol: Protocol,
    port: u16,
    vpc_id: String,
    health_check_protocol: CheckProtocol,
    health_check_port: String,
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
    ip_address_type: &'static str,
}

impl Description {
    /// Describes a target group, with the load balancers that route to it.
    pub fn of(arn: &str, group: &TargetGroup, state: &State) -> Self {
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
        Self {
            target_group_arn: arn.to_owned(),
            target_group_name: group.name.clone(),
            protocol: group.protocol,
            port: group.port,
            vpc_id: group.vpc_id.clone(),
            health_check_protocol: protocol,
            health_check_port: port,
            health_check_enabled: enabled,
            health_check_interval_seconds: interval,
            health_check_timeout_seconds: timeout,
            healthy_threshold_count: healthy_threshold,
            unhealthy_threshold_count: unhealthy_threshold,
            health_check_path: path,
            matcher,
            load_balancer_arns: state.load_balancers_of(arn).into_iter().map(str::to_owned).collect(),
            target_type: group.target_type,
            ip_address_type: "ipv4",
        }
    }
}
