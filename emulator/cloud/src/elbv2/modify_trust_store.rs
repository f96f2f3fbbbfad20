//! ModifyTrustStore.

use super::create_trust_store::bundle;
use super::trust_store::Description;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ModifyTrustStore](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTrustStore.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    trust_store_arn: String,
    ca_certificates_bundle_s3_bucket: String,
    ca_certificates_bundle_s3_key: String,
}

/// What it answers: the trust store as it now is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    trust_stores: Vec<Description>,
}

/// Replaces the bundle of a trust store.
///
/// # Errors
/// `ValidationError`, `TrustStoreNotFound`, `CaCertificatesBundleNotFound`, `InvalidCaCertificatesBundle`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let store = region.elbv2.trust_store_mut(&input.trust_store_arn)?;
    store.bundle = bundle(context, &input.ca_certificates_bundle_s3_bucket, &input.ca_certificates_bundle_s3_key)?;
    Ok(Output { trust_stores: vec![Description::of(&input.trust_store_arn, store)] })
}
