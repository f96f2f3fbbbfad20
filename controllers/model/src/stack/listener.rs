//! Listeners and their rules.

use super::{CertificateRef, TargetGroupRef};
use aws_api::Tags;
use aws_api::elbv2::{Action, Attributes, MutualAuthentication, RuleSpec};
use serde::Serialize;

/// A listener.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Its port; with the load balancer, its identity.
    pub port: i32,
    /// `TCP`, `TLS`, `HTTP`...
    pub protocol: String,
    /// What becomes of requests that no rule matches, in order.
    pub default_actions: Vec<Action<TargetGroupRef>>,
    /// Rules by ascending priority; application load balancers only.
    pub rules: Vec<Rule>,
    /// Certificates, the default one first.
    pub certificates: Vec<CertificateRef>,
    /// Security policy.
    pub ssl_policy: Option<String>,
    /// ALPN policy.
    pub alpn_policy: Option<String>,
    /// Certificates of clients.
    pub mutual_authentication: Option<MutualAuthentication>,
    /// Attributes to set.
    pub attributes: Attributes,
    /// All tags.
    pub tags: Tags,
}

/// A rule of a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What it is; its priority is its identity within the listener.
    pub spec: RuleSpec<TargetGroupRef>,
    /// All tags.
    pub tags: Tags,
}
