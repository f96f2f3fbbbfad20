//! CreateSubscription.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [CreateSubscription](https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_CreateSubscription.html) takes: nothing.
#[derive(Debug, Deserialize)]
pub struct Input {}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Subscribes Shield Advanced.
///
/// # Errors
/// `ResourceAlreadyExistsException`.
pub fn call(region: &mut Region, _: Input, _: &mut Context) -> Result<Output, ApiError> {
    if region.shield.subscribed {
        let message = "The account is subscribed to AWS Shield Advanced";
        return Err(ApiError::new("ResourceAlreadyExistsException", message));
    }
    region.shield.subscribed = true;
    Ok(Output {})
}
