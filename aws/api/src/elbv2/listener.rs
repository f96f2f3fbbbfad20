//! Listeners.

use super::Action;
use serde::{Deserialize, Serialize};

/// What a listener is, apart from its ARN. Used to create and to modify.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerSpec {
    /// Port.
    pub port: i32,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP`...
    pub protocol: String,
    /// Default actions in order. Network load balancers only forward.
    pub default_actions: Vec<Action>,
    /// ARN of the default certificate, HTTPS and TLS only.
    pub certificate: Option<String>,
    /// Security policy, HTTPS and TLS only.
    pub ssl_policy: Option<String>,
    /// `None`, `HTTP2Preferred`..., TLS only.
    pub alpn_policy: Option<String>,
    /// Certificates of clients, HTTPS only.
    pub mutual_authentication: Option<MutualAuthentication>,
}

/// What a listener does with the certificates of clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutualAuthentication {
    /// `off`, `passthrough` or `verify`.
    pub mode: String,
    /// ARN of the trust store; verify only.
    pub trust_store_arn: Option<String>,
    /// Whether certificates that have expired pass; verify only.
    pub ignore_client_certificate_expiry: Option<bool>,
    /// `on` or `off`: whether clients are told the names of the trust store; verify only.
    pub advertise_trust_store_ca_names: Option<String>,
}

/// A trust store as DescribeTrustStores shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustStore {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

/// A listener as DescribeListeners shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: String,
    /// The load balancer.
    pub load_balancer_arn: String,
    /// What it is.
    pub spec: ListenerSpec,
}
