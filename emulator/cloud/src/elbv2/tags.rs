//! Tags on the wire of Elastic Load Balancing, and their limits.

use crate::{ApiError, Tags};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A tag on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value; empty when it is not sent.
    #[serde(default)]
    pub value: String,
}

const MOST_TAGS: usize = 50;

/// The tags that a request brings.
///
/// # Errors
/// `DuplicateTagKeys`; `ValidationError` for keys and values of impossible length or in AWS's own namespace.
pub fn parse(tags: Vec<Tag>) -> Result<Tags, ApiError> {
    let mut parsed = BTreeMap::new();
    for Tag { key, value } in tags {
        let fits = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !fits || key.starts_with("aws:") {
            return Err(ApiError::new(
                "ValidationError",
                format!("The tag '{key}' is not valid"),
            ));
        }
        if parsed.contains_key(&key) {
            return Err(ApiError::new(
                "DuplicateTagKeys",
                format!("The tag key '{key}' was specified more than once"),
            ));
        }
        parsed.insert(key, value);
    }
    within_limit(&parsed)?;
    Ok(parsed)
}

/// Checks how many tags a resource would have.
///
/// # Errors
/// `TooManyTags`.
pub fn within_limit(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > MOST_TAGS {
        let message = format!("A resource can have up to {MOST_TAGS} tags");
        return Err(ApiError::new("TooManyTags", message));
    }
    Ok(())
}

/// Tags as the wire lists them.
pub fn list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag {
            key: key.clone(),
            value: value.clone(),
        })
        .collect()
}
