//! ListProtections.

use super::state::Description;
use crate::{ApiError, Context, Region, page};
use serde::{Deserialize, Serialize};

/// What [ListProtections](https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_ListProtections.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// What it answers: a page of protections.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    protections: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Lists the protections.
///
/// # Errors
/// None.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let describe = |(id, protection): (&String, _)| Description::of(id, protection, &context.account);
    let all = region.shield.protections.iter().map(describe).collect();
    let (protections, next_token) =
        page::page(all, |found: &Description| &found.id, input.next_token.as_deref(), input.max_results);
    Ok(Output { protections, next_token })
}
