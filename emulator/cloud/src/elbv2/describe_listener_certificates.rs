//! DescribeListenerCertificates.

use super::listener::Certificate;
use super::request::Page;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [DescribeListenerCertificates](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerCertificates.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// What it answers: a page of certificates.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificates: Vec<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Lists the certificates of a listener, the default one among them.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let listener = region.elbv2.listener(&input.listener_arn)?;
    let default = listener.tls.certificate.iter().map(|arn| (arn, true));
    let certificates = default.chain(listener.certificates.iter().map(|arn| (arn, false)));
    // The default one may be among the others as well: then it is listed twice.
    let describe = |(arn, is_default): (&String, bool)| {
        let shown = Certificate { certificate_arn: arn.clone(), is_default: Some(is_default) };
        (format!("{arn} {}", u8::from(!is_default)), shown)
    };
    let page = Page { marker: input.marker, page_size: input.page_size };
    let (certificates, next_marker) = page.of(certificates.map(describe).collect(), |(key, _)| key)?;
    Ok(Output { certificates: certificates.into_iter().map(|(_, shown)| shown).collect(), next_marker })
}
