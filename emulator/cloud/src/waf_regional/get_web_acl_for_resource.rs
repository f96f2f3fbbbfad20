//! GetWebACLForResource.

use super::state::Summary;
use crate::wafv2::web_acl::not_found;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [GetWebACLForResource](https://docs.aws.amazon.com/waf/latest/APIReference/API_wafRegional_GetWebACLForResource.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
}

/// What it answers: the web ACL, if there is one.
#[derive(Debug, Serialize)]
pub struct Output {
    #[serde(rename = "WebACLSummary", skip_serializing_if = "Option::is_none")]
    web_acl_summary: Option<Summary>,
}

/// Shows the web ACL of a load balancer.
///
/// # Errors
/// `WAFNonexistentItemException` for a load balancer that does not exist.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let arn = &input.resource_arn;
    if !region.elbv2.load_balancers.contains_key(arn) {
        return Err(not_found(&format!("The resource '{arn}'")));
    }
    let state = &region.waf_regional;
    let found = state.associations.get(arn).and_then(|id| state.web_acls.get_key_value(id));
    Ok(Output { web_acl_summary: found.map(|(id, acl)| Summary::of(id, acl)) })
}
