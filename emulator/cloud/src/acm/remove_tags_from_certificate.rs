//! RemoveTagsFromCertificate.

use super::tags::Tag;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [RemoveTagsFromCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_RemoveTagsFromCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
    tags: Vec<Tag>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Removes tags of a certificate: by key, or by key and value where a value is named. Those that are not there are no error.
///
/// # Errors
/// `InvalidArnException`, `ResourceNotFoundException`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let found = region.acm.certificate_mut(&input.certificate_arn)?;
    let leaves = |key: &String, value: &String| {
        input.tags.iter().any(|tag| tag.key == *key && tag.value.as_ref().is_none_or(|wanted| wanted == value))
    };
    found.tags.retain(|key, value| !leaves(key, value));
    Ok(Output {})
}
