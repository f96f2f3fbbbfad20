//! CreateTags.

use super::shape::{Success, TagParameter, put_tags};
use super::state::untaggable;
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
/// `InvalidID` for a resource that does not exist (`InvalidVolume.NotFound`, `InvalidSnapshot.NotFound` for those), `InvalidParameterValue`, `TagLimitExceeded`, `MissingParameter`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
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
            .tags_mut(id, context.now)
            .ok_or_else(|| untaggable(id))?
            .clone();
        put_tags(&mut tags, input.tags.clone())?;
        merged.push(tags);
    }
    for (id, tags) in input.resources.iter().zip(merged) {
        if let Some(present) = state.tags_mut(id, context.now) {
            *present = tags;
        }
    }
    Ok(Success::yes())
}
