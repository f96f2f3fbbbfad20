//! Certificates of ACM.

use aws_api::Tags;
use serde::{Deserialize, Serialize};

/// A certificate, which may have an ARN only once the stack is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CertificateRef {
    /// One that exists.
    Arn(String),
    /// Resource id of a certificate of the stack.
    Id(String),
}

/// A certificate to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Resource id.
    pub id: String,
    /// Its first name.
    pub domain_name: String,
    /// All its names, sorted.
    pub subject_alternative_names: Vec<String>,
    /// ARN of the private authority that issues it; without one Amazon does, after validation by DNS.
    pub certificate_authority_arn: Option<String>,
    /// All tags.
    pub tags: Tags,
}

impl Certificate {
    /// `AMAZON_ISSUED` or `PRIVATE`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.certificate_authority_arn {
            Some(_) => "PRIVATE",
            None => "AMAZON_ISSUED",
        }
    }
}
