//! Attributes of listeners.

use super::{Catalogue, Known, Values, independent};
use crate::elbv2::target_group::Protocol;

const TCP: &[Known] = &[("tcp.idle_timeout.seconds", "350", Values::Number(60, 6000))];

/// Response headers: an empty value leaves the target's own.
const HTTP: &[Known] = &[
    (
        "routing.http.response.access_control_allow_credentials.header_value",
        "",
        Values::OneOf(&["", "true"]),
    ),
    (
        "routing.http.response.access_control_allow_headers.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_allow_methods.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_allow_origin.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_expose_headers.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_max_age.header_value",
        "",
        Values::NumberOr("", 0, 86_400),
    ),
    (
        "routing.http.response.content_security_policy.header_value",
        "",
        Values::Text,
    ),
    ("routing.http.response.server.enabled", "true", Values::Flag),
    (
        "routing.http.response.strict_transport_security.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.x_content_type_options.header_value",
        "",
        Values::OneOf(&["", "nosniff"]),
    ),
    ("routing.http.response.x_frame_options.header_value", "", Values::Text),
];

/// Names of the request headers that tell targets about TLS.
const HTTPS: &[Known] = &[
    (
        "routing.http.request.x_amzn_mtls_clientcert.header_name",
        "X-Amzn-Mtls-Clientcert",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
        "X-Amzn-Mtls-Clientcert-Issuer",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
        "X-Amzn-Mtls-Clientcert-Leaf",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
        "X-Amzn-Mtls-Clientcert-Serial-Number",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
        "X-Amzn-Mtls-Clientcert-Subject",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
        "X-Amzn-Mtls-Clientcert-Validity",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_tls_cipher_suite.header_name",
        "X-Amzn-Tls-Cipher-Suite",
        Values::HeaderName,
    ),
    (
        "routing.http.request.x_amzn_tls_version.header_name",
        "X-Amzn-Tls-Version",
        Values::HeaderName,
    ),
];

/// Attributes of listeners of a protocol.
pub fn of_listener(protocol: Protocol) -> Catalogue {
    let known = match protocol {
        Protocol::Tcp => vec![TCP],
        Protocol::Http => vec![HTTP],
        Protocol::Https => vec![HTTP, HTTPS],
        Protocol::Udp | Protocol::TcpUdp | Protocol::Tls => Vec::new(),
    };
    Catalogue {
        known,
        together: independent,
    }
}
