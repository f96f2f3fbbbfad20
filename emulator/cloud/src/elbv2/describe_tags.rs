//! DescribeTags.

use super::request;
use super::tags::{self, Tag};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeTags](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arns: Vec<String>,
}

/// What it answers: the tags of each resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tag_descriptions: Vec<TagDescription>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagDescription {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// Lists the tags of up to 20 resources.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`, `ListenerNotFound`, `TargetGroupNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    request::check_count("resource ARNs", input.resource_arns.len())?;
    let describe = |resource_arn: String| {
        let tags = tags::list(region.elbv2.tags(&resource_arn)?);
        Ok(TagDescription { resource_arn, tags })
    };
    let tag_descriptions = input.resource_arns.into_iter().map(describe).collect::<Result<_, ApiError>>()?;
    Ok(Output { tag_descriptions })
}
