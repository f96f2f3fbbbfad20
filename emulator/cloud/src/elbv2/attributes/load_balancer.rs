//! Attributes of load balancers.

use super::{Attributes, Catalogue, Known, Values, impossible, is_on};
use crate::ApiError;
use crate::elbv2::load_balancer::{Scheme, Type};

const EVERY: &[Known] = &[
    ("access_logs.s3.bucket", "", Values::Text),
    ("access_logs.s3.enabled", "false", Values::Flag),
    ("access_logs.s3.prefix", "", Values::Text),
    ("deletion_protection.enabled", "false", Values::Flag),
    ("zonal_shift.config.enabled", "false", Values::Flag),
];

const NETWORK: &[Known] = &[
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
];

const APPLICATION: &[Known] = &[
    ("client_keep_alive.seconds", "3600", Values::Number(60, 604_800)),
    ("connection_logs.s3.bucket", "", Values::Text),
    ("connection_logs.s3.enabled", "false", Values::Flag),
    ("connection_logs.s3.prefix", "", Values::Text),
    ("health_check_logs.s3.bucket", "", Values::Text),
    ("health_check_logs.s3.enabled", "false", Values::Flag),
    ("health_check_logs.s3.prefix", "", Values::Text),
    ("idle_timeout.timeout_seconds", "60", Values::Number(1, 4000)),
    // It cannot be switched off; target groups can.
    ("load_balancing.cross_zone.enabled", "true", Values::OneOf(&["true"])),
    (
        "routing.http.desync_mitigation_mode",
        "defensive",
        Values::OneOf(&["monitor", "defensive", "strictest"]),
    ),
    ("routing.http.drop_invalid_header_fields.enabled", "false", Values::Flag),
    ("routing.http.preserve_host_header.enabled", "false", Values::Flag),
    (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "false",
        Values::Flag,
    ),
    ("routing.http.xff_client_port.enabled", "false", Values::Flag),
    (
        "routing.http.xff_header_processing.mode",
        "append",
        Values::OneOf(&["append", "preserve", "remove"]),
    ),
    ("routing.http2.enabled", "true", Values::Flag),
    ("waf.fail_open.enabled", "false", Values::Flag),
];

const INTERNET_FACING: &[Known] = &[("ipv6.deny_all_igw_traffic", "false", Values::Flag)];
const INTERNAL: &[Known] = &[("ipv6.deny_all_igw_traffic", "true", Values::Flag)];

/// Attributes of load balancers of a type and scheme.
pub fn of_load_balancer(kind: Type, scheme: Scheme) -> Catalogue {
    let known = match (kind, scheme) {
        (Type::Network, _) => vec![EVERY, NETWORK],
        (Type::Application, Scheme::InternetFacing) => vec![EVERY, APPLICATION, INTERNET_FACING],
        (Type::Application, Scheme::Internal) => vec![EVERY, APPLICATION, INTERNAL],
    };
    Catalogue {
        known,
        together: logs_have_buckets,
    }
}

/// Logs that are on need a bucket to go to.
fn logs_have_buckets(attributes: &Attributes) -> Result<(), ApiError> {
    for log in ["access_logs", "connection_logs", "health_check_logs"] {
        let has_bucket = attributes
            .get(&format!("{log}.s3.bucket"))
            .is_some_and(|bucket| !bucket.is_empty());
        if is_on(attributes, &format!("{log}.s3.enabled")) && !has_bucket {
            return Err(impossible(format!(
                "The attribute '{log}.s3.bucket' must be set when {log} are enabled"
            )));
        }
    }
    Ok(())
}
