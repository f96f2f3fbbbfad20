//! ListResourcesForWebACL.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ListResourcesForWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_ListResourcesForWebACL.html) takes.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(rename = "WebACLArn")]
    web_acl_arn: String,
    #[serde(rename = "ResourceType", default = "load_balancers")]
    resource_type: String,
}

fn load_balancers() -> String {
    "APPLICATION_LOAD_BALANCER".to_owned()
}

/// What it answers: ARNs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resource_arns: Vec<String>,
}

/// Lists the resources of a type that are associated with a web ACL. There are load balancers only.
///
/// # Errors
/// `WAFNonexistentItemException`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let state = &region.wafv2;
    state.web_acl(&input.web_acl_arn)?;
    let theirs = state.associations.iter().filter(|(_, acl)| **acl == input.web_acl_arn);
    let meant = theirs.filter(|_| input.resource_type == load_balancers());
    Ok(Output { resource_arns: meant.map(|(resource, _)| resource.clone()).collect() })
}
