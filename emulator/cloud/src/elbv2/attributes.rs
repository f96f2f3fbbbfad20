//! Attributes of load balancers, listeners and target groups: which keys exist for a type, what they are by default, what they may be.

use super::target_group::{Protocol, TargetType};
use crate::ApiError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Attributes as they are stored.
pub type Attributes = BTreeMap<String, String>;

/// An attribute on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// The key.
    pub key: String,
    /// The value; empty when it is not sent.
    #[serde(default)]
    pub value: String,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
enum Values {
    Text,
    Flag,
    Number(u64, u64),
    NumberOr(&'static str, u64, u64),
    OneOf(&'static [&'static str]),
}

impl Values {
    fn allow(self, value: &str) -> bool {
        let number = |low, high| value.parse::<u64>().is_ok_and(|number| (low..=high).contains(&number));
        match self {
            Self::Text => true,
            Self::Flag => matches!(value, "true" | "false"),
            Self::Number(low, high) => number(low, high),
            Self::NumberOr(word, low, high) => value == word || number(low, high),
            Self::OneOf(words) => words.contains(&value),
        }
    }
}

type Known = (&'static str, &'static str, Values);

const LOAD_BALANCER: &[Known] = &[
    ("access_logs.s3.bucket", "", Values::Text),
    ("access_logs.s3.enabled", "false", Values::Flag),
    ("access_logs.s3.prefix", "", Values::Text),
    ("deletion_protection.enabled", "false", Values::Flag),
    (
        "dns_record.client_routing_policy",
        "any_availability_zone",
        Values::OneOf(&[
            "any_availability_zone",
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
        ]),
    ),
    ("ipv6.deny_all_igw_traffic", "false", Values::Flag),
    ("load_balancing.cross_zone.enabled", "false", Values::Flag),
    ("secondary_ips.auto_assigned.per_subnet", "0", Values::Number(0, 7)),
    ("zonal_shift.config.enabled", "false", Values::Flag),
];

const TARGET_GROUP: &[Known] = &[
    (
        "deregistration_delay.connection_termination.enabled",
        "false",
        Values::Flag,
    ),
    ("deregistration_delay.timeout_seconds", "300", Values::Number(0, 3600)),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
        Values::OneOf(&["true", "false", "use_load_balancer_configuration"]),
    ),
    ("preserve_client_ip.enabled", "true", Values::Flag),
    ("proxy_protocol_v2.enabled", "false", Values::Flag),
    ("stickiness.enabled", "false", Values::Flag),
    (
        "stickiness.type",
        "source_ip",
        Values::OneOf(&["source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"]),
    ),
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

const TCP_LISTENER: &[Known] = &[("tcp.idle_timeout.seconds", "350", Values::Number(60, 6000))];

fn defaults(known: &[Known]) -> Attributes {
    known
        .iter()
        .map(|(key, value, _)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Attributes of a network load balancer when it is made.
pub fn of_load_balancer() -> Attributes {
    defaults(LOAD_BALANCER)
}

/// Attributes of a target group of a network load balancer when it is made. Client addresses are kept unless targets are addresses
/// behind TCP or TLS.
pub fn of_target_group(target_type: TargetType, protocol: Protocol) -> Attributes {
    let mut attributes = defaults(TARGET_GROUP);
    if target_type == TargetType::Ip && matches!(protocol, Protocol::Tcp | Protocol::Tls) {
        attributes.insert("preserve_client_ip.enabled".to_owned(), "false".to_owned());
    }
    attributes
}

/// Attributes of a listener when it is made: only TCP listeners have any.
pub fn of_listener(protocol: Protocol) -> Attributes {
    if protocol == Protocol::Tcp {
        defaults(TCP_LISTENER)
    } else {
        Attributes::new()
    }
}

/// What attributes belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A network load balancer.
    LoadBalancer,
    /// A target group of one.
    TargetGroup,
    /// A listener of one.
    Listener,
}

impl Owner {
    fn known(self) -> &'static [Known] {
        match self {
            Self::LoadBalancer => LOAD_BALANCER,
            Self::TargetGroup => TARGET_GROUP,
            Self::Listener => TCP_LISTENER,
        }
    }

    /// Checks changes against what the resource has now.
    ///
    /// # Errors
    /// `ValidationError` for a key that it does not have, `InvalidConfigurationRequest` for a value that is not possible.
    pub fn check(self, current: &Attributes, changes: &[Attribute]) -> Result<(), ApiError> {
        for Attribute { key, value } in changes {
            let known = self
                .known()
                .iter()
                .find(|(known, ..)| known == key && current.contains_key(key));
            let Some((_, _, values)) = known else {
                let message = format!("The attribute key '{key}' is not recognized, or not supported for this type");
                return Err(ApiError::new("ValidationError", message));
            };
            if !values.allow(value) {
                let message = format!("The value '{value}' is not valid for the attribute '{key}'");
                return Err(ApiError::new("InvalidConfigurationRequest", message));
            }
        }
        Ok(())
    }
}

/// Attributes as the wire lists them.
pub fn list(attributes: &Attributes) -> Vec<Attribute> {
    attributes
        .iter()
        .map(|(key, value)| Attribute {
            key: key.clone(),
            value: value.clone(),
        })
        .collect()
}

/// Applies changes that [`Owner::check`] has passed, and lists the outcome.
pub fn apply(current: &mut Attributes, changes: Vec<Attribute>) -> Vec<Attribute> {
    current.extend(changes.into_iter().map(|change| (change.key, change.value)));
    list(current)
}
