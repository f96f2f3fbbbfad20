//! DeleteListener.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteListener](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a listener with its rules; its target groups stay.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    region.elbv2.listener(&input.listener_arn)?;
    region.elbv2.remove_listener(&input.listener_arn);
    region.elbv2.forget_health_of_unused();
    Ok(Output {})
}
