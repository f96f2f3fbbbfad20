//! DescribeTrustStores.

use super::arn::Kind;
use super::request::{Page, Selection};
use super::trust_store::Description;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeTrustStores](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTrustStores.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    trust_store_arns: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of trust stores.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    trust_stores: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the trust stores that are named, or all.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let Input { trust_store_arns, names, marker, page_size } = input;
    let selection = Selection { arns: trust_store_arns, names };
    let found = selection.of(Kind::TrustStore, region.elbv2.trust_stores.iter(), |found| &found.name)?;
    let (found, next_marker) = Page { marker, page_size }.of(found, |(arn, _)| arn)?;
    let trust_stores = found.into_iter().map(|(arn, store)| Description::of(arn, store)).collect();
    Ok(Output { trust_stores, next_marker })
}
