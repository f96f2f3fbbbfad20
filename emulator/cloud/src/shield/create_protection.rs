//! CreateProtection.

use super::state::Protection;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [CreateProtection](https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_CreateProtection.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    resource_arn: String,
}

/// What it answers: the id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    protection_id: String,
}

/// Protects a resource.
///
/// # Errors
/// `InvalidParameterException` without a name, `InvalidResourceException` for what is no ARN, `InvalidOperationException` without a
/// subscription, `ResourceAlreadyExistsException` for one that is protected.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    if !(1..=128).contains(&input.name.chars().count()) {
        let message = "The name of a protection must have from 1 to 128 characters";
        return Err(ApiError::new("InvalidParameterException", message));
    }
    if !input.resource_arn.starts_with("arn:") {
        let message = format!("'{}' is not a valid resource ARN", input.resource_arn);
        return Err(ApiError::new("InvalidResourceException", message));
    }
    let state = &mut region.shield;
    state.check_subscribed()?;
    if state.protection_of(&input.resource_arn).is_some() {
        let message = format!("The resource '{}' is protected", input.resource_arn);
        return Err(ApiError::new("ResourceAlreadyExistsException", message));
    }
    let protection_id = context.ids.uuid();
    let protection = Protection { name: input.name, resource_arn: input.resource_arn };
    state.protections.insert(protection_id.clone(), protection);
    Ok(Output { protection_id })
}
