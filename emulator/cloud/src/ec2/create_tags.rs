//! CreateTags.

use super::shape::{Success, TagParameter, put_tags};
use super::state::not_found;
use crate::{ApiError, Context, Region, Tags};
use serde::Deserialize;

/// Resources and tags.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(default, rename = "ResourceId")]
    resources: Vec<String>,
    #[serde(default, rename = "Tag")]
    tags: Vec<TagParameter>,
}

/// Tagged.
pub type Output = Success;

/// Adds tags to resources of any type, or overwrites their values; all or none.
///
/// # Errors
/// `InvalidID` for a resource that does not exist, `InvalidParameterValue`, `TagLimitExceeded`, `MissingParameter`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    if input.resources.is_empty() || input.tags.is_empty() {
        return Err(ApiError::missing(if input.tags.is_empty() {
            "Tag"
        } else {
            "ResourceId"
        }));
    }
    let state = &mut region.ec2;
    let mut merged: Vec<Tags> = Vec::with_capacity(input.resources.len());
    for id in &input.resources {
        let mut tags = state
            .tags_mut(id)
            .ok_or_else(|| not_found("InvalidID", "", id))?
            .clone();
        put_tags(&mut tags, input.tags.clone())?;
        merged.push(tags);
    }
    for (id, tags) in input.resources.iter().zip(merged) {
        if let Some(present) = state.tags_mut(id) {
            *present = tags;
        }
    }
    Ok(Success::yes())
}
