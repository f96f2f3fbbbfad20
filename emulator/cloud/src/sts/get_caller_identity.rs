//! GetCallerIdentity.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// No parameters.
#[derive(Debug, Deserialize)]
pub struct Input {}

/// Who calls.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    arn: String,
    user_id: String,
    account: String,
}

/// Names the account of the world.
///
/// # Errors
/// None.
pub fn call(_: &Region, _: Input, context: &Context) -> Result<Output, ApiError> {
    let account = context.account.clone();
    Ok(Output { arn: format!("arn:aws:iam::{account}:root"), user_id: account.clone(), account })
}
