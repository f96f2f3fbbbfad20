//! AddTags.

use super::tags::{self, Tag};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [AddTags](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arns: Vec<String>,
    tags: Vec<Tag>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Adds tags to resources, all or none. A key that is there gets the new value.
///
/// # Errors
/// `ValidationError`, `DuplicateTagKeys`, `TooManyTags`, `LoadBalancerNotFound`, `ListenerNotFound`, `TargetGroupNotFound`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let added = tags::parse(input.tags)?;
    for arn in &input.resource_arns {
        let mut merged = region.elbv2.tags(arn)?.clone();
        merged.extend(added.clone());
        tags::within_limit(&merged)?;
    }
    for arn in &input.resource_arns {
        if let Some(tags) = region.elbv2.tags_mut(arn) {
            tags.extend(added.clone());
        }
    }
    Ok(Output {})
}
