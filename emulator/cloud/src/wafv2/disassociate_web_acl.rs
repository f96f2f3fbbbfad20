//! DisassociateWebACL.

use super::web_acl::not_found;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DisassociateWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_DisassociateWebACL.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Takes the web ACL from a load balancer. One without any is no error.
///
/// # Errors
/// `WAFNonexistentItemException` for a load balancer that does not exist.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    if !region.elbv2.load_balancers.contains_key(&input.resource_arn) {
        return Err(not_found(&format!("The resource '{}'", input.resource_arn)));
    }
    region.wafv2.associations.remove(&input.resource_arn);
    Ok(Output {})
}
