//! AssociateWebACL.

use super::web_acl::{check_resource, invalid};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [AssociateWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html) takes.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(rename = "WebACLArn")]
    web_acl_arn: String,
    #[serde(rename = "ResourceArn")]
    resource_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Associates a load balancer with a web ACL, in place of the one that it had.
///
/// # Errors
/// `WAFNonexistentItemException`, `WAFInvalidParameterException` for a resource that cannot have one or a web ACL of another scope,
/// `WAFUnavailableEntityException` for a load balancer that is still provisioning.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    if region.wafv2.web_acl(&input.web_acl_arn)?.scope != "REGIONAL" {
        return Err(invalid(format!("The web ACL '{}' is not of scope REGIONAL", input.web_acl_arn)));
    }
    check_resource(&input.resource_arn, region, context.now)?;
    region.wafv2.associations.insert(input.resource_arn, input.web_acl_arn);
    Ok(Output {})
}
