//! DescribeProtection.

use super::state::{Description, not_found};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeProtection](https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_DescribeProtection.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    protection_id: Option<String>,
    resource_arn: Option<String>,
}

/// What it answers: the protection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    protection: Description,
}

/// Describes a protection by its id or by what it protects.
///
/// # Errors
/// `InvalidParameterException` unless the request says which of the two, `ResourceNotFoundException`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let state = &region.shield;
    let found = match (&input.protection_id, &input.resource_arn) {
        (Some(id), None) => state.protections.get_key_value(id),
        (None, Some(arn)) => state.protection_of(arn),
        _ => {
            let message = "You must specify either a protection id or a resource ARN";
            return Err(ApiError::new("InvalidParameterException", message));
        }
    };
    let (id, protection) = found.ok_or_else(not_found)?;
    Ok(Output { protection: Description::of(id, protection, &context.account) })
}
