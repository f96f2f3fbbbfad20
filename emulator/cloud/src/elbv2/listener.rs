//! Listeners.

use super::attributes::Attributes;
use super::mutual_authentication::MutualAuthentication;
use super::rule_action::{Action, ActionDescription, ForwardTarget, targets};
use super::target_group::Protocol;
use super::tls::Tls;
use crate::Tags;
use serde::{Deserialize, Serialize};

/// A listener.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Its load balancer.
    pub load_balancer_arn: String,
    /// Port, unique on the load balancer but for TCP and UDP beside each other.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// What happens when no rule applies, in order. On a network load balancer one forward, and there are no rules.
    pub actions: Vec<Action>,
    /// What only TLS and HTTPS have.
    pub tls: Tls,
    /// Certificates beside the default one, TLS and HTTPS only.
    pub certificates: Vec<String>,
    /// Attributes.
    pub attributes: Attributes,
    /// Tags.
    pub tags: Tags,
}

impl Listener {
    /// Where its default actions forward to.
    pub fn targets(&self) -> &[ForwardTarget] {
        targets(&self.actions)
    }
}

/// A certificate of a listener, on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Certificate {
    /// ARN in ACM or IAM.
    pub certificate_arn: String,
    /// Whether it is the default one; AWS takes it in no request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

/// A listener as DescribeListeners shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    listener_arn: String,
    load_balancer_arn: String,
    port: u16,
    protocol: Protocol,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl_policy: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alpn_policy: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutual_authentication: Option<MutualAuthentication>,
    default_actions: Vec<ActionDescription>,
}

impl Description {
    /// Describes a listener.
    pub fn of(arn: &str, listener: &Listener) -> Self {
        let Tls {
            certificate,
            ssl_policy,
            alpn_policy,
            mutual_authentication,
        } = listener.tls.clone();
        let certificate = certificate.map(|certificate_arn| Certificate {
            certificate_arn,
            is_default: None,
        });
        let answers_clients = listener.protocol == Protocol::Https;
        Self {
            listener_arn: arn.to_owned(),
            load_balancer_arn: listener.load_balancer_arn.clone(),
            port: listener.port,
            protocol: listener.protocol,
            certificates: certificate.into_iter().collect(),
            ssl_policy,
            alpn_policy,
            mutual_authentication: answers_clients.then_some(mutual_authentication),
            default_actions: listener.actions.iter().map(ActionDescription::of).collect(),
        }
    }
}
