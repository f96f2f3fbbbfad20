//! DeleteTags.

use super::shape::{Success, TagParameter};
use super::state::untaggable;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// Resources and tags; without tags, all of them.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(default, rename = "ResourceId")]
    resources: Vec<String>,
    #[serde(default, rename = "Tag")]
    tags: Vec<TagParameter>,
}

/// Deleted.
pub type Output = Success;

/// Removes tags. One that is given with a value goes only if it has that value; one that is not there is no error.
///
/// # Errors
/// `InvalidID` for a resource that does not exist (`InvalidVolume.NotFound`, `InvalidSnapshot.NotFound` for those), `MissingParameter`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    if input.resources.is_empty() {
        return Err(ApiError::missing("ResourceId"));
    }
    let state = &mut region.ec2;
    if let Some(unknown) = input.resources.iter().find(|id| state.tags_mut(id, context.now).is_none()) {
        return Err(untaggable(unknown));
    }
    let named = |key: &str, value: &str| {
        let same = |tag: &TagParameter| tag.key == key && tag.value.as_deref().is_none_or(|wanted| wanted == value);
        input.tags.is_empty() || input.tags.iter().any(same)
    };
    for id in &input.resources {
        if let Some(tags) = state.tags_mut(id, context.now) {
            tags.retain(|key, value| !named(key, value));
        }
    }
    Ok(Success::yes())
}
