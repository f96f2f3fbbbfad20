//! RemoveListenerCertificates.

use super::listener::Certificate;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [RemoveListenerCertificates](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveListenerCertificates.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    certificates: Vec<Certificate>,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Removes certificates beside the default one. Those that are not there are no error.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let listener = region.elbv2.listener_mut(&input.listener_arn)?;
    let leaves = |arn: &String| input.certificates.iter().any(|removed| removed.certificate_arn == *arn);
    listener.certificates.retain(|arn| !leaves(arn));
    Ok(Output {})
}
