//! AWS Certificate Manager (API version 2015-12-08).

use crate::{Result, Tags};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A certificate as DescribeCertificate shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its ARN.
    pub arn: String,
    /// Its first name.
    pub domain_name: String,
    /// All its names.
    pub subject_alternative_names: Vec<String>,
    /// `PENDING_VALIDATION`, `ISSUED`, `EXPIRED`...
    pub status: String,
    /// `IMPORTED`, `AMAZON_ISSUED` or `PRIVATE`.
    pub kind: String,
    /// ARN of the private certificate authority that issued it.
    pub certificate_authority_arn: Option<String>,
    /// When it was requested; seconds since 1970.
    pub created_at: Option<i64>,
    /// DNS records that prove to ACM that the names are ours.
    pub validation_records: Vec<ValidationRecord>,
}

/// A DNS record that ACM looks for before it issues a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// The name of the certificate that it stands for.
    pub domain_name: String,
    /// Name of the record.
    pub name: String,
    /// `CNAME`.
    pub kind: String,
    /// Value of the record.
    pub value: String,
}

/// RequestCertificate, validated by DNS unless an authority is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCertificate {
    /// Its first name.
    pub domain_name: String,
    /// All its names.
    pub subject_alternative_names: Vec<String>,
    /// ARN of the private certificate authority that is to issue it.
    pub certificate_authority_arn: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// AWS Certificate Manager. Lists are whole.
#[async_trait]
pub trait Acm: Send + Sync {
    /// ListCertificates of all key types: the ARNs of those in one of `statuses`, such as `ISSUED`; of all if there are none.
    async fn list_certificates(&self, statuses: &[&str]) -> Result<Vec<String>>;
    /// DescribeCertificate.
    async fn describe_certificate(&self, arn: &str) -> Result<Certificate>;
    /// ListTagsForCertificate.
    async fn list_tags_for_certificate(&self, arn: &str) -> Result<Tags>;
    /// RequestCertificate: the ARN.
    async fn request_certificate(&self, new: &NewCertificate) -> Result<String>;
    /// DeleteCertificate.
    async fn delete_certificate(&self, arn: &str) -> Result<()>;
}
