//! AssociateWebACL.

use crate::wafv2::web_acl::check_resource;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [AssociateWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_wafRegional_AssociateWebACL.html) takes.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(rename = "WebACLId")]
    web_acl_id: String,
    #[serde(rename = "ResourceArn")]
    resource_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Associates a load balancer with a web ACL, in place of the one that it had.
///
/// # Errors
/// `WAFNonexistentItemException`, `WAFInvalidParameterException`, `WAFUnavailableEntityException` for a load balancer that is still
/// provisioning.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    region.waf_regional.web_acl(&input.web_acl_id)?;
    check_resource(&input.resource_arn, region, context.now)?;
    region.waf_regional.associations.insert(input.resource_arn, input.web_acl_id);
    Ok(Output {})
}
