//! Shapes that many actions of EC2 share on the wire.

use crate::{ApiError, Tags};
use serde::{Deserialize, Serialize};

/// Most tags a resource may have.
const TAG_LIMIT: usize = 50;

/// A tag in an answer.
#[derive(Debug, Serialize)]
pub struct TagItem {
    key: String,
    value: String,
}

/// A `tagSet`.
pub(crate) fn tag_set(tags: &Tags) -> Vec<TagItem> {
    tags.iter()
        .map(|(key, value)| TagItem {
            key: key.clone(),
            value: value.clone(),
        })
        .collect()
}

/// A tag in a request. DeleteTags may leave the value out.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagParameter {
    /// Key.
    pub key: String,
    /// Value.
    pub value: Option<String>,
}

/// Tags for one type of resource that a call creates.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagSpecification {
    resource_type: String,
    #[serde(default, rename = "Tag")]
    tags: Vec<TagParameter>,
}

/// The tags that a creating call gives its resource.
///
/// # Errors
/// `InvalidParameterValue` for another type of resource; otherwise as [`put_tags`].
pub(crate) fn initial_tags(specifications: Vec<TagSpecification>, resource_type: &str) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for specification in specifications {
        if specification.resource_type != resource_type {
            let message = format!(
                "'{}' is not a valid taggable resource type for this operation.",
                specification.resource_type
            );
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        put_tags(&mut tags, specification.tags)?;
    }
    Ok(tags)
}

/// Adds tags, or overwrites their values.
///
/// # Errors
/// `InvalidParameterValue` for a key that is empty, too long or reserved, `TagLimitExceeded` beyond 50. Nothing is changed then.
pub(crate) fn put_tags(tags: &mut Tags, added: Vec<TagParameter>) -> Result<(), ApiError> {
    let mut merged = tags.clone();
    for TagParameter { key, value } in added {
        if key.is_empty() || key.chars().count() > 128 || key.starts_with("aws:") {
            return Err(ApiError::new(
                "InvalidParameterValue",
                format!("Tag key '{key}' is not allowed"),
            ));
        }
        merged.insert(key, value.unwrap_or_default());
    }
    if merged.len() > TAG_LIMIT {
        return Err(ApiError::new(
            "TagLimitExceeded",
            format!("A resource can have at most {TAG_LIMIT} tags"),
        ));
    }
    *tags = merged;
    Ok(())
}

/// The answer of actions that only succeed.
#[derive(Debug, Serialize)]
pub struct Success {
    r#return: bool,
}

impl Success {
    /// It did.
    pub(crate) fn yes() -> Self {
        Self { r#return: true }
    }
}

/// One value, as filters see it.
pub(crate) fn one<T: ToString + ?Sized>(value: &T) -> Option<Vec<String>> {
    Some(vec![value.to_string()])
}
