//! CreateWebACL.

use super::web_acl::{Summary, WebAcl, arn, check_scope, invalid};
use crate::acm::tags::{self, Tag};
use crate::{ApiError, Context, Region, Tags};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What [CreateWebACL](https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    scope: String,
    default_action: Value,
    visibility_config: Value,
    #[serde(default)]
    description: String,
    #[serde(default)]
    rules: Vec<Value>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: a summary.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summary: Summary,
}

/// Creates a web ACL. Its rules are kept and shown, not applied.
///
/// # Errors
/// `WAFInvalidParameterException`, `WAFDuplicateItemException`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    check_scope(&input.scope)?;
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !(1..=128).contains(&input.name.len()) || !input.name.bytes().all(of_name) {
        return Err(invalid(format!("'{}' is not a valid name of a web ACL", input.name)));
    }
    let state = &mut region.wafv2;
    if state.web_acls.values().any(|existing| existing.name == input.name && existing.scope == input.scope) {
        let message = format!("A web ACL with the name '{}' exists", input.name);
        return Err(ApiError::new("WAFDuplicateItemException", message));
    }
    let created = WebAcl {
        id: context.ids.uuid(),
        name: input.name,
        scope: input.scope,
        description: input.description,
        default_action: input.default_action,
        rules: input.rules,
        visibility_config: input.visibility_config,
        lock_token: context.ids.uuid(),
        tags: tags::over(&Tags::new(), input.tags).map_err(|error| invalid(error.message))?,
    };
    let arn = arn(&context.region, &context.account, &created.scope, &created.name, &created.id);
    let summary = Summary::of(&arn, &created);
    state.web_acls.insert(arn, created);
    Ok(Output { summary })
}
