//! The emulator's own certificate authority. Its key comes from the seed of the world, so it is no secret: trust it in tests only.
//!
//! It signs with Ed25519, which signs the same alike each time; the keys that it certifies are of the curve P-256, as listeners serve.

use super::key::{self, Key};
use super::pem::ED25519;
use crate::ApiError;
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use std::str::FromStr;
use std::time::Duration;
use x509_cert::der::asn1::{BitString, GeneralizedTime, Ia5String, OctetString, UtcTime};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Encode, EncodePem, Error as DerError};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

const SUBJECT: &str = "CN=Seatrial Root CA,O=Seatrial";
/// 2020-01-01 and 2049-12-31, in seconds since the epoch: the authority, and what the world has from the beginning, is always valid.
pub(super) const ALWAYS: (u64, u64) = (1_577_836_800, 2_524_521_600);
const SERVER_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const SIGNATURE: AlgorithmIdentifierOwned = AlgorithmIdentifierOwned {
    oid: ED25519,
    parameters: None,
};

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
enum IssueError {
    #[error("the authority has no key")]
    Key(#[source] KeyRejected),
    #[error("the certificate cannot be written")]
    Write(#[source] DerError),
}

/// What a certificate is to be.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Names that it is valid for, that of its subject first.
    pub names: &'a [String],
    /// What its key and serial number come from.
    pub seed: &'a str,
    /// Since when it is valid, in seconds since the epoch.
    pub not_before: u64,
    /// Until when it is valid.
    pub not_after: u64,
}

/// A certificate and its key, PEM.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub body: String,
    /// Its private key, PKCS #8.
    pub private_key: String,
}

/// The authority of a world.
#[derive(Debug, Clone, Copy)]
pub struct Authority {
    seed: u64,
}

impl Authority {
    /// The authority of the world with this seed.
    pub fn of(seed: u64) -> Self {
        Self { seed }
    }

    /// Its certificate, PEM.
    ///
    /// # Errors
    /// `InternalFailure`, which no seed is known to cause.
    pub fn certificate(&self) -> Result<String, ApiError> {
        self.sign_itself().map_err(|error| internal(&error))
    }

    /// Issues a certificate with a key of its own.
    ///
    /// # Errors
    /// `InternalFailure` when a name or a time has no form in a certificate.
    pub fn issue(&self, order: &Order<'_>) -> Result<Issued, ApiError> {
        self.sign_order(order).map_err(|error| internal(&error))
    }

    fn key(self) -> Result<Ed25519KeyPair, IssueError> {
        let seed = key::digest(format!("authority/{}", self.seed).as_bytes());
        Ed25519KeyPair::from_seed_unchecked(&seed).map_err(IssueError::Key)
    }

    fn sign_itself(self) -> Result<String, IssueError> {
        let key = self.key()?;
        let content = root(&key).map_err(IssueError::Write)?;
        sign(content, &key).map_err(IssueError::Write)
    }

    fn sign_order(self, order: &Order<'_>) -> Result<Issued, IssueError> {
        let key = self.key()?;
        let own = Key::from_seed(&format!("certificate/{}", order.seed));
        let content = leaf(order, &own, &key).map_err(IssueError::Write)?;
        Ok(Issued {
            body: sign(content, &key).map_err(IssueError::Write)?,
            private_key: own.pem().map_err(IssueError::Write)?,
        })
    }
}

/// The content of the authority's own certificate.
fn root(key: &Ed25519KeyPair) -> Result<TbsCertificate, DerError> {
    let public = SubjectPublicKeyInfoOwned {
        algorithm: SIGNATURE,
        subject_public_key: BitString::from_bytes(key.public_key().as_ref())?,
    };
    let subject = Name::from_str(SUBJECT)?;
    let mut content = content(subject, &[1], ALWAYS, public)?;
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: None,
    };
    extend(&mut content, &constraints)?;
    extend(&mut content, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?;
    extend(&mut content, &SubjectKeyIdentifier(identifier(key)?))?;
    Ok(content)
}

/// The content of a certificate of a server.
fn leaf(order: &Order<'_>, own: &Key, authority: &Ed25519KeyPair) -> Result<TbsCertificate, DerError> {
    let subject = order.names.first().map(String::as_str).unwrap_or_default();
    let subject = Name::from_str(&format!("CN={subject}"))?;
    let times = (order.not_before, order.not_after);
    let mut content = content(subject, &key::serial(order.seed), times, own.public()?)?;
    let names = order
        .names
        .iter()
        .map(|name| Ia5String::new(name).map(GeneralName::DnsName));
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(identifier(authority)?),
        ..AuthorityKeyIdentifier::default()
    };
    let constraints = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    extend(&mut content, &constraints)?;
    extend(&mut content, &KeyUsage(KeyUsages::DigitalSignature.into()))?;
    extend(&mut content, &ExtendedKeyUsage(vec![SERVER_AUTHENTICATION]))?;
    extend(&mut content, &SubjectAltName(names.collect::<Result<_, _>>()?))?;
    extend(&mut content, &authority)?;
    Ok(content)
}

/// What both kinds have.
fn content(
    subject: Name,
    serial: &[u8],
    (not_before, not_after): (u64, u64),
    public: SubjectPublicKeyInfoOwned,
) -> Result<TbsCertificate, DerError> {
    Ok(TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(serial)?,
        signature: SIGNATURE,
        issuer: Name::from_str(SUBJECT)?,
        validity: Validity {
            not_before: time(not_before)?,
            not_after: time(not_after)?,
        },
        subject,
        subject_public_key_info: public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(Vec::new()),
    })
}

fn extend(content: &mut TbsCertificate, extension: &impl AsExtension) -> Result<(), DerError> {
    let extensions: &mut Vec<Extension> = content.extensions.get_or_insert_default();
    let extension = extension.to_extension(&content.subject, extensions)?;
    extensions.push(extension);
    Ok(())
}

/// What tells keys of authorities apart, RFC 7093: the beginning of a digest.
fn identifier(key: &Ed25519KeyPair) -> Result<OctetString, DerError> {
    OctetString::new(&key::digest(key.public_key().as_ref())[..20])
}

/// Two-digit years end with 2049.
fn time(seconds: u64) -> Result<Time, DerError> {
    let since = Duration::from_secs(seconds);
    let short = UtcTime::from_unix_duration(since).map(Time::UtcTime);
    short.or_else(|_| GeneralizedTime::from_unix_duration(since).map(Time::GeneralTime))
}

fn sign(content: TbsCertificate, key: &Ed25519KeyPair) -> Result<String, DerError> {
    let signature = BitString::from_bytes(key.sign(&content.to_der()?).as_ref())?;
    let certificate = Certificate {
        tbs_certificate: content,
        signature_algorithm: SIGNATURE,
        signature,
    };
    certificate.to_pem(LineEnding::LF)
}

fn internal(error: &IssueError) -> ApiError {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    ApiError::new("InternalFailure", format!("{error}: {cause}")).with_status(500)
}
