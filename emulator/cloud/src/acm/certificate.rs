//! Certificates.

use crate::{Tags, Timestamp};

/// A certificate of ACM: imported, or issued by the emulator's own authority.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Where it comes from.
    pub origin: Origin,
    /// The domain name that it was requested for, or the common name of an imported one.
    pub domain_name: String,
    /// Every name that it is valid for, the domain name first.
    pub subject_alternative_names: Vec<String>,
    /// The certificate, PEM.
    pub body: String,
    /// The certificates of the authorities above it, PEM, as far as they are known.
    pub chain: Option<String>,
    /// Its private key, PEM. No answer shows it; listeners serve with it.
    pub private_key: String,
    /// Kind and size of its key, such as `EC_prime256v1`.
    pub key_algorithm: String,
    /// Kind of its signature, such as `SHA256WITHECDSA`.
    pub signature_algorithm: String,
    /// Serial number, hexadecimal pairs with colons between them.
    pub serial: String,
    /// Subject, such as `CN=www.example.com`.
    pub subject: String,
    /// Who signed it: the organisation or common name of its issuer.
    pub issuer: String,
    /// Since when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// When it was requested or imported first.
    pub created: Timestamp,
    /// When it is, or was, issued or imported last.
    pub issued_from: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// Where a certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Its owner brought it.
    Imported,
    /// It was requested here.
    AmazonIssued,
}

impl Certificate {
    /// Whether listeners can serve with it.
    pub fn is_issued(&self, now: Timestamp) -> bool {
        now >= self.issued_from
    }
}
