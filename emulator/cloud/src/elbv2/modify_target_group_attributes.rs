//! ModifyTargetGroupAttributes.

use super::attributes::{self, Attribute};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [ModifyTargetGroupAttributes](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroupAttributes.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    attributes: Vec<Attribute>,
}

/// What it answers: all attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<Attribute>,
}

/// Changes attributes of a target group; those that are not named stay.
///
/// # Errors
/// `ValidationError`, `TargetGroupNotFound`, `InvalidConfigurationRequest`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let found = region.elbv2.target_group_mut(&input.target_group_arn)?;
    let catalogue = attributes::of_target_group(found.target_type, found.protocol);
    found.attributes = catalogue.change(&found.attributes, input.attributes)?;
    Ok(Output { attributes: attributes::list(&found.attributes) })
}
