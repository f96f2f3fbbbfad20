//! The certificate of webhooks: made, judged, and put to use. Nothing here asks anybody.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Name of authority and server.
const NAME: &str = "aws-load-balancer-webhook";
/// Days that a certificate is good for.
const LIFETIME: i64 = 365;
/// A certificate that ends sooner than this is renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A certificate with its key and those who vouch for it, all in PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// Certificates of authorities, that of this certificate first. The one before stays until all replicas have the new certificate.
    pub(super) authorities: String,
    pub(super) certificate: String,
    pub(super) key: String,
}

/// Why a certificate cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It cannot be made.
    #[error("cannot make a certificate")]
    Make(#[source] rcgen::Error),
    /// It is not PEM.
    #[error("cannot read PEM")]
    Pem(#[source] pem::Error),
    /// Key and certificate do not fit, or are of a kind that is not supported.
    #[error("cannot serve with certificate and key")]
    Serve(#[source] rustls::Error),
    /// An authority that cannot vouch for anybody.
    #[error("cannot trust the authority")]
    Authority(#[source] rustls::Error),
    /// There is no authority.
    #[error("cannot verify clients")]
    Clients(#[source] VerifierBuilderError),
}

impl Identity {
    /// A new certificate for these names and addresses, by a new authority whose key is thrown away. `before` is the identity that it replaces.
    pub(super) fn make(names: &BTreeSet<String>, now: Timestamp, before: &Identity) -> Result<Self, IdentityError> {
        let key = KeyPair::generate().map_err(IdentityError::Make)?;
        let mut params = lasting(CertificateParams::default(), now);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let authority = params.self_signed(&key).map_err(IdentityError::Make)?;
        let issuer = Issuer::new(params, key);

        let key = KeyPair::generate().map_err(IdentityError::Make)?;
        let names: Vec<String> = names.iter().cloned().collect();
        let mut params = lasting(CertificateParams::new(names).map_err(IdentityError::Make)?, now);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &issuer).map_err(IdentityError::Make)?;
        Ok(Self {
            authorities: authority.pem() + before.first_authority(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    fn first_authority(&self) -> &str {
        const END: &str = "-----END CERTIFICATE-----\n";
        let end = self.authorities.find(END).map_or(0, |begin| begin + END.len());
        &self.authorities[..end]
    }

    /// Whether clients that trust its authorities take it for all of these names, for a good while from `now` on.
    pub(super) fn is_good(&self, names: &BTreeSet<String>, now: Timestamp) -> bool {
        let since_epoch = Duration::from_secs(now.as_second().unsigned_abs());
        let at = UnixTime::since_unix_epoch(since_epoch + RENEW_BEFORE);
        self.is_accepted(names, at).unwrap_or(false) && self.server_config(None).is_ok()
    }

    fn is_accepted(&self, names: &BTreeSet<String>, at: UnixTime) -> Result<bool, IdentityError> {
        let roots = Arc::new(roots(&self.authorities)?);
        let verifier = WebPkiServerVerifier::builder(roots)
            .build()
            .map_err(IdentityError::Clients)?;
        let chain = certificates(&self.certificate)?;
        let Some((own, intermediates)) = chain.split_first() else {
            return Ok(false);
        };
        let accepted = |name: &String| {
            let name = ServerName::try_from(name.as_str()).ok();
            name.is_some_and(|name| verifier.verify_server_cert(own, intermediates, &name, &[], at).is_ok())
        };
        Ok(names.iter().all(accepted))
    }

    /// How a server shows itself; only to clients that `clients` knows, if given.
    pub(super) fn server_config(
        &self,
        clients: Option<Arc<dyn ClientCertVerifier>>,
    ) -> Result<ServerConfig, IdentityError> {
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).map_err(IdentityError::Pem)?;
        let builder = ServerConfig::builder();
        let builder = match clients {
            Some(clients) => builder.with_client_cert_verifier(clients),
            None => builder.with_no_client_auth(),
        };
        let config = builder.with_single_cert(certificates(&self.certificate)?, key);
        config.map_err(IdentityError::Serve)
    }
}

/// From yesterday, since clocks differ, for a year.
fn lasting(mut params: CertificateParams, now: Timestamp) -> CertificateParams {
    let today = now.to_zoned(TimeZone::UTC).date();
    let day = |days: i64| {
        let date = today.saturating_add(Span::new().days(days));
        let part = |number: i8| u8::try_from(number).unwrap_or(1);
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = day(-1);
    params.not_after = day(LIFETIME);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let all = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>();
    all.map_err(IdentityError::Pem)
}

fn roots(pem: &str) -> Result<RootCertStore, IdentityError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(pem)? {
        roots.add(authority).map_err(IdentityError::Authority)?;
    }
    Ok(roots)
}

/// Knows clients whose certificates these authorities signed.
pub(super) fn client_verifier(authorities: &str) -> Result<Arc<dyn ClientCertVerifier>, IdentityError> {
    let roots = Arc::new(roots(authorities)?);
    WebPkiClientVerifier::builder(roots)
        .build()
        .map_err(IdentityError::Clients)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn day(text: &str) -> Timestamp {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn good_for_its_names_until_it_must_be_renewed() {
        let both = names(&["webhook.kube-system.svc", "10.0.0.1"]);
        let made = Identity::make(&both, day("2026-11-24"), &Identity::default()).unwrap();
        let table = [
            (both, "2026-11-24", true),
            (names(&["10.0.0.1"]), "2027-10-24", true),
            (names(&["10.0.0.1"]), "2027-10-26", false),
            (names(&["10.0.0.2"]), "2026-11-24", false),
            (names(&["webhook.other.svc"]), "2026-11-24", false),
            (names(&["no name"]), "2026-11-24", false),
        ];
        for (names, now, good) in table {
            assert_eq!(made.is_good(&names, day(now)), good, "{names:?} on {now}");
        }
        let foreign = Identity::make(&names(&["10.0.0.1"]), day("2026-11-24"), &made).unwrap();
        let stranger = Identity {
            authorities: made.authorities.clone(),
            ..foreign
        };
        assert!(!stranger.is_good(&names(&["10.0.0.1"]), day("2026-11-24")));
        assert!(!Identity::default().is_good(&BTreeSet::new(), day("2026-11-24")));
    }

    #[test]
    fn the_authority_before_is_trusted_on() {
        let host = names(&["webhook.kube-system.svc"]);
        let first = Identity::make(&host, day("2026-01-01"), &Identity::default()).unwrap();
        let second = Identity::make(&host, day("2026-12-10"), &first).unwrap();
        let third = Identity::make(&host, day("2027-11-20"), &second).unwrap();
        let old_replica = Identity {
            authorities: second.authorities.clone(),
            ..first.clone()
        };
        assert!(old_replica.is_good(&host, day("2026-06-01")));
        assert_eq!(certificates(&third.authorities).unwrap().len(), 2);
        assert!(
            !third.authorities.contains(&first.authorities) && third.authorities.ends_with(second.first_authority())
        );
    }

    #[test]
    fn key_and_certificate_must_fit() {
        let host = names(&["webhook.kube-system.svc"]);
        let [one, other] = [(); 2].map(|()| Identity::make(&host, day("2026-01-01"), &Identity::default()).unwrap());
        let mixed = Identity {
            key: other.key,
            ..one.clone()
        };
        assert!(one.server_config(None).is_ok());
        assert!(matches!(mixed.server_config(None), Err(IdentityError::Serve(_))));
        assert!(client_verifier("").is_err() && client_verifier(&one.authorities).is_ok());
    }
}
