//! What only TLS and HTTPS listeners have.

use super::listener::Certificate;
use super::mutual_authentication::MutualAuthentication;
use super::state::State;
use super::target_group::Protocol;
use crate::{ApiError, Timestamp, acm};

/// The security policy of listeners that name none.
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";
const ALPN_POLICIES: [&str; 5] = ["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"];

/// The part of a listener that only TLS and HTTPS have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// The default certificate.
    pub certificate: Option<String>,
    /// Security policy.
    pub ssl_policy: Option<String>,
    /// ALPN policies, TLS only.
    pub alpn_policy: Vec<String>,
    /// What is asked of clients, HTTPS only.
    pub mutual_authentication: MutualAuthentication,
}

/// What a request asks for.
#[derive(Debug, Default)]
pub struct TlsSettings {
    /// The default certificate, alone.
    pub certificates: Vec<Certificate>,
    /// Security policy.
    pub ssl_policy: Option<String>,
    /// ALPN policies.
    pub alpn_policy: Vec<String>,
    /// What is asked of clients.
    pub mutual_authentication: Option<MutualAuthentication>,
}

impl TlsSettings {
    /// What a request asks for over what was `before`, checked against the listener's protocol.
    ///
    /// # Errors
    /// `CertificateNotFound` when there is no certificate or none of that ARN, `SSLPolicyNotFound`, `ALPNPolicyNotSupported`,
    /// `InvalidConfigurationRequest` when another protocol has any of it, `ValidationError` for more than one certificate, and those of
    /// [`MutualAuthentication::check`].
    pub fn over(
        self,
        before: Tls,
        protocol: Protocol,
        elbv2: &State,
        acm: &acm::State,
        now: Timestamp,
    ) -> Result<Tls, ApiError> {
        if !protocol.is_secure() {
            return self.nothing(protocol);
        }
        let certificate = default_certificate(self.certificates, before.certificate, protocol)?;
        check_certificate(&certificate, acm, now)?;
        let ssl_policy = self
            .ssl_policy
            .or(before.ssl_policy)
            .unwrap_or_else(|| DEFAULT_SSL_POLICY.to_owned());
        if !super::ssl_policy::exists(&ssl_policy) {
            return Err(ApiError::new(
                "SSLPolicyNotFound",
                format!("SSL policy '{ssl_policy}' not found"),
            ));
        }
        let alpn_policy = if self.alpn_policy.is_empty() {
            before.alpn_policy
        } else {
            self.alpn_policy
        };
        check_alpn(&alpn_policy, protocol)?;
        let mutual_authentication = match self.mutual_authentication {
            Some(asked) => asked.check(protocol, elbv2)?,
            None => before.mutual_authentication,
        };
        Ok(Tls {
            certificate: Some(certificate),
            ssl_policy: Some(ssl_policy),
            alpn_policy,
            mutual_authentication,
        })
    }

    fn nothing(self, protocol: Protocol) -> Result<Tls, ApiError> {
        // Some clients send an empty policy instead of none.
        let asks = !self.certificates.is_empty()
            || self.ssl_policy.is_some_and(|policy| !policy.is_empty())
            || !self.alpn_policy.is_empty()
            || self
                .mutual_authentication
                .is_some_and(|asked| asked != MutualAuthentication::default());
        if !asks {
            return Ok(Tls::default());
        }
        let message = format!(
            "Certificates, SSL policies, ALPN policies and mutual authentication are not for {} listeners",
            protocol.name()
        );
        Err(ApiError::new("InvalidConfigurationRequest", message))
    }
}

/// The one certificate that a request names, or that there was.
fn default_certificate(
    asked: Vec<Certificate>,
    before: Option<String>,
    protocol: Protocol,
) -> Result<String, ApiError> {
    if asked.len() > 1 {
        return Err(ApiError::new(
            "ValidationError",
            "Up to one certificate can be specified",
        ));
    }
    let asked = asked.into_iter().next().map(|certificate| certificate.certificate_arn);
    asked.or(before).ok_or_else(|| {
        let message = format!("A certificate must be specified for {} listeners", protocol.name());
        ApiError::new("CertificateNotFound", message)
    })
}

fn check_alpn(policies: &[String], protocol: Protocol) -> Result<(), ApiError> {
    let known = policies.len() <= 1 && policies.iter().all(|policy| ALPN_POLICIES.contains(&policy.as_str()));
    if known && (policies.is_empty() || protocol == Protocol::Tls) {
        return Ok(());
    }
    let message = format!(
        "A TLS listener, and no other, can have one ALPN policy of {}",
        ALPN_POLICIES.join(", ")
    );
    Err(ApiError::new("ALPNPolicyNotSupported", message))
}

/// Checks that a listener can have a certificate: one of ACM that is issued, or one of IAM, of which nothing is known here.
///
/// # Errors
/// `CertificateNotFound`, `UnsupportedCertificate` for one that is not issued yet.
pub fn check_certificate(arn: &str, acm: &acm::State, now: Timestamp) -> Result<(), ApiError> {
    let is_of_iam = arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":server-certificate/");
    match acm.certificates.get(arn) {
        None if is_of_iam => Ok(()),
        None => Err(ApiError::new(
            "CertificateNotFound",
            format!("Certificate '{arn}' not found"),
        )),
        Some(found) if found.is_issued(now) => Ok(()),
        Some(_) => {
            let message = format!("The certificate '{arn}' is not issued yet");
            Err(ApiError::new("UnsupportedCertificate", message))
        }
    }
}
