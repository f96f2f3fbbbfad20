//! RequestCertificate.

use super::authority::{Authority, Order};
use super::certificate::{Certificate, Origin};
use super::import_certificate::check_count;
use super::request;
use super::tags::{self, Tag};
use crate::{ApiError, Context, Region, Tags};
use serde::{Deserialize, Serialize};

/// How long validation and issuing take: on AWS, and otherwise; milliseconds.
const ISSUING: (u64, u64) = (180_000, 20);
/// For how long a token stands for the same request, in milliseconds.
const TOKEN_LIFETIME: u64 = 3_600_000;
const DAY: u64 = 86_400;
/// Days that a certificate is valid.
const VALIDITY: u64 = 395;

/// What [RequestCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    domain_name: String,
    #[serde(default)]
    subject_alternative_names: Vec<String>,
    validation_method: Option<String>,
    idempotency_token: Option<String>,
    certificate_authority_arn: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: the ARN.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate_arn: String,
}

/// Requests a certificate, which the emulator's own authority issues a little later, whether or not the validation records are anywhere.
/// Its key is of the curve P-256, whatever key algorithm is asked for.
///
/// # Errors
/// `ValidationException`, `LimitExceededException`, `InvalidTagException`, `TooManyTagsException`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let mut names = vec![input.domain_name];
    for name in input.subject_alternative_names {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    request::check_names(&names)?;
    let token = input.idempotency_token;
    if let Some(arn) = requested_before(region, token.as_deref(), &names, context) {
        return Ok(Output { certificate_arn: arn });
    }
    let method = input.validation_method.unwrap_or_else(|| "EMAIL".to_owned());
    if !matches!(&*method, "DNS" | "EMAIL" | "HTTP") {
        let message = format!("The validation method '{method}' must be DNS, EMAIL or HTTP");
        return Err(ApiError::new("ValidationException", message));
    }
    let tags = tags::over(&Tags::new(), input.tags)?;
    check_count(region.acm.certificates.len() + 1)?;
    let mut certificate = issue(names, context)?;
    certificate.tags = tags;
    certificate.idempotency_token = token;
    match input.certificate_authority_arn {
        Some(authority) => certificate.origin = Origin::Private(authority),
        None => certificate.validation_method = Some(method),
    }
    let arn = request::arn(&context.region, &context.account, &context.ids.uuid());
    region.acm.certificates.insert(arn.clone(), certificate);
    Ok(Output { certificate_arn: arn })
}

/// The certificate that the same request with the same token made within the hour.
fn requested_before(region: &Region, token: Option<&str>, names: &[String], context: &Context) -> Option<String> {
    let token = token?;
    let mut all = region.acm.certificates.iter();
    let same = all.find(|(_, existing)| {
        existing.idempotency_token.as_deref() == Some(token)
            && existing.subject_alternative_names == names
            && context.now < existing.created.after(TOKEN_LIFETIME)
    });
    same.map(|(arn, _)| arn.clone())
}

fn issue(names: Vec<String>, context: &mut Context) -> Result<Certificate, ApiError> {
    let issued_from = context.now.after(context.timing.choose(ISSUING.0, ISSUING.1));
    let midnight = context.now.0 / 1000 / DAY * DAY;
    let seed = context.ids.hex(32) + &context.ids.hex(32);
    let authority = Authority::of(context.seed);
    let order =
        Order { names: &names, seed: &seed, not_before: midnight, not_after: midnight + VALIDITY * DAY };
    let issued = authority.issue(&order)?;
    let certificate = Certificate::issued(names, issued, authority.certificate()?, issued_from)?;
    Ok(Certificate { created: context.now, ..certificate })
}
