//! ImportCertificate.

use super::blob::Blob;
use super::certificate::{Certificate, Origin};
use super::request;
use super::tags::{self, Tag};
use crate::{ApiError, Context, Region, Tags};
use serde::{Deserialize, Serialize};

/// What [ImportCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: Option<String>,
    certificate: Blob,
    private_key: Blob,
    certificate_chain: Option<Blob>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: the ARN.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate_arn: String,
}

/// Imports a certificate, as a new one or in place of one that was imported before.
///
/// # Errors
/// `ValidationException`, also for tags on one that exists or another kind of it; `InvalidArnException`, `ResourceNotFoundException`,
/// `InvalidTagException`, `TooManyTagsException`, `LimitExceededException`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let Input { certificate_arn, certificate, private_key, certificate_chain, tags } = input;
    let chain = certificate_chain.map(|chain| chain.0);
    let mut imported = Certificate::imported(certificate.0, chain, private_key.0, context.now)?;
    let Some(arn) = certificate_arn else {
        imported.tags = tags::over(&Tags::new(), tags)?;
        check_count(region.acm.certificates.len() + 1)?;
        let arn = request::arn(&context.region, &context.account, &context.ids.uuid());
        region.acm.certificates.insert(arn.clone(), imported);
        return Ok(Output { certificate_arn: arn });
    };
    let before = region.acm.certificate_mut(&arn)?;
    if before.origin != Origin::Imported || !tags.is_empty() {
        let message = "Only an imported certificate can be imported again, and tags cannot be given then";
        return Err(ApiError::new("ValidationException", message));
    }
    imported.created = before.created;
    imported.tags = std::mem::take(&mut before.tags);
    *before = imported;
    Ok(Output { certificate_arn: arn })
}

/// Checks how many certificates there would be.
///
/// # Errors
/// `LimitExceededException`.
pub(super) fn check_count(count: usize) -> Result<(), ApiError> {
    if count > request::MOST_CERTIFICATES {
        let message = format!("The quota of {} certificates has been reached", request::MOST_CERTIFICATES);
        return Err(ApiError::new("LimitExceededException", message));
    }
    Ok(())
}
