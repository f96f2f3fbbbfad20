//! DeleteTrustStore.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteTrustStore](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTrustStore.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    trust_store_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a trust store that no listener uses.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`, `TrustStoreInUse`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.elbv2;
    let arn = input.trust_store_arn;
    state.trust_store(&arn)?;
    if !state.listeners_trusting(&arn).is_empty() {
        let message = format!("The trust store '{arn}' is currently in use by a listener");
        return Err(ApiError::new("TrustStoreInUse", message));
    }
    state.trust_stores.remove(&arn);
    Ok(Output {})
}
