//! The cloud's load balancers as configuration of the data plane. Pure: the state at a moment in, the configuration out.

use cloud::elbv2::attributes::Attributes;
use cloud::elbv2::health_check::CheckProtocol;
use cloud::elbv2::load_balancer::Type;
use cloud::elbv2::target_group::{self, TargetKey};
use cloud::elbv2::{listener, load_balancer, rule_action};
use cloud::{Cloud, Region, Timestamp};
use dataplane::Matcher;
use dataplane::config::{
    Config, DEFAULT_IDLE_TIMEOUT, Forward, HealthCheck, HealthCheckProtocol, Listener, LoadBalancer, Protocol, Target,
    TargetGroup, TargetState, ZoneAddress,
};
use std::net::Ipv4Addr;
use std::time::Duration;

/// What the data plane serves at `now`.
pub(crate) fn configuration(cloud: &Cloud, now: Timestamp) -> Config {
    let mut config = Config::default();
    for (_, region) in cloud.regions() {
        let elbv2 = &region.elbv2;
        let load_balancers = elbv2
            .load_balancers
            .iter()
            .filter(|(_, found)| found.kind == Type::Network);
        config
            .load_balancers
            .extend(load_balancers.map(|(arn, found)| load_balancer(arn, found, region, now)));
        let target_groups = elbv2.target_groups.iter();
        config
            .target_groups
            .extend(target_groups.map(|(arn, group)| target_group(arn, group, region, now)));
    }
    config
}

/// When the configuration next changes by itself: a load balancer becomes active, a target has drained.
pub(crate) fn next_change(cloud: &Cloud, now: Timestamp) -> Option<Timestamp> {
    let later = |region: &Region| {
        let active = region
            .elbv2
            .load_balancers
            .values()
            .map(|load_balancer| load_balancer.active_from);
        let targets = region
            .elbv2
            .target_groups
            .values()
            .flat_map(|group| group.targets.values());
        active
            .chain(targets.filter_map(|target| target.drains_until))
            .filter(|time| *time > now)
            .min()
    };
    cloud.regions().filter_map(|(_, region)| later(region)).min()
}

fn load_balancer(arn: &str, found: &load_balancer::LoadBalancer, region: &Region, now: Timestamp) -> LoadBalancer {
    let address = |zone: &load_balancer::Zone| {
        let interface = region.ec2.interfaces.get(&zone.interface_id)?;
        Some(ZoneAddress {
            zone: zone.zone.clone(),
            address: interface.primary()?,
        })
    };
    let listeners = region
        .elbv2
        .listeners
        .iter()
        .filter(|(_, listener)| listener.load_balancer_arn == arn);
    LoadBalancer {
        arn: arn.to_owned(),
        dns_name: found.dns_name.clone(),
        active: found.is_active(now),
        cross_zone: found.crosses_zones(),
        zones: found.zones.iter().filter_map(address).collect(),
        listeners: listeners.map(|(arn, found)| listener(arn, found)).collect(),
    }
}

fn listener(arn: &str, found: &listener::Listener) -> Listener {
    let forward = |target: &rule_action::ForwardTarget| Forward {
        target_group_arn: target.target_group_arn.clone(),
        weight: target.weight,
    };
    let idle_timeout = found
        .attributes
        .get("tcp.idle_timeout.seconds")
        .and_then(|seconds| seconds.parse().ok());
    Listener {
        arn: arn.to_owned(),
        port: found.port,
        protocol: match found.protocol {
            target_group::Protocol::Udp => Protocol::Udp,
            target_group::Protocol::TcpUdp => Protocol::TcpUdp,
            target_group::Protocol::Tls => Protocol::Tls,
            target_group::Protocol::Tcp | target_group::Protocol::Http | target_group::Protocol::Https => Protocol::Tcp,
        },
        idle_timeout: idle_timeout.map_or(DEFAULT_IDLE_TIMEOUT, Duration::from_secs),
        forward: found.targets().iter().map(forward).collect(),
    }
}

fn target_group(arn: &str, group: &target_group::TargetGroup, region: &Region, now: Timestamp) -> TargetGroup {
    let attributes = &group.attributes;
    let targets = group.targets_at(now);
    TargetGroup {
        arn: arn.to_owned(),
        cross_zone: attributes
            .get("load_balancing.cross_zone.enabled")
            .and_then(|value| value.parse().ok()),
        health_check: health_check(group),
        connection_termination: is_on(attributes, "deregistration_delay.connection_termination.enabled"),
        unhealthy_connection_termination: is_on(
            attributes,
            "target_health_state.unhealthy.connection_termination.enabled",
        ),
        proxy_protocol_v2: is_on(attributes, "proxy_protocol_v2.enabled"),
        targets: targets.filter_map(|(key, found)| target(key, found, region)).collect(),
    }
}

fn is_on(attributes: &Attributes, key: &str) -> bool {
    attributes.get(key).is_some_and(|value| value == "true")
}

fn health_check(group: &target_group::TargetGroup) -> HealthCheck {
    let check = &group.health_check;
    let matcher = check
        .matcher
        .as_ref()
        .and_then(|matcher| matcher.http_code.as_ref()?.parse::<Matcher>().ok());
    HealthCheck {
        protocol: match check.protocol {
            CheckProtocol::Tcp => HealthCheckProtocol::Tcp,
            CheckProtocol::Http => HealthCheckProtocol::Http,
            CheckProtocol::Https => HealthCheckProtocol::Https,
        },
        port: check.port.parse().ok(),
        path: check.path.clone().unwrap_or_else(|| "/".to_owned()),
        interval: Duration::from_secs(check.interval.into()),
        timeout: Duration::from_secs(check.timeout.into()),
        healthy_threshold: check.healthy_threshold,
        unhealthy_threshold: check.unhealthy_threshold,
        matcher: matcher.unwrap_or_default(),
    }
}

/// A target with the address of its flows: its own, or the primary one of the instance. An instance that is gone has none.
fn target(key: &TargetKey, found: &target_group::Target, region: &Region) -> Option<Target> {
    let address: Ipv4Addr = key.id.parse().ok().or_else(|| region.ec2.instance_address(&key.id))?;
    let state = if found.drains_until.is_some() {
        TargetState::Draining
    } else {
        TargetState::Registered
    };
    Some(Target {
        id: key.id.clone(),
        address,
        port: key.port,
        zone: found.zone.clone(),
        state,
    })
}
