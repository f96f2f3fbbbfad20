//! Target groups and their targets.

use super::attributes::{is_on, parsed, seconds};
use cloud::elbv2::attributes::Attributes;
use cloud::elbv2::health_check::CheckProtocol;
use cloud::elbv2::load_balancer::{LoadBalancer, Zone};
use cloud::elbv2::target_group::{self, ProtocolVersion as CloudVersion, TargetKey, TargetType};
use cloud::{Region, Timestamp};
use dataplane::Matcher;
use dataplane::config::application::{Algorithm, Stickiness, TargetGroupAttributes, TargetProtocol};
use dataplane::config::{HealthCheck, HealthCheckProtocol, ProtocolVersion, Target, TargetGroup, TargetState};
use std::net::Ipv4Addr;
use std::time::Duration;

pub(super) fn target_group(
    arn: &str,
    group: &target_group::TargetGroup,
    region: &Region,
    now: Timestamp,
) -> TargetGroup {
    let attributes = &group.attributes;
    let targets = group.targets_at(now);
    TargetGroup {
        arn: arn.to_owned(),
        cross_zone: parsed(attributes, "load_balancing.cross_zone.enabled"),
        health_check: health_check(group),
        connection_termination: is_on(attributes, "deregistration_delay.connection_termination.enabled"),
        unhealthy_connection_termination: is_on(
            attributes,
            "target_health_state.unhealthy.connection_termination.enabled",
        ),
        proxy_protocol_v2: is_on(attributes, "proxy_protocol_v2.enabled"),
        application: TargetGroupAttributes {
            protocol: match group.protocol {
                Some(target_group::Protocol::Https) => TargetProtocol::Https,
                _ => TargetProtocol::Http,
            },
            version: version(group),
            algorithm: algorithm(attributes),
            slow_start: seconds(attributes, "slow_start.duration_seconds").unwrap_or_default(),
            stickiness: stickiness(attributes),
        },
        targets: targets
            .flat_map(|(key, found)| target(group.target_type, key, found, region))
            .collect(),
    }
}

fn version(group: &target_group::TargetGroup) -> ProtocolVersion {
    match group.protocol_version {
        Some(CloudVersion::Http2) => ProtocolVersion::Http2,
        Some(CloudVersion::Grpc) => ProtocolVersion::Grpc,
        Some(CloudVersion::Http1) | None => ProtocolVersion::Http1,
    }
}

fn algorithm(attributes: &Attributes) -> Algorithm {
    match attributes.get("load_balancing.algorithm.type").map(String::as_str) {
        Some("least_outstanding_requests") => Algorithm::LeastOutstandingRequests,
        Some("weighted_random") => Algorithm::WeightedRandom,
        _ => Algorithm::RoundRobin,
    }
}

/// That of application load balancers.
fn stickiness(attributes: &Attributes) -> Option<Stickiness> {
    if !is_on(attributes, "stickiness.enabled") {
        return None;
    }
    match attributes.get("stickiness.type")?.as_str() {
        "lb_cookie" => {
            let life = seconds(attributes, "stickiness.lb_cookie.duration_seconds")?;
            Some(Stickiness::LoadBalancerCookie(life))
        }
        "app_cookie" => {
            let name = attributes.get("stickiness.app_cookie.cookie_name")?;
            Some(Stickiness::ApplicationCookie(name.clone()))
        }
        _ => None,
    }
}

fn health_check(group: &target_group::TargetGroup) -> HealthCheck {
    let check = &group.health_check;
    let codes = check
        .matcher
        .as_ref()
        .and_then(|matcher| matcher.http_code.as_ref().or(matcher.grpc_code.as_ref()));
    HealthCheck {
        protocol: match check.protocol {
            CheckProtocol::Tcp => HealthCheckProtocol::Tcp,
            CheckProtocol::Http => HealthCheckProtocol::Http,
            CheckProtocol::Https => HealthCheckProtocol::Https,
        },
        port: check.port.parse().ok(),
        version: version(group),
        path: check.path.clone().unwrap_or_else(|| "/".to_owned()),
        interval: Duration::from_secs(check.interval.into()),
        timeout: Duration::from_secs(check.timeout.into()),
        healthy_threshold: check.healthy_threshold,
        unhealthy_threshold: check.unhealthy_threshold,
        matcher: codes
            .and_then(|codes| codes.parse::<Matcher>().ok())
            .unwrap_or_default(),
    }
}

/// A target, once for each address of its traffic.
fn target(kind: TargetType, key: &TargetKey, found: &target_group::Target, region: &Region) -> Vec<Target> {
    let state = if found.drains_until.is_some() {
        TargetState::Draining
    } else {
        TargetState::Registered
    };
    let at = |(address, zone): (Ipv4Addr, Option<String>)| Target {
        id: key.id.clone(),
        address,
        port: key.port,
        zone: zone.or_else(|| found.zone.clone()),
        state,
    };
    addresses(kind, &key.id, region).into_iter().map(at).collect()
}

/// An address is its own; an instance's is its primary private one; a load balancer has one in each of its zones. What is gone has none, nor
/// has a function.
fn addresses(kind: TargetType, id: &str, region: &Region) -> Vec<(Ipv4Addr, Option<String>)> {
    let address = match kind {
        TargetType::Ip => id.parse().ok(),
        TargetType::Instance => region.ec2.instance_address(id),
        TargetType::Alb => {
            return region
                .elbv2
                .load_balancers
                .get(id)
                .map_or(Vec::new(), |found| zones(found, region));
        }
        TargetType::Lambda => None,
    };
    address.map(|address| (address, None)).into_iter().collect()
}

fn zones(found: &LoadBalancer, region: &Region) -> Vec<(Ipv4Addr, Option<String>)> {
    let address = |zone: &Zone| {
        let interface = region.ec2.interfaces.get(&zone.interface_id)?;
        Some((interface.primary()?, Some(zone.zone.clone())))
    };
    found.zones.iter().filter_map(address).collect()
}
