//! CreateWebACL.

use super::state::{WebAcl, change_token};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [CreateWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_wafRegional_CreateWebACL.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    metric_name: String,
    default_action: Action,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Action {
    #[serde(rename = "Type")]
    kind: String,
}

/// What it answers: the web ACL.
#[derive(Debug, Serialize)]
pub struct Output {
    #[serde(rename = "WebACL")]
    web_acl: Description,
    #[serde(rename = "ChangeToken")]
    change_token: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    #[serde(rename = "WebACLId")]
    id: String,
    name: String,
    metric_name: String,
    default_action: Action,
    rules: Vec<Action>,
}

/// Creates a web ACL without rules.
///
/// # Errors
/// `WAFInvalidParameterException` without a name.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    if input.name.is_empty() {
        return Err(crate::wafv2::web_acl::invalid("A web ACL must have a name".to_owned()));
    }
    let change_token = change_token(&context.ids);
    let id = context.ids.uuid();
    let created = WebAcl { name: input.name, metric_name: input.metric_name };
    let web_acl = Description {
        id: id.clone(),
        name: created.name.clone(),
        metric_name: created.metric_name.clone(),
        default_action: input.default_action,
        rules: Vec::new(),
    };
    region.waf_regional.web_acls.insert(id, created);
    Ok(Output { web_acl, change_token })
}
