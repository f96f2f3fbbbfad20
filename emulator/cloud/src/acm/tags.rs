//! Tags on the wire of ACM, and their limits.

use crate::{ApiError, Tags};
use serde::{Deserialize, Serialize};

const MOST_TAGS: usize = 50;

/// A tag on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// `before` with the tags of a request over it.
///
/// # Errors
/// `InvalidTagException` for keys and values of impossible length or in AWS's own namespace, `TooManyTagsException`.
pub fn over(before: &Tags, tags: Vec<Tag>) -> Result<Tags, ApiError> {
    let mut merged = before.clone();
    for Tag { key, value } in tags {
        let value = value.unwrap_or_default();
        let fits = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !fits || key.starts_with("aws:") {
            return Err(ApiError::new(
                "InvalidTagException",
                format!("The tag '{key}' is not valid"),
            ));
        }
        merged.insert(key, value);
    }
    if merged.len() > MOST_TAGS {
        let message = format!("A certificate can have up to {MOST_TAGS} tags");
        return Err(ApiError::new("TooManyTagsException", message));
    }
    Ok(merged)
}

/// Tags as the wire lists them.
pub fn list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag {
            key: key.clone(),
            value: Some(value.clone()),
        })
        .collect()
}
