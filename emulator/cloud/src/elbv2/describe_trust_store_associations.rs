//! DescribeTrustStoreAssociations.

use super::request::Page;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [DescribeTrustStoreAssociations](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTrustStoreAssociations.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    trust_store_arn: String,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of listeners.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    trust_store_associations: Vec<Association>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Association {
    resource_arn: String,
}

/// Lists the listeners that use a trust store.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    region.elbv2.trust_store(&input.trust_store_arn)?;
    let listeners = region.elbv2.listeners_trusting(&input.trust_store_arn).into_iter();
    let all = listeners.map(|arn| Association { resource_arn: arn.to_owned() }).collect();
    let page = Page { marker: input.marker, page_size: input.page_size };
    let (trust_store_associations, next_marker) = page.of(all, |found: &Association| &found.resource_arn)?;
    Ok(Output { trust_store_associations, next_marker })
}
