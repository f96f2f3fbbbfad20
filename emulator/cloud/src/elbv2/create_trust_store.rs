//! CreateTrustStore.

use super::tags::Tag;
use super::trust_store::{Description, TrustStore, count_authorities};
use super::{arn, limits, request, tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What [CreateTrustStore](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTrustStore.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    ca_certificates_bundle_s3_bucket: String,
    ca_certificates_bundle_s3_key: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: the trust store.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    trust_stores: Vec<Description>,
}

/// Creates a trust store from a bundle that the world has among its objects.
///
/// # Errors
/// `ValidationError`, `DuplicateTrustStoreName`, `TooManyTrustStores`, `CaCertificatesBundleNotFound`, `InvalidCaCertificatesBundle`,
/// `TooManyTags`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    request::check_name("trust store", &input.name)?;
    let tags = tags::parse(input.tags)?;
    let state = &mut region.elbv2;
    if state.trust_stores.values().any(|existing| existing.name == input.name) {
        let message = format!("A trust store with the name '{}' exists", input.name);
        return Err(ApiError::new("DuplicateTrustStoreName", message));
    }
    limits::TRUST_STORES.allow(state.trust_stores.len() + 1, &context.quotas)?;
    let bundle = bundle(context, &input.ca_certificates_bundle_s3_bucket, &input.ca_certificates_bundle_s3_key)?;
    let id = context.ids.hex(16);
    let arn = arn::trust_store(context, &input.name, &id);
    let store = TrustStore { name: input.name, bundle, revocations: BTreeMap::new(), next_revocation: 1, tags };
    let description = Description::of(&arn, &store);
    state.trust_stores.insert(arn, store);
    Ok(Output { trust_stores: vec![description] })
}

/// The bundle of certificates in an object.
///
/// # Errors
/// `CaCertificatesBundleNotFound`, `InvalidCaCertificatesBundle` for one without certificates or with too many.
pub(super) fn bundle(context: &Context, bucket: &str, key: &str) -> Result<String, ApiError> {
    let Some(bundle) = context.object(bucket, key) else {
        let message = format!("The world has no object '{key}' in the bucket '{bucket}'");
        return Err(ApiError::new("CaCertificatesBundleNotFound", message));
    };
    let authorities = count_authorities(bundle);
    limits::AUTHORITIES.allow(authorities, &context.quotas)?;
    if authorities == 0 {
        let message = format!("The object '{key}' in the bucket '{bucket}' has no PEM certificates");
        return Err(ApiError::new("InvalidCaCertificatesBundle", message));
    }
    Ok(bundle.to_owned())
}
