//! ListTagsForCertificate.

use super::tags::{self, Tag};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ListTagsForCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_ListTagsForCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// What it answers: the tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<Tag>,
}

/// Lists the tags of a certificate.
///
/// # Errors
/// `InvalidArnException`, `ResourceNotFoundException`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let found = region.acm.certificate(&input.certificate_arn)?;
    Ok(Output { tags: tags::list(&found.tags) })
}
