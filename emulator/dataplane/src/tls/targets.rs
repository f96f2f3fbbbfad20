//! TLS to targets: their certificates are not verified ("Target groups": a load balancer does not validate them).

use std::{io, net::SocketAddrV4, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, InvalidDnsNameError, ServerName, UnixTime},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{HTTP1, HTTP2};

/// Makes TLS connections to targets.
#[derive(Debug, Clone)]
pub(crate) struct TargetTls {
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl TargetTls {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self {
            http1: Arc::new(config(HTTP1)?),
            http2: Arc::new(config(HTTP2)?),
        })
    }

    /// The handshake with a target, which is asked for one protocol only.
    pub(crate) async fn connect(
        &self,
        target: TcpStream,
        address: SocketAddrV4,
        http2: bool,
    ) -> io::Result<TlsStream<TcpStream>> {
        let config = if http2 { &self.http2 } else { &self.http1 };
        let name = ServerName::from(std::net::IpAddr::V4(*address.ip()));
        TlsConnector::from(config.clone()).connect(name, target).await
    }

    /// The handshake with a server that is no target, whose certificate is not verified either. It speaks HTTP/1.1.
    pub(crate) async fn connect_to(&self, server: TcpStream, host: &str) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(invalid_name)?;
        TlsConnector::from(self.http1.clone()).connect(name, server).await
    }
}

/// Not a name that TLS knows.
fn invalid_name(error: InvalidDnsNameError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

fn config(protocol: &[u8]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let any = Arc::new(AnyTarget {
        provider: provider.clone(),
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(any)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(config)
}

/// Takes any certificate.
#[derive(Debug)]
struct AnyTarget {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyTarget {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
