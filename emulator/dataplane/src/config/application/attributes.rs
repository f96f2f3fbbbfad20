//! Attributes of Application Load Balancers, their listeners and their target groups.

use std::time::Duration;

use super::ProtocolVersion;

/// "Load balancer attributes" of an Application Load Balancer. The default has AWS's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// `idle_timeout.timeout_seconds`
    pub idle_timeout: Duration,
    /// `client_keep_alive.seconds`: the longest life of a client's connection.
    pub client_keep_alive: Duration,
    /// `routing.http.drop_invalid_header_fields.enabled`
    pub drop_invalid_header_fields: bool,
    /// `routing.http.preserve_host_header.enabled`
    pub preserve_host_header: bool,
    /// `routing.http.x_amzn_tls_version_and_cipher_suite.enabled`
    pub tls_headers: bool,
    /// `routing.http.xff_client_port.enabled`
    pub forwarded_for_port: bool,
    /// `routing.http.xff_header_processing.mode`
    pub forwarded_for: ForwardedFor,
    /// `routing.http.desync_mitigation_mode`
    pub desync_mitigation: DesyncMitigation,
    /// `access_logs.s3.enabled`: lines go to a file per load balancer, see [`Options`](crate::Options).
    pub access_log: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            idle_timeout: Duration::from_secs(60),
            client_keep_alive: Duration::from_secs(3600),
            drop_invalid_header_fields: false,
            preserve_host_header: false,
            tls_headers: false,
            forwarded_for_port: false,
            forwarded_for: ForwardedFor::Append,
            desync_mitigation: DesyncMitigation::Defensive,
            access_log: false,
        }
    }
}

/// What happens to `X-Forwarded-For`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedFor {
    /// The client's address is added at the end.
    #[default]
    Append,
    /// It stays as it came.
    Preserve,
    /// It is taken away.
    Remove,
}

/// What happens to requests that servers understand in different ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DesyncMitigation {
    /// All that can be understood are forwarded.
    Monitor,
    /// The connection of an ambiguous request is not used for another one.
    #[default]
    Defensive,
    /// Only requests that comply with RFC 7230 are forwarded.
    Strictest,
}

/// "Listener attributes": headers that are renamed, added or taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListenerAttributes {
    /// `routing.http.request.*.header_name`: other names for headers that the load balancer gives to targets.
    pub request_header_names: Vec<(RequestHeader, String)>,
    /// `routing.http.response.*.header_value`: headers that every response has.
    pub response_headers: Vec<(ResponseHeader, String)>,
    /// `routing.http.response.server.enabled` is false: no response has a header `Server`.
    pub hide_server: bool,
}

/// A header of requests to targets that can be renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestHeader {
    /// `X-Amzn-Mtls-Clientcert-Serial-Number`
    ClientCertificateSerialNumber,
    /// `X-Amzn-Mtls-Clientcert-Issuer`
    ClientCertificateIssuer,
    /// `X-Amzn-Mtls-Clientcert-Subject`
    ClientCertificateSubject,
    /// `X-Amzn-Mtls-Clientcert-Validity`
    ClientCertificateValidity,
    /// `X-Amzn-Mtls-Clientcert-Leaf`
    ClientCertificateLeaf,
    /// `X-Amzn-Mtls-Clientcert`
    ClientCertificate,
    /// `X-Amzn-Tls-Version`
    TlsVersion,
    /// `X-Amzn-Tls-Cipher-Suite`
    TlsCipherSuite,
}

impl RequestHeader {
    /// Its name unless renamed, and the part of the attribute's key that stands for it.
    const ALL: [(Self, &'static str, &'static str); 8] = [
        (
            Self::ClientCertificateSerialNumber,
            "x-amzn-mtls-clientcert-serial-number",
            "x_amzn_mtls_clientcert_serial_number",
        ),
        (
            Self::ClientCertificateIssuer,
            "x-amzn-mtls-clientcert-issuer",
            "x_amzn_mtls_clientcert_issuer",
        ),
        (
            Self::ClientCertificateSubject,
            "x-amzn-mtls-clientcert-subject",
            "x_amzn_mtls_clientcert_subject",
        ),
        (
            Self::ClientCertificateValidity,
            "x-amzn-mtls-clientcert-validity",
            "x_amzn_mtls_clientcert_validity",
        ),
        (
            Self::ClientCertificateLeaf,
            "x-amzn-mtls-clientcert-leaf",
            "x_amzn_mtls_clientcert_leaf",
        ),
        (
            Self::ClientCertificate,
            "x-amzn-mtls-clientcert",
            "x_amzn_mtls_clientcert",
        ),
        (Self::TlsVersion, "x-amzn-tls-version", "x_amzn_tls_version"),
        (
            Self::TlsCipherSuite,
            "x-amzn-tls-cipher-suite",
            "x_amzn_tls_cipher_suite",
        ),
    ];

    /// Its name, in lower case, unless the listener renames it.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(header, ..)| *header == self);
        found.map_or("", |(_, name, _)| name)
    }

    /// The header that an attribute `routing.http.request.<header>.header_name` renames.
    #[must_use]
    pub fn of_attribute(key: &str) -> Option<Self> {
        let part = key
            .strip_prefix("routing.http.request.")?
            .strip_suffix(".header_name")?;
        let found = Self::ALL.iter().find(|(.., attribute)| *attribute == part);
        found.map(|(header, ..)| *header)
    }
}

/// A header that can be given to all responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResponseHeader(&'static str);

impl ResponseHeader {
    const ALL: [&'static str; 10] = [
        "strict-transport-security",
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-allow-credentials",
        "access-control-expose-headers",
        "access-control-max-age",
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
    ];

    /// Its name, in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }

    /// The header that an attribute `routing.http.response.<header>.header_value` sets.
    #[must_use]
    pub fn of_attribute(key: &str) -> Option<Self> {
        let part = key
            .strip_prefix("routing.http.response.")?
            .strip_suffix(".header_value")?;
        let name = part.replace('_', "-");
        Self::ALL.into_iter().find(|known| *known == name).map(Self)
    }
}

/// "Target group attributes" of target groups of Application Load Balancers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetGroupAttributes {
    /// Whether targets speak TLS.
    pub protocol: TargetProtocol,
    /// What they speak.
    pub version: ProtocolVersion,
    /// `load_balancing.algorithm.type`
    pub algorithm: Algorithm,
    /// `slow_start.duration_seconds`; zero is none.
    pub slow_start: Duration,
    /// `stickiness.*`; `None` if disabled.
    pub stickiness: Option<Stickiness>,
}

/// Protocol of a target group of an Application Load Balancer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TargetProtocol {
    /// In the clear.
    #[default]
    Http,
    /// TLS; the target's certificate is not verified.
    Https,
}

/// How a target is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// `round_robin`
    #[default]
    RoundRobin,
    /// `least_outstanding_requests`
    LeastOutstandingRequests,
    /// `weighted_random`; `anomaly_mitigation` shows no effect, since a target's errors do not change its weight here.
    WeightedRandom,
}

/// How a client stays with a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stickiness {
    /// `lb_cookie`: for a time.
    LoadBalancerCookie(Duration),
    /// `app_cookie`: once the target has set a cookie of this name.
    ApplicationCookie(String),
}
