//! AddListenerCertificates.

use super::limits;
use super::listener::Certificate;
use super::target_group::Protocol;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [AddListenerCertificates](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    certificates: Vec<Certificate>,
}

/// What it answers: the certificates that were added.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificates: Vec<Certificate>,
}

/// Adds certificates beside the default one. Those that are there stay.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`, `InvalidConfigurationRequest` for a listener without TLS, `TooManyCertificates`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let listener = region.elbv2.listener_mut(&input.listener_arn)?;
    if listener.protocol != Protocol::Tls {
        let message = "Certificates can be added to listeners with protocol TLS only";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    let mut all = listener.certificates.clone();
    for Certificate { certificate_arn, .. } in &input.certificates {
        if !all.contains(certificate_arn) {
            all.push(certificate_arn.clone());
        }
    }
    limits::CERTIFICATES.allow(all.len())?;
    listener.certificates = all;
    let added = input.certificates.into_iter().map(|added| Certificate { is_default: Some(false), ..added });
    Ok(Output { certificates: added.collect() })
}
