//! GetWebACL.

use super::web_acl::Description;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [GetWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACL.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    scope: String,
    id: String,
}

/// What it answers: the web ACL, and what a change must name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "WebACL")]
    web_acl: Description,
    lock_token: String,
}

/// Shows a web ACL.
///
/// # Errors
/// `WAFNonexistentItemException`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let (arn, found) = region.wafv2.named(&input.name, &input.scope, &input.id)?;
    Ok(Output { web_acl: Description::of(arn, found), lock_token: found.lock_token.clone() })
}
