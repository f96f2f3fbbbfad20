//! The emulator's own certificate authority. Its key comes from the seed of the world, so it is no secret: trust it in tests only.

use super::key;
use crate::ApiError;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use std::str::FromStr;
use std::time::Duration;
use x509_cert::builder::{Builder, CertificateBuilder, Profile};
use x509_cert::der::asn1::{GeneralizedTime, Ia5String, UtcTime};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{EncodePem, Error as DerError};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

const SUBJECT: &str = "CN=Seatrial Root CA,O=Seatrial";
/// 2020-01-01 and 2049-12-31, in seconds since the epoch: the authority, and what the world has from the beginning, is always valid.
pub(super) const ALWAYS: (u64, u64) = (1_577_836_800, 2_524_521_600);
const SERVER_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
enum IssueError {
    #[error("a name cannot be written")]
    Name(#[source] DerError),
    #[error("a time cannot be written")]
    Time(#[source] DerError),
    #[error("the certificate cannot be built")]
    Build(#[source] x509_cert::builder::Error),
    #[error("the certificate cannot be written")]
    Write(#[source] DerError),
    #[error("the key cannot be written")]
    Key(#[source] p256::pkcs8::Error),
    #[error("the public key cannot be written")]
    PublicKey(#[source] x509_cert::spki::Error),
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
#[derive(Debug)]
pub struct Authority {
    signer: SigningKey,
}

impl Authority {
    /// The authority of the world with this seed.
    pub fn of(seed: u64) -> Self {
        Self {
            signer: SigningKey::from(key::from_seed(&format!("authority/{seed}"))),
        }
    }

    /// Its certificate, PEM.
    ///
    /// # Errors
    /// `InternalFailure`, which no seed is known to cause.
    pub fn certificate(&self) -> Result<String, ApiError> {
        self.sign_itself().map_err(internal)
    }

    /// Issues a certificate with a key of its own.
    ///
    /// # Errors
    /// `InternalFailure` when a name or a time has no form in a certificate.
    pub fn issue(&self, order: &Order<'_>) -> Result<Issued, ApiError> {
        self.sign(order).map_err(internal)
    }

    fn sign_itself(&self) -> Result<String, IssueError> {
        let subject = Name::from_str(SUBJECT).map_err(IssueError::Name)?;
        let public_key = self.public_key()?;
        let validity = validity(ALWAYS.0, ALWAYS.1)?;
        let serial = SerialNumber::new(&[1]).map_err(IssueError::Name)?;
        let builder = CertificateBuilder::new(Profile::Root, serial, validity, subject, public_key, &self.signer);
        let certificate = builder
            .and_then(|builder| builder.build::<DerSignature>())
            .map_err(IssueError::Build)?;
        certificate.to_pem(LineEnding::LF).map_err(IssueError::Write)
    }

    fn public_key(&self) -> Result<SubjectPublicKeyInfoOwned, IssueError> {
        SubjectPublicKeyInfoOwned::from_key(*self.signer.verifying_key()).map_err(IssueError::PublicKey)
    }

    fn sign(&self, order: &Order<'_>) -> Result<Issued, IssueError> {
        let secret = key::from_seed(&format!("certificate/{}", order.seed));
        let private_key = secret
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(IssueError::Key)?
            .to_string();
        let public_key = SubjectPublicKeyInfoOwned::from_key(secret.public_key()).map_err(IssueError::PublicKey)?;
        let subject = order.names.first().map(String::as_str).unwrap_or_default();
        let profile = Profile::Leaf {
            issuer: Name::from_str(SUBJECT).map_err(IssueError::Name)?,
            enable_key_agreement: false,
            enable_key_encipherment: false,
        };
        let serial = SerialNumber::new(&key::serial(order.seed)).map_err(IssueError::Name)?;
        let validity = validity(order.not_before, order.not_after)?;
        let subject = Name::from_str(&format!("CN={subject}")).map_err(IssueError::Name)?;
        let mut builder = CertificateBuilder::new(profile, serial, validity, subject, public_key, &self.signer)
            .map_err(IssueError::Build)?;
        builder
            .add_extension(&ExtendedKeyUsage(vec![SERVER_AUTHENTICATION]))
            .map_err(IssueError::Build)?;
        builder
            .add_extension(&alternative_names(order.names)?)
            .map_err(IssueError::Build)?;
        let certificate = builder.build::<DerSignature>().map_err(IssueError::Build)?;
        let body = certificate.to_pem(LineEnding::LF).map_err(IssueError::Write)?;
        Ok(Issued { body, private_key })
    }
}

fn alternative_names(names: &[String]) -> Result<SubjectAltName, IssueError> {
    let names = names.iter().map(|name| Ia5String::new(name).map(GeneralName::DnsName));
    names
        .collect::<Result<_, _>>()
        .map(SubjectAltName)
        .map_err(IssueError::Name)
}

fn validity(not_before: u64, not_after: u64) -> Result<Validity, IssueError> {
    let time = |seconds: u64| {
        let since = Duration::from_secs(seconds);
        // Two-digit years end with 2049.
        let short = UtcTime::from_unix_duration(since).map(Time::UtcTime);
        short
            .or_else(|_| GeneralizedTime::from_unix_duration(since).map(Time::GeneralTime))
            .map_err(IssueError::Time)
    };
    Ok(Validity {
        not_before: time(not_before)?,
        not_after: time(not_after)?,
    })
}

fn internal(error: IssueError) -> ApiError {
    let cause = std::error::Error::source(&error)
        .map(ToString::to_string)
        .unwrap_or_default();
    ApiError::new("InternalFailure", format!("{error}: {cause}")).with_status(500)
}
