//! DeleteWebACL.

use super::state::change_token;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_wafRegional_DeleteWebACL.html) takes.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(rename = "WebACLId")]
    web_acl_id: String,
}

/// What it answers: the token of the change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_token: String,
}

/// Deletes a web ACL; the load balancers that had it have none.
///
/// # Errors
/// `WAFNonexistentItemException`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.waf_regional;
    state.web_acl(&input.web_acl_id)?;
    state.web_acls.remove(&input.web_acl_id);
    state.associations.retain(|_, id| *id != input.web_acl_id);
    Ok(Output { change_token: change_token(&context.ids) })
}
