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

/// Of a new load balancer.
#[must_use]
pub(crate) fn load_balancer_attributes(kind: &str) -> Attributes {
    match kind {
        "application" => attributes([
            ("access_logs.s3.enabled", "false"),
            ("client_keep_alive.seconds", "3600"),
            ("connection_logs.s3.enabled", "false"),
            ("deletion_protection.enabled", "false"),
            ("idle_timeout.timeout_seconds", "60"),
            ("load_balancing.cross_zone.enabled", "true"),
            ("routing.http.desync_mitigation_mode", "defensive"),
            ("routing.http.drop_invalid_header_fields.enabled", "false"),
            ("routing.http.preserve_host_header.enabled", "false"),
            ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
            ("routing.http.xff_client_port.enabled", "false"),
            ("routing.http.xff_header_processing.mode", "append"),
            ("routing.http2.enabled", "true"),
            ("waf.fail_open.enabled", "false"),
            ("zonal_shift.config.enabled", "false"),
        ]),
        _ => attributes([
            ("access_logs.s3.enabled", "false"),
            ("deletion_protection.enabled", "false"),
            ("dns_record.client_routing_policy", "any_availability_zone"),
            ("load_balancing.cross_zone.enabled", "false"),
            ("zonal_shift.config.enabled", "false"),
        ]),
    }
}

/// Of a new target group. Network load balancers preserve client addresses by default for instances, and always for UDP; not for TCP and TLS to
/// addresses.
#[must_use]
pub(crate) fn target_group_attributes(protocol: &str, target_type: &str) -> Attributes {
    match (protocol, target_type) {
        (_, "alb") => Attributes::new(),
        ("HTTP" | "HTTPS", _) => attributes([
            ("deregistration_delay.timeout_seconds", "300"),
            ("load_balancing.algorithm.type", "round_robin"),
            ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
            ("slow_start.duration_seconds", "0"),
            ("stickiness.enabled", "false"),
            ("stickiness.lb_cookie.duration_seconds", "86400"),
            ("stickiness.type", "lb_cookie"),
        ]),
        _ => {
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
    }
}

/// Of a new listener.
#[must_use]
pub(crate) fn listener_attributes(protocol: &str) -> Attributes {
    match protocol {
        "TCP" => attributes([("tcp.idle_timeout.seconds", "350")]),
        "HTTP" | "HTTPS" => attributes([("routing.http.response.server.enabled", "true")]),
        _ => Attributes::new(),
    }
}
