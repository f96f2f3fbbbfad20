//! DescribeTargetGroupAttributes.

use super::attributes::{self, Attribute};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [DescribeTargetGroupAttributes](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroupAttributes.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
}

/// What it answers: all attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<Attribute>,
}

/// Lists the attributes of a target group.
///
/// # Errors
/// `ValidationError`, `TargetGroupNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let found = region.elbv2.target_group(&input.target_group_arn)?;
    Ok(Output { attributes: attributes::list(&found.attributes) })
}
