//! DescribeListenerAttributes.

use super::attributes::{self, Attribute};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [DescribeListenerAttributes](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerAttributes.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
}

/// What it answers: all attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<Attribute>,
}

/// Lists the attributes of a listener.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let found = region.elbv2.listener(&input.listener_arn)?;
    Ok(Output { attributes: attributes::list(&found.attributes) })
}
