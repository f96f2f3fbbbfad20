//! AddTagsToCertificate.

use super::tags::{self, Tag};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [AddTagsToCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
    tags: Vec<Tag>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Adds tags to a certificate. A key that is there gets the new value.
///
/// # Errors
/// `InvalidArnException`, `ResourceNotFoundException`, `InvalidTagException`, `TooManyTagsException`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let found = region.acm.certificate_mut(&input.certificate_arn)?;
    found.tags = tags::over(&found.tags, input.tags)?;
    Ok(Output {})
}
