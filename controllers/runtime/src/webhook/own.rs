//! A certificate of our own making: replicas share it in a Secret, and the API server is told to trust it.

use super::identity::{Identity, IdentityError};
use super::review::Admission;
use super::{LOOK_AGAIN, Publisher, WebhookArgs, configuration, server};
use crate::Args;
use crate::chain::Chain;
use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::{Client, ResourceExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const KIND: &str = "kubernetes.io/tls";
const AUTHORITIES: &str = "ca.crt";
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// Keeps the certificate.
pub(super) struct Own {
    configurations: Api<ValidatingWebhookConfiguration>,
    configuration: String,
    secrets: Api<Secret>,
    secret: String,
    paths: &'static [&'static str],
}

/// Why there is no certificate. It is tried again.
#[derive(Debug, thiserror::Error)]
enum OwnError {
    #[error("cannot read the ValidatingWebhookConfiguration")]
    ReadConfiguration(#[source] kube::Error),
    #[error("cannot write the authority into the ValidatingWebhookConfiguration")]
    WriteConfiguration(#[source] kube::Error),
    #[error("cannot read the certificate's Secret")]
    ReadSecret(#[source] kube::Error),
    #[error("cannot write the certificate's Secret")]
    WriteSecret(#[source] kube::Error),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Own {
    pub(super) fn new(args: &WebhookArgs, process: &Args, client: &Client, admission: &dyn Admission) -> Self {
        let namespace = process.lease_namespace(client);
        Self {
            configurations: Api::all(client.clone()),
            configuration: args.webhook_configuration.clone(),
            secrets: Api::namespaced(client.clone(), namespace),
            secret: args.webhook_secret.clone(),
            paths: admission.paths(),
        }
    }

    /// Serves as soon as a configuration points at us, and keeps certificate and configuration as they should be.
    pub(super) async fn run(self, identity: Publisher, port: u16, admission: Arc<dyn Admission>) {
        let (mut current, mut listening) = (Identity::default(), false);
        loop {
            match self.keep(&current).await {
                Ok(Some(newest)) if newest != current => {
                    if let Err(error) = identity.publish(&newest) {
                        tracing::warn!(error = %Chain(&error), "the webhooks keep their certificate");
                    }
                    current = newest;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %Chain(&error), "the webhooks have no certificate"),
            }
            if !listening && current != Identity::default() {
                match server::listen(port, identity.subscribe(), admission.clone()).await {
                    Ok(()) => listening = true,
                    Err(error) => tracing::warn!(error = %Chain(&error), "no webhooks"),
                }
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The identity to show; none if nobody asks for one.
    async fn keep(&self, current: &Identity) -> Result<Option<Identity>, OwnError> {
        let Some(configuration) = self.configuration().await? else {
            return Ok(None);
        };
        let names = configuration::names(&configuration, self.paths);
        if names.is_empty() {
            return Ok(None);
        }
        let untold = |identity: &Identity| configuration::trusting(&configuration, self.paths, &identity.authorities);
        if current.is_good(&names, Timestamp::now()) && untold(current).is_none() {
            return Ok(Some(current.clone()));
        }
        let identity = self.share(&names).await?;
        if let Some(changed) = untold(&identity) {
            let name = changed.name_any();
            let written = self
                .configurations
                .replace(&name, &PostParams::default(), &changed)
                .await;
            written.map_err(OwnError::WriteConfiguration)?;
            tracing::info!(configuration = name, "the API server trusts the webhooks' certificate");
        }
        Ok(Some(identity))
    }

    /// The configuration, if there is one and it may be read.
    async fn configuration(&self) -> Result<Option<ValidatingWebhookConfiguration>, OwnError> {
        match self.configurations.get_opt(&self.configuration).await {
            Err(kube::Error::Api(status)) if status.code == 403 => Ok(None),
            found => found.map_err(OwnError::ReadConfiguration),
        }
    }

    /// The certificate that all replicas share. Whoever finds none that is good makes one; the first to write it wins.
    async fn share(&self, names: &BTreeSet<String>) -> Result<Identity, OwnError> {
        let found = self.secrets.get_opt(&self.secret).await.map_err(OwnError::ReadSecret)?;
        let shared = found.as_ref().map(identity_in).unwrap_or_default();
        if shared.is_good(names, Timestamp::now()) {
            return Ok(shared);
        }
        let made = Identity::make(names, Timestamp::now(), &shared)?;
        let metadata = match &found {
            Some(found) => found.metadata.clone(),
            None => ObjectMeta {
                name: Some(self.secret.clone()),
                ..ObjectMeta::default()
            },
        };
        let secret = secret(metadata, &made);
        let written = match found {
            Some(_) => {
                self.secrets
                    .replace(&self.secret, &PostParams::default(), &secret)
                    .await
            }
            None => self.secrets.create(&PostParams::default(), &secret).await,
        };
        written.map_err(OwnError::WriteSecret)?;
        tracing::info!(secret = self.secret, "made a certificate for the webhooks");
        Ok(made)
    }
}

fn identity_in(secret: &Secret) -> Identity {
    let text = |key: &str| {
        let bytes = secret.data.as_ref().and_then(|data| data.get(key));
        bytes
            .map(|bytes| String::from_utf8_lossy(&bytes.0).into_owned())
            .unwrap_or_default()
    };
    Identity {
        authorities: text(AUTHORITIES),
        certificate: text(CERTIFICATE),
        key: text(KEY),
    }
}

fn secret(metadata: ObjectMeta, identity: &Identity) -> Secret {
    let parts = [
        (AUTHORITIES, &identity.authorities),
        (CERTIFICATE, &identity.certificate),
        (KEY, &identity.key),
    ];
    let data = parts.map(|(key, text)| (key.to_owned(), ByteString(text.as_bytes().to_vec())));
    Secret {
        metadata,
        type_: Some(KIND.to_owned()),
        data: Some(BTreeMap::from(data)),
        ..Secret::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_the_same_out_of_its_secret() {
        let identity = Identity {
            authorities: "a".to_owned(),
            certificate: "c".to_owned(),
            key: "k".to_owned(),
        };
        assert_eq!(identity_in(&secret(ObjectMeta::default(), &identity)), identity);
        assert_eq!(identity_in(&Secret::default()), Identity::default());
    }
}
