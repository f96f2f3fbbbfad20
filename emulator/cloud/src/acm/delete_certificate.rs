//! DeleteCertificate.

use super::summary::used_by;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DeleteCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// What it answers: nothing.
#[derive(Debug, Serialize)]
pub struct Output {}

/// Deletes a certificate that no listener serves with.
///
/// # Errors
/// `InvalidArnException`, `ResourceNotFoundException`, `ResourceInUseException`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let arn = input.certificate_arn;
    region.acm.certificate(&arn)?;
    if !used_by(region, &arn).is_empty() {
        let message = format!("Certificate {arn} is in use");
        return Err(ApiError::new("ResourceInUseException", message));
    }
    region.acm.certificates.remove(&arn);
    Ok(Output {})
}
