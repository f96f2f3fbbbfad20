//! RemoveTags.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [RemoveTags](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveTags.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arns: Vec<String>,
    tag_keys: Vec<String>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Removes tags from resources, all or none. Keys that are not there are no error.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, `ListenerNotFound`, `TargetGroupNotFound`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    input.resource_arns.iter().try_for_each(|arn| region.elbv2.tags(arn).map(|_| ()))?;
    for arn in &input.resource_arns {
        if let Some(tags) = region.elbv2.tags_mut(arn) {
            tags.retain(|key, _| !input.tag_keys.contains(key));
        }
    }
    Ok(Output {})
}
