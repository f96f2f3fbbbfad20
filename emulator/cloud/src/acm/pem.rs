//! Certificates and keys in PEM: what they say, and whether they belong together.

use super::key;
use crate::{ApiError, Timestamp};
use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, DecodePem, Reader, TagMode, TagNumber};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::spki::AlgorithmIdentifierRef;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

const SIGNATURES: [(ObjectIdentifier, &str); 8] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"), "SHA1WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), "SHA256WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), "SHA384WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), "SHA512WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), "SHA256WITHECDSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), "SHA384WITHECDSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), "SHA512WITHECDSA"),
    (ED25519, "ED25519"),
];

/// What a certificate says.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Common name of its subject, or its first alternative name.
    pub domain_name: String,
    /// DNS names that it is valid for; the domain name where it has none.
    pub names: Vec<String>,
    /// Subject, as RFC 4514 writes it.
    pub subject: String,
    /// Organisation of its issuer, or its common name.
    pub issuer: String,
    /// Serial number, hexadecimal pairs with colons between them.
    pub serial: String,
    /// Since when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// Such as `RSA_2048` and `EC_prime256v1`.
    pub key_algorithm: String,
    /// Such as `SHA256WITHRSA`.
    pub signature_algorithm: String,
    public_key: Vec<u8>,
}

impl Facts {
    /// Reads a certificate.
    ///
    /// # Errors
    /// `ValidationException` for what is no single PEM certificate or has a key of an unknown kind.
    pub fn read(body: &str) -> Result<Self, ApiError> {
        if body.matches("-----BEGIN").count() > 1 {
            return Err(invalid(
                "The certificate field contains more than one certificate; the others belong in the chain",
            ));
        }
        let certificate = Certificate::from_pem(body.trim())
            .map_err(|error| invalid(&format!("The certificate cannot be parsed as PEM: {error}")))?;
        let content = &certificate.tbs_certificate;
        let alternative = alternative_names(&certificate)?;
        let common_name = attribute(&content.subject, COMMON_NAME);
        let domain_name = common_name.or_else(|| alternative.first().cloned()).unwrap_or_default();
        let names = if alternative.is_empty() {
            vec![domain_name.clone()]
        } else {
            alternative
        };
        let issuer = attribute(&content.issuer, ORGANIZATION).or_else(|| attribute(&content.issuer, COMMON_NAME));
        let pairs = content
            .serial_number
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"));
        let time = |time: x509_cert::time::Time| Timestamp(time.to_unix_duration().as_secs() * 1000);
        let signature = SIGNATURES
            .iter()
            .find(|(oid, _)| *oid == certificate.signature_algorithm.oid);
        let key = &content.subject_public_key_info;
        Ok(Self {
            domain_name,
            names,
            subject: content.subject.to_string(),
            issuer: issuer.unwrap_or_default(),
            serial: pairs.collect::<Vec<_>>().join(":"),
            not_before: time(content.validity.not_before),
            not_after: time(content.validity.not_after),
            key_algorithm: key_algorithm(
                key.algorithm.oid,
                key.algorithm.parameters.as_ref(),
                key.subject_public_key.raw_bytes(),
            )?,
            signature_algorithm: signature.map_or_else(
                || certificate.signature_algorithm.oid.to_string(),
                |(_, name)| (*name).to_owned(),
            ),
            public_key: key.subject_public_key.raw_bytes().to_vec(),
        })
    }

    /// Checks that a private key, PEM and not encrypted, is that of the certificate.
    ///
    /// # Errors
    /// `ValidationException`.
    pub fn check_key(&self, private_key: &str) -> Result<(), ApiError> {
        let (label, der) = x509_cert::der::pem::decode_vec(private_key.trim().as_bytes())
            .map_err(|_| invalid("The private key cannot be parsed as an unencrypted PEM key"))?;
        let public = match label {
            "PRIVATE KEY" => of_pkcs8(&der),
            "RSA PRIVATE KEY" => rsa_modulus(&der),
            "EC PRIVATE KEY" => elliptic_public(&der),
            _ => {
                let message = format!("A private key of PEM type '{label}' is not supported");
                return Err(invalid(&message));
            }
        };
        let is_rsa = self.key_algorithm.starts_with("RSA");
        let own = if is_rsa {
            public_modulus(&self.public_key)
        } else {
            Some(self.public_key.clone())
        };
        match public {
            Some(_) if public == own => Ok(()),
            Some(_) => Err(invalid("The certificate and the private key do not match")),
            None => Err(invalid(
                "The private key is not RSA, or of an elliptic curve with its public key",
            )),
        }
    }
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("ValidationException", message)
}

