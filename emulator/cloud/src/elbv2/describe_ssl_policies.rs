//! DescribeSSLPolicies.

use super::request::Page;
use super::ssl_policy::{self, SslPolicy};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeSSLPolicies](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeSSLPolicies.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of policies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ssl_policies: Vec<SslPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the security policies that are named, or all.
///
/// # Errors
/// `ValidationError`, `SSLPolicyNotFound`.
pub fn call(_: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    if let Some(unknown) = input.names.iter().find(|name| !ssl_policy::exists(name)) {
        return Err(ApiError::new("SSLPolicyNotFound", format!("SSL policy '{unknown}' not found")));
    }
    let mut policies = ssl_policy::all();
    policies.retain(|policy| input.names.is_empty() || input.names.iter().any(|name| name == policy.name));
    let page = Page { marker: input.marker, page_size: input.page_size };
    let (ssl_policies, next_marker) = page.of(policies, |policy| policy.name)?;
    Ok(Output { ssl_policies, next_marker })
}
