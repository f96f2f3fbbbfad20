//! DeleteWebACL.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    scope: String,
    id: String,
    lock_token: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a web ACL that no resource is associated with.
///
/// # Errors
/// `WAFNonexistentItemException`, `WAFOptimisticLockException`, `WAFAssociatedItemException`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.wafv2;
    let (arn, found) = state.named(&input.name, &input.scope, &input.id)?;
    if found.lock_token != input.lock_token {
        let message = "The web ACL was changed since its lock token was read";
        return Err(ApiError::new("WAFOptimisticLockException", message));
    }
    if state.associations.values().any(|associated| associated == arn) {
        let message = format!("The web ACL '{}' is associated with a resource", input.name);
        return Err(ApiError::new("WAFAssociatedItemException", message));
    }
    let arn = arn.clone();
    state.web_acls.remove(&arn);
    Ok(Output {})
}