fn alternative_names(certificate: &Certificate) -> Result<Vec<String>, ApiError> {
    let found = certificate.tbs_certificate.get::<SubjectAltName>();
    let found = found.map_err(|error| {
        invalid(&format!(
            "The alternative names of the certificate cannot be read: {error}"
        ))
    })?;
    let names = found.map(|(_, names)| names.0).unwrap_or_default();
    let dns_name = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        _ => None,
    };
    Ok(names.into_iter().filter_map(dns_name).collect())
}

/// The value of an attribute of a distinguished name.
fn attribute(name: &Name, kind: ObjectIdentifier) -> Option<String> {
    let attributes = name.0.iter().flat_map(|relative| relative.0.iter());
    let value = attributes
        .filter(|attribute| attribute.oid == kind)
        .map(|attribute| attribute.value.value())
        .next()?;
    String::from_utf8(value.to_vec()).ok()
}

fn key_algorithm(
    kind: ObjectIdentifier,
    parameters: Option<&x509_cert::der::Any>,
    key: &[u8],
) -> Result<String, ApiError> {
    let curve = parameters.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    match (kind, curve) {
        (RSA, _) => {
            let modulus =
                public_modulus(key).ok_or_else(|| invalid("The RSA key of the certificate cannot be read"))?;
            Ok(format!("RSA_{}", modulus.len() * 8))
        }
        (ELLIPTIC, Some(P256)) => Ok("EC_prime256v1".to_owned()),
        (ELLIPTIC, Some(P384)) => Ok("EC_secp384r1".to_owned()),
        (ELLIPTIC, Some(P521)) => Ok("EC_secp521r1".to_owned()),
        _ => Err(invalid(
            "The key of the certificate must be RSA, or of the curve P-256, P-384 or P-521",
        )),
    }
}

/// The modulus of an RSA public key, PKCS #1.
fn public_modulus(der: &[u8]) -> Option<Vec<u8>> {
    let key = AnyRef::from_der(der).ok()?;
    let modulus = key.sequence(|fields| {
        let modulus: UintRef<'_> = fields.decode()?;
        let _exponent: UintRef<'_> = fields.decode()?;
        Ok(modulus.as_bytes().to_vec())
    });
    modulus.ok()
}

/// The public part of a private key, PKCS #8: a modulus or a point.
fn of_pkcs8(der: &[u8]) -> Option<Vec<u8>> {
    let key = AnyRef::from_der(der).ok()?;
    let parts = key.sequence(|fields| {
        let _version: UintRef<'_> = fields.decode()?;
        let algorithm: AlgorithmIdentifierRef<'_> = fields.decode()?;
        let inner: OctetStringRef<'_> = fields.decode()?;
        while !fields.is_finished() {
            let _: AnyRef<'_> = fields.decode()?;
        }
        Ok((algorithm.oid, inner.as_bytes().to_vec()))
    });
    let (algorithm, inner) = parts.ok()?;
    if algorithm == RSA {
        rsa_modulus(&inner)
    } else {
        elliptic_public(&inner)
    }
}

/// The modulus of an RSA private key, PKCS #1.
fn rsa_modulus(der: &[u8]) -> Option<Vec<u8>> {
    let key = AnyRef::from_der(der).ok()?;
    let modulus = key.sequence(|fields| {
        let _version: UintRef<'_> = fields.decode()?;
        let modulus: UintRef<'_> = fields.decode()?;
        while !fields.is_finished() {
            let _: AnyRef<'_> = fields.decode()?;
        }
        Ok(modulus.as_bytes().to_vec())
    });
    modulus.ok()
}

/// The public point of a private key of an elliptic curve, SEC 1. Keys without it are understood where their curve is P-256.
fn elliptic_public(der: &[u8]) -> Option<Vec<u8>> {
    let key = AnyRef::from_der(der).ok()?;
    let parts = key.sequence(|fields| {
        let _version: UintRef<'_> = fields.decode()?;
        let secret: OctetStringRef<'_> = fields.decode()?;
        let _curve: Option<ObjectIdentifier> = fields.context_specific(TagNumber::N0, TagMode::Explicit)?;
        let public: Option<BitStringRef<'_>> = fields.context_specific(TagNumber::N1, TagMode::Explicit)?;
        Ok((
            secret.as_bytes().to_vec(),
            public.map(|point| point.raw_bytes().to_vec()),
        ))
    });
    let (secret, public) = parts.ok()?;
    public.or_else(|| key::public_point(&secret))
}
