//! ListWebACLs.

use super::state::Summary;
use crate::{ApiError, Context, Region, page};
use serde::{Deserialize, Serialize};

/// What [ListWebACLs](https://docs.aws.amazon.com/waf/latest/APIReference/API_wafRegional_ListWebACLs.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    next_marker: Option<String>,
    limit: Option<usize>,
}

/// What it answers: a page of web ACLs.
#[derive(Debug, Serialize)]
pub struct Output {
    #[serde(rename = "WebACLs")]
    web_acls: Vec<Summary>,
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Lists the web ACLs.
///
/// # Errors
/// None.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let all = region.waf_regional.web_acls.iter().map(|(id, acl)| Summary::of(id, acl)).collect();
    let (web_acls, next_marker) =
        page::page(all, |summary: &Summary| &summary.id, input.next_marker.as_deref(), input.limit);
    Ok(Output { web_acls, next_marker })
}
