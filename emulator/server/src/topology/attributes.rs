//! Attributes as the data plane has them. Values were checked when they were set; what cannot be read is as if it was not there.

use cloud::elbv2::attributes::Attributes;
use dataplane::config::application::{self, DesyncMitigation, ForwardedFor, RequestHeader, ResponseHeader};
use std::str::FromStr;
use std::time::Duration;

pub(super) fn is_on(attributes: &Attributes, key: &str) -> bool {
    attributes.get(key).is_some_and(|value| value == "true")
}

pub(super) fn parsed<T: FromStr>(attributes: &Attributes, key: &str) -> Option<T> {
    attributes.get(key)?.parse().ok()
}

pub(super) fn seconds(attributes: &Attributes, key: &str) -> Option<Duration> {
    parsed(attributes, key).map(Duration::from_secs)
}

/// Those of an application load balancer.
pub(super) fn of_load_balancer(attributes: &Attributes) -> application::Attributes {
    let defaults = application::Attributes::default();
    let text = |key: &str| attributes.get(key).map(String::as_str);
    application::Attributes {
        idle_timeout: seconds(attributes, "idle_timeout.timeout_seconds").unwrap_or(defaults.idle_timeout),
        client_keep_alive: seconds(attributes, "client_keep_alive.seconds").unwrap_or(defaults.client_keep_alive),
        drop_invalid_header_fields: is_on(attributes, "routing.http.drop_invalid_header_fields.enabled"),
        preserve_host_header: is_on(attributes, "routing.http.preserve_host_header.enabled"),
        tls_headers: is_on(attributes, "routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
        forwarded_for_port: is_on(attributes, "routing.http.xff_client_port.enabled"),
        forwarded_for: match text("routing.http.xff_header_processing.mode") {
            Some("preserve") => ForwardedFor::Preserve,
            Some("remove") => ForwardedFor::Remove,
            _ => ForwardedFor::Append,
        },
        desync_mitigation: match text("routing.http.desync_mitigation_mode") {
            Some("monitor") => DesyncMitigation::Monitor,
            Some("strictest") => DesyncMitigation::Strictest,
            _ => DesyncMitigation::Defensive,
        },
        access_log: is_on(attributes, "access_logs.s3.enabled"),
    }
}

/// Those of a listener of an application load balancer. An empty value leaves the target's own header.
pub(super) fn of_listener(attributes: &Attributes) -> application::ListenerAttributes {
    let request = |(key, name): (&String, &String)| Some((RequestHeader::of_attribute(key)?, name.clone()));
    let response = |(key, value): (&String, &String)| Some((ResponseHeader::of_attribute(key)?, value.clone()));
    let set = || attributes.iter().filter(|(_, value)| !value.is_empty());
    application::ListenerAttributes {
        request_header_names: set().filter_map(request).collect(),
        response_headers: set().filter_map(response).collect(),
        hide_server: attributes
            .get("routing.http.response.server.enabled")
            .is_some_and(|value| value == "false"),
    }
}
