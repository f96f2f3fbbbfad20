//! AddListenerCertificates.

use super::listener::{Certificate, Listener};
use super::{limits, tls};
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

/// Adds certificates beside the default one. Those that are there stay; the default one itself can be among them, and does not count.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`, `InvalidConfigurationRequest` for a listener without TLS, `TooManyCertificates`, and those of
/// [`tls::check_certificate`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &region.elbv2;
    let listener = state.listener(&input.listener_arn)?;
    if !listener.protocol.is_secure() {
        let message = "Certificates can be added to TLS and HTTPS listeners only";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    let mut all = listener.certificates.clone();
    for Certificate { certificate_arn, .. } in &input.certificates {
        tls::check_certificate(certificate_arn, &region.acm, context.now)?;
        if !all.contains(certificate_arn) {
            all.push(certificate_arn.clone());
        }
    }
    let count = |listener: &Listener, all: &[String]| {
        all.iter().filter(|arn| listener.tls.certificate.as_ref() != Some(arn)).count()
    };
    let of_load_balancer: usize =
        state.listeners_of(&listener.load_balancer_arn).map(|other| count(other, &other.certificates)).sum();
    let count = of_load_balancer + count(listener, &all) - count(listener, &listener.certificates);
    limits::certificates(listener.protocol.belongs_to()).allow(count, &context.quotas)?;
    region.elbv2.listener_mut(&input.listener_arn)?.certificates = all;
    let added = input.certificates.into_iter().map(|added| Certificate { is_default: Some(false), ..added });
    Ok(Output { certificates: added.collect() })
}
