//! GetSubscriptionState.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [GetSubscriptionState](https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_GetSubscriptionState.html) takes: nothing.
#[derive(Debug, Deserialize)]
pub struct Input {}

/// What it answers: the state.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    subscription_state: &'static str,
}

/// Says whether Shield Advanced is subscribed.
///
/// # Errors
/// None.
pub fn call(region: &Region, _: Input, _: &Context) -> Result<Output, ApiError> {
    let subscription_state = if region.shield.subscribed { "ACTIVE" } else { "INACTIVE" };
    Ok(Output { subscription_state })
}
