//! GetCertificate.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [GetCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_GetCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// What it answers: PEM.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_chain: Option<String>,
}

/// Shows a certificate and its chain; for one that was requested, the chain is the emulator's authority.
///
/// # Errors
/// `InvalidArnException`, `ResourceNotFoundException`, `RequestInProgressException` before it is issued.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let found = region.acm.certificate(&input.certificate_arn)?;
    if !found.is_issued(context.now) {
        let message = format!("Certificate {} is not issued yet", input.certificate_arn);
        return Err(ApiError::new("RequestInProgressException", message));
    }
    Ok(Output { certificate: found.body.clone(), certificate_chain: found.chain.clone() })
}
