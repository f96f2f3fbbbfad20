//! Attributes of objects that were just created, as the ELBv2 API reference documents them.
//!
//! Knowing them saves a read and often a write per new object. A key that is not listed here is written if wanted:
//! an unknown default costs a call, never a wrong setting.

use aws_api::elbv2::Attributes;

fn attributes<const N: usize>(pairs: [(&str, &str); N]) -> Attributes {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Of a new network load balancer.
#[must_use]
pub(crate) fn load_balancer_attributes() -> Attributes {
    attributes([
        ("access_logs.s3.enabled", "false"),
        ("deletion_protection.enabled", "false"),
        ("dns_record.client_routing_policy", "any_availability_zone"),
        ("load_balancing.cross_zone.enabled", "false"),
        ("zonal_shift.config.enabled", "false"),
    ])
}

/// Of a new target group of a network load balancer. Client addresses are preserved by default for instances, and
/// always for UDP; not for TCP and TLS to addresses.
#[must_use]
pub(crate) fn target_group_attributes(protocol: &str, target_type: &str) -> Attributes {
    let connection_oriented = matches!(protocol, "TCP" | "TLS");
    let preserve = !(target_type == "ip" && connection_oriented);
    attributes([
        ("deregistration_delay.connection_termination.enabled", "false"),
        ("deregistration_delay.timeout_seconds", "300"),
        ("preserve_client_ip.enabled", if preserve { "true" } else { "false" }),
        ("proxy_protocol_v2.enabled", "false"),
        ("stickiness.enabled", "false"),
    ])
}

/// Of a new listener.
#[must_use]
pub(crate) fn listener_attributes(protocol: &str) -> Attributes {
    match protocol {
        "TCP" => attributes([("tcp.idle_timeout.seconds", "350")]),
        _ => Attributes::new(),
    }
}
