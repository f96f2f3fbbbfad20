//! AddTrustStoreRevocations.

use super::limits;
use super::trust_store::{Revocation, RevocationDescription, count_lists};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [AddTrustStoreRevocations](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTrustStoreRevocations.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    trust_store_arn: String,
    revocation_contents: Vec<RevocationContent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevocationContent {
    s3_bucket: String,
    s3_key: String,
}

/// What it answers: the lists that were added.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    trust_store_revocations: Vec<RevocationDescription>,
}

/// Adds revocation lists that the world has among its objects. They are kept as records: a list counts as one entry.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`, `RevocationContentNotFound`, `InvalidRevocationContent`,
/// `TooManyTrustStoreRevocationEntries`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let arn = input.trust_store_arn;
    let store = region.elbv2.trust_store_mut(&arn)?;
    let mut added = Vec::new();
    for RevocationContent { s3_bucket, s3_key } in input.revocation_contents {
        let Some(content) = context.object(&s3_bucket, &s3_key) else {
            let message = format!("The world has no object '{s3_key}' in the bucket '{s3_bucket}'");
            return Err(ApiError::new("RevocationContentNotFound", message));
        };
        let entries = count_lists(content) as u64;
        if entries == 0 {
            let message = format!("The object '{s3_key}' in the bucket '{s3_bucket}' has no PEM revocation list");
            return Err(ApiError::new("InvalidRevocationContent", message));
        }
        added.push(Revocation { content: content.to_owned(), entries });
    }
    let total = store.revoked_entries() + added.iter().map(|revocation| revocation.entries).sum::<u64>();
    limits::REVOCATIONS.allow(usize::try_from(total).unwrap_or(usize::MAX), &context.quotas)?;
    let mut trust_store_revocations = Vec::new();
    for revocation in added {
        let id = store.next_revocation;
        trust_store_revocations.push(RevocationDescription::of(&arn, id, &revocation));
        store.revocations.insert(id, revocation);
        store.next_revocation += 1;
    }
    Ok(Output { trust_store_revocations })
}
