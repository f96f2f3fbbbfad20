//! ListWebACLs.

use super::web_acl::{Summary, check_scope, invalid};
use crate::{ApiError, Context, Region, page};
use serde::{Deserialize, Serialize};

const MOST_PER_PAGE: usize = 100;

/// What [ListWebACLs](https://docs.aws.amazon.com/waf/latest/APIReference/API_ListWebACLs.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    scope: String,
    next_marker: Option<String>,
    limit: Option<usize>,
}

/// What it answers: a page of web ACLs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "WebACLs")]
    web_acls: Vec<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Lists the web ACLs of a scope.
///
/// # Errors
/// `WAFInvalidParameterException`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    check_scope(&input.scope)?;
    let size = input.limit.unwrap_or(MOST_PER_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&size) {
        return Err(invalid(format!("The limit '{size}' must be from 1 to {MOST_PER_PAGE}")));
    }
    let in_scope = region.wafv2.web_acls.iter().filter(|(_, acl)| acl.scope == input.scope);
    let all = in_scope.map(|(arn, acl)| Summary::of(arn, acl)).collect();
    let (web_acls, next_marker) =
        page::page(all, |summary: &Summary| &summary.arn, input.next_marker.as_deref(), Some(size));
    Ok(Output { web_acls, next_marker })
}
