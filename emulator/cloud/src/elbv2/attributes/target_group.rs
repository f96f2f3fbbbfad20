//! Attributes of target groups.

use super::{Attributes, Catalogue, Known, Values, impossible, independent, is_on};
use crate::ApiError;
use crate::elbv2::load_balancer::Type;
use crate::elbv2::target_group::{Protocol, TargetType};

const EVERY: &[Known] = &[
    ("deregistration_delay.timeout_seconds", "300", Values::Number(0, 3600)),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
        Values::OneOf(&["true", "false", "use_load_balancer_configuration"]),
    ),
    ("stickiness.enabled", "false", Values::Flag),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        "1",
        Values::NumberOr("off", 1, u64::MAX),
    ),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        "off",
        Values::NumberOr("off", 1, 100),
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "1",
        Values::Number(1, u64::MAX),
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "off",
        Values::NumberOr("off", 1, 100),
    ),
];

const NETWORK: &[Known] = &[
    (
        "deregistration_delay.connection_termination.enabled",
        "false",
        Values::Flag,
    ),
    ("proxy_protocol_v2.enabled", "false", Values::Flag),
    (
        "stickiness.type",
        "source_ip",
        Values::OneOf(&["source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"]),
    ),
    (
        "target_health_state.unhealthy.connection_termination.enabled",
        "true",
        Values::Flag,
    ),
    (
        "target_health_state.unhealthy.draining_interval_seconds",
        "0",
        Values::Number(0, 360_000),
    ),
];

/// Client addresses are kept unless targets are addresses behind TCP or TLS; before load balancers they are always kept.
const KEEPS_CLIENTS: &[Known] = &[("preserve_client_ip.enabled", "true", Values::Flag)];
const HIDES_CLIENTS: &[Known] = &[("preserve_client_ip.enabled", "false", Values::Flag)];
const ALWAYS_KEEPS_CLIENTS: &[Known] = &[("preserve_client_ip.enabled", "true", Values::OneOf(&["true"]))];

const APPLICATION: &[Known] = &[
    (
        "load_balancing.algorithm.anomaly_mitigation",
        "off",
        Values::OneOf(&["on", "off"]),
    ),
    (
        "load_balancing.algorithm.type",
        "round_robin",
        Values::OneOf(&["round_robin", "least_outstanding_requests", "weighted_random"]),
    ),
    ("slow_start.duration_seconds", "0", Values::NumberOr("0", 30, 900)),
    ("stickiness.app_cookie.cookie_name", "", Values::Text),
    (
        "stickiness.app_cookie.duration_seconds",
        "86400",
        Values::Number(1, 604_800),
    ),
    (
        "stickiness.lb_cookie.duration_seconds",
        "86400",
        Values::Number(1, 604_800),
    ),
    (
        "stickiness.type",
        "lb_cookie",
        Values::OneOf(&["lb_cookie", "app_cookie"]),
    ),
];

const FUNCTION: &[Known] = &[("lambda.multi_value_headers.enabled", "false", Values::Flag)];

/// Attributes of target groups of a type and protocol.
pub fn of_target_group(target_type: TargetType, protocol: Option<Protocol>) -> Catalogue {
    match (target_type, protocol) {
        (TargetType::Lambda, _) | (_, None) => Catalogue {
            known: vec![FUNCTION],
            together: independent,
        },
        (_, Some(protocol)) if protocol.belongs_to() == Type::Application => Catalogue {
            known: vec![EVERY, APPLICATION],
            together: routing,
        },
        (TargetType::Alb, _) => Catalogue {
            known: vec![EVERY, NETWORK, ALWAYS_KEEPS_CLIENTS],
            together: independent,
        },
        (TargetType::Ip, Some(Protocol::Tcp | Protocol::Tls)) => Catalogue {
            known: vec![EVERY, NETWORK, HIDES_CLIENTS],
            together: independent,
        },
        _ => Catalogue {
            known: vec![EVERY, NETWORK, KEEPS_CLIENTS],
            together: independent,
        },
    }
}

/// Slow start goes with round robin only, anomaly mitigation with weighted random only, stickiness by the application's cookie needs
/// its name.
fn routing(attributes: &Attributes) -> Result<(), ApiError> {
    let value = |key: &str| attributes.get(key).map(String::as_str).unwrap_or_default();
    let algorithm = value("load_balancing.algorithm.type");
    if value("slow_start.duration_seconds") != "0" && algorithm != "round_robin" {
        return Err(impossible(format!(
            "Slow start is not supported with the routing algorithm {algorithm}"
        )));
    }
    if value("load_balancing.algorithm.anomaly_mitigation") == "on" && algorithm != "weighted_random" {
        return Err(impossible(format!(
            "Anomaly mitigation is not supported with the routing algorithm {algorithm}"
        )));
    }
    let cookie = value("stickiness.app_cookie.cookie_name");
    let by_application = is_on(attributes, "stickiness.enabled") && value("stickiness.type") == "app_cookie";
    if by_application && cookie.is_empty() {
        let message =
            "The attribute 'stickiness.app_cookie.cookie_name' must be set when stickiness is of type app_cookie";
        return Err(impossible(message.to_owned()));
    }
    if ["AWSALB", "AWSALBAPP", "AWSALBTG"]
        .iter()
        .any(|own| cookie.starts_with(own))
    {
        return Err(impossible(format!(
            "The cookie name '{cookie}' is reserved for load balancers"
        )));
    }
    Ok(())
}
