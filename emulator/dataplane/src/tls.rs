//! TLS at listeners and to targets, as configuration of rustls.

use std::{io, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::config::{self, ClientAuthentication, TrustStore};

mod certificates;
pub(crate) mod client_certificate;
mod clients;
mod policy;
mod targets;

use certificates::Certificates;
pub(crate) use policy::cipher_name;
pub(crate) use targets::TargetTls;

/// Application protocols of ALPN.
pub(crate) const HTTP2: &[u8] = b"h2";
pub(crate) const HTTP1: &[u8] = b"http/1.1";

/// Why a listener's TLS settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{0:?} is no security policy that can be served: TLS 1.2 and 1.3 can")]
    Policy(String),
    #[error("it has no certificate")]
    NoCertificate,
    #[error("the chain of certificate {0} is no list of PEM certificates")]
    Chain(String),
    #[error("the private key of certificate {0} is not usable")]
    PrivateKey(String),
    #[error("the authorities of the trust store are not usable")]
    Authorities,
    #[error("the revocation lists of the trust store are not usable")]
    Revocations,
    #[error("the settings contradict each other")]
    Settings(#[source] rustls::Error),
}

/// A listener's TLS.
#[derive(Debug)]
pub(crate) struct ListenerTls {
    config: Arc<ServerConfig>,
    certificates: Arc<Certificates>,
    pub(crate) client_authentication: ClientAuthentication,
}

impl ListenerTls {
    pub(crate) fn new(tls: &config::Tls, protocols: &[&[u8]]) -> Result<Self, TlsError> {
        let policy = policy::Policy::named(&tls.policy).ok_or_else(|| TlsError::Policy(tls.policy.clone()))?;
        let provider = Arc::new(policy.provider());
        let certificates = Arc::new(Certificates::load(&tls.certificates, &provider)?);
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(policy.versions())
            .map_err(TlsError::Settings)?;
        let builder = match client_verifier(&tls.client_authentication, &provider)? {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(certificates.clone());
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Self {
            config: Arc::new(config),
            certificates,
            client_authentication: tls.client_authentication.clone(),
        })
    }

    /// The handshake with a client.
    pub(crate) async fn accept(&self, client: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.config.clone()).accept(client).await
    }

    /// ARN of the certificate that a client got who named this server.
    pub(crate) fn certificate_for(&self, server_name: Option<&str>) -> &str {
        self.certificates.chosen_for(server_name)
    }
}

fn client_verifier(
    authentication: &ClientAuthentication,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
    match authentication {
        ClientAuthentication::Off => Ok(None),
        ClientAuthentication::Passthrough => Ok(Some(Arc::new(clients::AnyClient::new(provider.clone())))),
        ClientAuthentication::Verify(store) => trusted_clients(store, provider).map(Some),
    }
}

fn trusted_clients(
    store: &TrustStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(store.authorities.as_bytes()) {
        let authority = authority.map_err(|_| TlsError::Authorities)?;
        roots.add(authority).map_err(|_| TlsError::Authorities)?;
    }
    let lists = store
        .revocations
        .iter()
        .flat_map(|pem| CertificateRevocationListDer::pem_slice_iter(pem.as_bytes()));
    let lists: Result<Vec<_>, _> = lists.collect();
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .with_crls(lists.map_err(|_| TlsError::Revocations)?)
        .allow_unknown_revocation_status();
    if !store.advertise_names {
        builder = builder.clear_root_hint_subjects();
    }
    let verifier = builder.build().map_err(|_| TlsError::Authorities)?;
    Ok(if store.ignore_expiry {
        Arc::new(clients::ExpiredClient::new(verifier))
    } else {
        verifier
    })
}
