//! Which certificate a client gets ("Server certificates": certificate list, SNI).

use std::sync::Arc;

use rustls::{
    SignatureAlgorithm,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use x509_cert::{
    Certificate as X509, TbsCertificate,
    der::Decode,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use super::TlsError;
use crate::config::Certificate;

/// A listener's certificates, the default one first.
#[derive(Debug)]
pub(crate) struct Certificates {
    default: Named,
    others: Vec<Named>,
}

#[derive(Debug)]
struct Named {
    arn: String,
    /// In lower case.
    names: Vec<String>,
    key: Arc<CertifiedKey>,
}

impl Certificates {
    pub(crate) fn load(certificates: &[Certificate], provider: &CryptoProvider) -> Result<Self, TlsError> {
        let (default, others) = certificates.split_first().ok_or(TlsError::NoCertificate)?;
        let others: Result<_, _> = others
            .iter()
            .map(|certificate| Named::load(certificate, provider))
            .collect();
        Ok(Self {
            default: Named::load(default, provider)?,
            others: others?,
        })
    }

    /// Of those that have the server's name, the best that the client can use; the default one if there is none.
    fn choose(&self, server_name: Option<&str>, usable: impl Fn(&Named) -> bool) -> &Named {
        let Some(server_name) = server_name.map(str::to_ascii_lowercase) else {
            return &self.default;
        };
        let all = std::iter::once(&self.default).chain(&self.others);
        let matching = all.filter(|certificate| certificate.is_for(&server_name) && usable(certificate));
        matching
            .min_by_key(|certificate| certificate.key.key.algorithm() != SignatureAlgorithm::ECDSA)
            .unwrap_or(&self.default)
    }

    pub(crate) fn chosen_for(&self, server_name: Option<&str>) -> &str {
        &self.choose(server_name, |_| true).arn
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let usable = |certificate: &Named| certificate.key.key.choose_scheme(hello.signature_schemes()).is_some();
        Some(self.choose(hello.server_name(), usable).key.clone())
    }
}

impl Named {
    fn load(certificate: &Certificate, provider: &CryptoProvider) -> Result<Self, TlsError> {
        let arn = certificate.arn.clone();
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.chain.as_bytes()).collect();
        let chain = chain.map_err(|_| TlsError::Chain(arn.clone()))?;
        let end_entity = chain.first().ok_or_else(|| TlsError::Chain(arn.clone()))?;
        let names = names_of(end_entity).ok_or_else(|| TlsError::Chain(arn.clone()))?;
        let unusable = || TlsError::PrivateKey(arn.clone());
        let key = PrivateKeyDer::from_pem_slice(certificate.private_key.as_bytes()).map_err(|_| unusable())?;
        let key = provider.key_provider.load_private_key(key).map_err(|_| unusable())?;
        Ok(Self {
            key: Arc::new(CertifiedKey::new(chain, key)),
            arn,
            names,
        })
    }

    /// A wildcard stands for one label.
    fn is_for(&self, server_name: &str) -> bool {
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(parent) => server_name.split_once('.').is_some_and(|(_, rest)| rest == parent),
            None => name == server_name,
        })
    }
}

/// The DNS names that a certificate is for, in lower case: the alternative ones, or else the common name.
fn names_of(certificate: &CertificateDer<'_>) -> Option<Vec<String>> {
    let parsed = X509::from_der(certificate).ok()?.tbs_certificate;
    let alternative = parsed.get::<SubjectAltName>().ok().flatten();
    let names = alternative.iter().flat_map(|(_, names)| &names.0);
    let dns = names.filter_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_ascii_lowercase()),
        _ => None,
    });
    let names: Vec<_> = dns.collect();
    Some(if names.is_empty() { common_names(&parsed) } else { names })
}

fn common_names(certificate: &TbsCertificate) -> Vec<String> {
    let attributes = certificate.subject.0.iter().flat_map(|name| name.0.iter());
    let common =
        attributes.filter_map(|attribute| Some(attribute.to_string().strip_prefix("CN=")?.to_ascii_lowercase()));
    common.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(arn: &str, names: &[&str]) -> Certificate {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        Certificate {
            arn: arn.to_owned(),
            chain: made.cert.pem(),
            private_key: made.signing_key.serialize_pem(),
        }
    }

    #[test]
    fn the_server_name_chooses() {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let certificates = [
            certificate("default", &["example.com"]),
            certificate("wildcard", &["*.example.com", "Other.example.org"]),
            certificate("exact", &["a.example.com"]),
        ];
        let certificates = Certificates::load(&certificates, &provider).unwrap();
        for (name, expected) in [
            (None, "default"),
            (Some("example.com"), "default"),
            (Some("A.Example.com"), "wildcard"),
            (Some("x.example.com"), "wildcard"),
            (Some("x.y.example.com"), "default"),
            (Some("other.example.org"), "wildcard"),
            (Some("nobody.test"), "default"),
        ] {
            assert_eq!(certificates.chosen_for(name), expected, "{name:?}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_named() {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        assert!(matches!(
            Certificates::load(&[], &provider),
            Err(TlsError::NoCertificate)
        ));
        let mut broken = certificate("broken", &["example.com"]);
        broken.private_key = broken.chain.clone();
        assert!(matches!(Certificates::load(&[broken], &provider), Err(TlsError::PrivateKey(arn)) if arn == "broken"));
    }
}
