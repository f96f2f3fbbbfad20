//! RemoveTrustStoreRevocations.

use super::trust_store::revocation_not_found;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [RemoveTrustStoreRevocations](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveTrustStoreRevocations.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    trust_store_arn: String,
    revocation_ids: Vec<u64>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Removes revocation lists of a trust store, all or none.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`, `RevocationIdNotFound`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let store = region.elbv2.trust_store_mut(&input.trust_store_arn)?;
    if let Some(unknown) = input.revocation_ids.iter().find(|id| !store.revocations.contains_key(id)) {
        return Err(revocation_not_found(*unknown));
    }
    store.revocations.retain(|id, _| !input.revocation_ids.contains(id));
    Ok(Output {})
}
