//! DescribeAccountLimits.

use super::limits;
use super::request::Page;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeAccountLimits](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeAccountLimits.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of quotas.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    limits: Vec<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    name: &'static str,
    max: String,
}

/// Lists the quotas that this emulator keeps to.
///
/// # Errors
/// `ValidationError`.
pub fn call(_: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let all = limits::ALL.iter().map(|limit| Limit { name: limit.name, max: limit.max(&context.quotas).to_string() });
    let page = Page { marker: input.marker, page_size: input.page_size };
    let (limits, next_marker) = page.of(all.collect(), |limit| limit.name)?;
    Ok(Output { limits, next_marker })
}
