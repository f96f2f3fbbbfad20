//! GetChangeToken.

use super::state::change_token;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [GetChangeToken](https://docs.aws.amazon.com/waf/latest/APIReference/API_wafRegional_GetChangeToken.html) takes: nothing.
#[derive(Debug, Deserialize)]
pub struct Input {}

/// What it answers: a token.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_token: String,
}

/// Gives a token for the next change.
///
/// # Errors
/// None.
pub fn call(_: &Region, _: Input, context: &Context) -> Result<Output, ApiError> {
    Ok(Output { change_token: change_token(&context.ids) })
}
