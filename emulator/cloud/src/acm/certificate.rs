//! Certificates.

use super::authority::Issued;
use super::pem::Facts;
use crate::{ApiError, Tags, Timestamp};

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
    /// What the certificate says.
    pub facts: Facts,
    /// When it was requested or imported first.
    pub created: Timestamp,
    /// When it is, or was, issued or imported last.
    pub issued_from: Timestamp,
    /// What tells a request that is repeated from another one.
    pub idempotency_token: Option<String>,
    /// How the owner of the domain was to be asked; imported ones have none.
    pub validation_method: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// Where a certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Its owner brought it.
    Imported,
    /// It was requested here.
    AmazonIssued,
    /// It was requested of a private authority, by its ARN. It is signed as all others are.
    Private(String),
}

impl Origin {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Imported => "IMPORTED",
            Self::AmazonIssued => "AMAZON_ISSUED",
            Self::Private(_) => "PRIVATE",
        }
    }
}

impl Certificate {
    /// A certificate that its owner brings.
    ///
    /// # Errors
    /// `ValidationException` for what cannot be read, a key of another certificate, and one that is not valid now.
    pub fn imported(
        body: String,
        chain: Option<String>,
        private_key: String,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let facts = Facts::read(&body)?;
        facts.check_key(&private_key)?;
        if now < facts.not_before || now >= facts.not_after {
            let message = "The certificate must be valid: its time has not begun or is over";
            return Err(ApiError::new("ValidationException", message));
        }
        Ok(Self {
            origin: Origin::Imported,
            domain_name: facts.domain_name.clone(),
            subject_alternative_names: facts.names.clone(),
            body,
            chain,
            private_key,
            facts,
            created: now,
            issued_from: now,
            idempotency_token: None,
            validation_method: None,
            tags: Tags::new(),
        })
    }

    /// A certificate that the authority has issued, from a time on.
    ///
    /// # Errors
    /// `InternalFailure` when it cannot be read.
    pub fn issued(names: Vec<String>, issued: Issued, chain: String, from: Timestamp) -> Result<Self, ApiError> {
        let Issued { body, private_key } = issued;
        Ok(Self {
            origin: Origin::AmazonIssued,
            domain_name: names.first().cloned().unwrap_or_default(),
            subject_alternative_names: names,
            facts: Facts::read(&body)?,
            body,
            chain: Some(chain),
            private_key,
            created: from,
            issued_from: from,
            idempotency_token: None,
            validation_method: None,
            tags: Tags::new(),
        })
    }

    /// Whether listeners can serve with it.
    pub fn is_issued(&self, now: Timestamp) -> bool {
        now >= self.issued_from
    }

    /// Its status on the wire.
    pub fn status(&self, now: Timestamp) -> &'static str {
        if !self.is_issued(now) {
            "PENDING_VALIDATION"
        } else if now >= self.facts.not_after {
            "EXPIRED"
        } else {
            "ISSUED"
        }
    }
}
