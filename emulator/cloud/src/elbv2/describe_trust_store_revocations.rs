//! DescribeTrustStoreRevocations.

use super::request::Page;
use super::trust_store::{RevocationDescription, revocation_not_found};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [DescribeTrustStoreRevocations](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTrustStoreRevocations.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    trust_store_arn: String,
    #[serde(default)]
    revocation_ids: Vec<u64>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of revocation lists.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    trust_store_revocations: Vec<RevocationDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the revocation lists of a trust store that are named, or all.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`, `RevocationIdNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let Input { trust_store_arn, revocation_ids, marker, page_size } = input;
    let store = region.elbv2.trust_store(&trust_store_arn)?;
    if let Some(unknown) = revocation_ids.iter().find(|id| !store.revocations.contains_key(id)) {
        return Err(revocation_not_found(*unknown));
    }
    let is_meant = |id: &u64| revocation_ids.is_empty() || revocation_ids.contains(id);
    let found = store.revocations.iter().filter(|(id, _)| is_meant(id));
    // Numbers in the order of numbers: page tokens are texts.
    let found = found.map(|(id, revocation)| (format!("{id:020}"), id, revocation)).collect();
    let (found, next_marker) = Page { marker, page_size }.of(found, |(key, ..): &(String, _, _)| key)?;
    let describe = |(_, id, revocation): (_, &u64, _)| RevocationDescription::of(&trust_store_arn, *id, revocation);
    Ok(Output { trust_store_revocations: found.into_iter().map(describe).collect(), next_marker })
}
