//! Mutual authentication: what HTTPS listeners ask of clients.

use super::load_balancer::Switch;
use super::state::State;
use super::target_group::Protocol;
use crate::ApiError;
use serde::{Deserialize, Serialize};

/// What a listener asks of its clients, in state and on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MutualAuthentication {
    /// Whether clients show certificates, and who checks them.
    pub mode: Mode,
    /// The trust store, in mode verify only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_store_arn: Option<String>,
    /// Whether expired certificates pass, in mode verify only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_client_certificate_expiry: Option<bool>,
    /// Whether the names of the trust store's certificates are sent to clients, in mode verify only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertise_trust_store_ca_names: Option<Switch>,
}

/// Who checks the certificates of clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// There are none.
    #[default]
    Off,
    /// The targets: the chain is passed on in a header.
    Passthrough,
    /// The load balancer, against a trust store.
    Verify,
}

impl MutualAuthentication {
    /// Checks what a request brings for a listener.
    ///
    /// # Errors
    /// `InvalidConfigurationRequest` on anything but HTTPS listeners; `ValidationError` for verify without
    /// a trust store or another mode with what is verify's; `TrustStoreNotFound`.
    pub fn check(self, protocol: Protocol, state: &State) -> Result<Self, ApiError> {
        if protocol != Protocol::Https {
            let message = "Mutual authentication is for HTTPS listeners only";
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        // An empty text is how some clients leave it out.
        let trust_store_arn = self.trust_store_arn.filter(|arn| !arn.is_empty());
        let verifies = self.mode == Mode::Verify;
        let has_verify_settings = trust_store_arn.is_some()
            || self.ignore_client_certificate_expiry == Some(true)
            || self.advertise_trust_store_ca_names == Some(Switch::On);
        if !verifies && has_verify_settings {
            let message =
                "TrustStoreArn, IgnoreClientCertificateExpiry and AdvertiseTrustStoreCaNames are for mode verify only";
            return Err(ApiError::new("ValidationError", message));
        }
        if !verifies {
            return Ok(Self {
                mode: self.mode,
                ..Self::default()
            });
        }
        let Some(arn) = trust_store_arn else {
            return Err(ApiError::new(
                "ValidationError",
                "Mutual authentication with mode verify must have a TrustStoreArn",
            ));
        };
        state.trust_store(&arn)?;
        Ok(Self {
            mode: Mode::Verify,
            trust_store_arn: Some(arn),
            ignore_client_certificate_expiry: Some(self.ignore_client_certificate_expiry.unwrap_or(false)),
            advertise_trust_store_ca_names: Some(self.advertise_trust_store_ca_names.unwrap_or(Switch::Off)),
        })
    }
}
