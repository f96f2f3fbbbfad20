//! DescribeCertificate.

use super::certificate::{Certificate, Origin};
use super::summary::{EXTENDED_KEY_USAGE, KEY_USAGE, Summary, used_by};
use crate::{ApiError, Context, Region, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What [DescribeCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// What it answers: the certificate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate: Detail,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    #[serde(flatten)]
    summary: Summary,
    subject_alternative_names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    domain_validation_options: Vec<DomainValidation>,
    serial: Option<String>,
    subject: String,
    issuer: String,
    signature_algorithm: String,
    in_use_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_authority_arn: Option<String>,
    options: Options,
    key_usages: [Usage; 1],
    extended_key_usages: [ExtendedUsage; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Usage {
    name: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExtendedUsage {
    name: &'static str,
    #[serde(rename = "OID")]
    oid: &'static str,
}

/// How the owner of a name is asked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DomainValidation {
    domain_name: String,
    validation_domain: String,
    validation_status: &'static str,
    validation_method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_record: Option<ResourceRecord>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceRecord {
    name: String,
    #[serde(rename = "Type")]
    kind: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Options {
    certificate_transparency_logging_preference: &'static str,
}

/// Describes a certificate. What is signed is shown when it is issued.
///
/// # Errors
/// `InvalidArnException`, `ResourceNotFoundException`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let arn = &input.certificate_arn;
    let certificate = region.acm.certificate(arn)?;
    let used = used_by(region, arn);
    let validate = |name: &String| DomainValidation::of(name, certificate, context.now);
    let authority = match &certificate.origin {
        Origin::Private(authority) => Some(authority.clone()),
        Origin::Imported | Origin::AmazonIssued => None,
    };
    Ok(Output {
        certificate: Detail {
            summary: Summary::of(arn, certificate, !used.is_empty(), context.now),
            subject_alternative_names: certificate.subject_alternative_names.clone(),
            domain_validation_options: certificate.subject_alternative_names.iter().filter_map(validate).collect(),
            serial: certificate.is_issued(context.now).then(|| certificate.facts.serial.clone()),
            subject: certificate.facts.subject.clone(),
            issuer: certificate.facts.issuer.clone(),
            signature_algorithm: certificate.facts.signature_algorithm.clone(),
            in_use_by: used.into_iter().map(str::to_owned).collect(),
            certificate_authority_arn: authority,
            options: Options { certificate_transparency_logging_preference: "ENABLED" },
            key_usages: [Usage { name: KEY_USAGE }],
            extended_key_usages: [ExtendedUsage { name: EXTENDED_KEY_USAGE, oid: "1.3.6.1.5.5.7.3.1" }],
        },
    })
}

impl DomainValidation {
    /// Of a name of a certificate; imported and private ones have none. Nobody looks for the record: the certificate is issued in time.
    fn of(name: &str, certificate: &Certificate, now: Timestamp) -> Option<Self> {
        let method = certificate.validation_method.clone()?;
        let base = name.strip_prefix("*.").unwrap_or(name);
        let hash = |kind: &str| format!("{:x}", Sha256::digest(format!("{kind}/{base}")))[..32].to_owned();
        let record = ResourceRecord {
            name: format!("_{}.{base}.", hash("name")),
            kind: "CNAME",
            value: format!("_{}.acm-validations.aws.", hash("value")),
        };
        Some(Self {
            domain_name: name.to_owned(),
            validation_domain: base.to_owned(),
            validation_status: if certificate.is_issued(now) { "SUCCESS" } else { "PENDING_VALIDATION" },
            resource_record: (method == "DNS").then_some(record),
            validation_method: method,
        })
    }
}
