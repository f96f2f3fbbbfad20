//! GetWebACLForResource.

use super::web_acl::Description;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [GetWebACLForResource](https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
}

/// What it answers: the web ACL, if there is one.
#[derive(Debug, Serialize)]
pub struct Output {
    #[serde(rename = "WebACL", skip_serializing_if = "Option::is_none")]
    web_acl: Option<Description>,
}

/// Shows the web ACL of a load balancer.
///
/// # Errors
/// `WAFNonexistentItemException` for a load balancer that does not exist.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let arn = &input.resource_arn;
    if !region.elbv2.load_balancers.contains_key(arn) {
        return Err(super::web_acl::not_found(&format!("The resource '{arn}'")));
    }
    let state = &region.wafv2;
    let found = state.associations.get(arn).and_then(|acl| state.web_acls.get_key_value(acl));
    Ok(Output { web_acl: found.map(|(arn, acl)| Description::of(arn, acl)) })
}
