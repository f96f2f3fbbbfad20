//! Listeners.

use super::{Action, Attributes};
use crate::{Result, Tags};
use async_trait::async_trait;
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

/// Calls about listeners, their certificates and the trust stores that they name.
#[async_trait]
pub trait Listeners: Send + Sync {
    /// DescribeListeners of a load balancer.
    async fn describe_listeners(&self, load_balancer_arn: &str) -> Result<Vec<Listener>>;
    /// CreateListener.
    async fn create_listener(&self, load_balancer_arn: &str, spec: &ListenerSpec, tags: &Tags) -> Result<Listener>;
    /// ModifyListener.
    async fn modify_listener(&self, arn: &str, spec: &ListenerSpec) -> Result<()>;
    /// DeleteListener.
    async fn delete_listener(&self, arn: &str) -> Result<()>;
    /// DescribeListenerAttributes.
    async fn describe_listener_attributes(&self, arn: &str) -> Result<Attributes>;
    /// ModifyListenerAttributes; only the given keys change.
    async fn modify_listener_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()>;
    /// DescribeListenerCertificates: ARNs of the certificates beside the default one.
    async fn describe_listener_certificates(&self, arn: &str) -> Result<Vec<String>>;
    /// AddListenerCertificates.
    async fn add_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()>;
    /// RemoveListenerCertificates.
    async fn remove_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()>;
    /// DescribeTrustStores by name. A name that does not exist is an error of class NotFound.
    async fn describe_trust_stores(&self, names: &[String]) -> Result<Vec<TrustStore>>;
}
