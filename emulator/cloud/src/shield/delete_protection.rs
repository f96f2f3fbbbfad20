//! DeleteProtection.

use super::state::not_found;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteProtection](https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_DeleteProtection.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    protection_id: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a protection.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    region.shield.protections.remove(&input.protection_id).map(|_| Output {}).ok_or_else(not_found)
}
