//! What a listener that ends TLS is told.

use std::fmt;

/// TLS at a listener ("Create an HTTPS listener for your Application Load Balancer", "Server certificates", "Security policies").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Name of the security policy, such as `ELBSecurityPolicy-TLS13-1-2-2021-06`.
    pub policy: String,
    /// The default certificate first, then those that server names choose among.
    pub certificates: Vec<Certificate>,
    /// Whether clients have certificates too.
    pub client_authentication: ClientAuthentication,
    /// Attribute `routing.http2.enabled`, or an ALPN policy that has it: HTTP/2 is offered.
    pub http2: bool,
}

/// A certificate with its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its ARN.
    pub arn: String,
    /// PEM: the certificate, then those of its issuers.
    pub chain: String,
    /// PEM: PKCS #8, PKCS #1 or SEC 1.
    pub private_key: String,
}

impl fmt::Debug for Certificate {
    /// Not the private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

/// "Mutual authentication with TLS in Application Load Balancer".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// Clients are not asked.
    #[default]
    Off,
    /// A client's chain is given to the target, unseen.
    Passthrough,
    /// A client without a certificate that the trust store vouches for is turned away.
    Verify(TrustStore),
}

/// Whose certificates clients may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustStore {
    /// PEM: the authorities.
    pub authorities: String,
    /// PEM: revocation lists.
    pub revocations: Vec<String>,
    /// `IgnoreClientCertificateExpiry`
    pub ignore_expiry: bool,
    /// `AdvertiseTrustStoreCaNames`: clients are told the authorities' names.
    pub advertise_names: bool,
}
