//! ListCertificates.

use super::request;
use super::summary::{EXTENDED_KEY_USAGE, KEY_USAGE, Summary, used_by};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// Most alternative names that the list shows.
const MOST_NAMES: usize = 100;

/// What [ListCertificates](https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    certificate_statuses: Vec<String>,
    #[serde(default)]
    includes: Filters,
    next_token: Option<String>,
    max_items: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
struct Filters {
    #[serde(default, rename = "keyTypes")]
    key_types: Vec<String>,
    #[serde(default, rename = "keyUsage")]
    key_usage: Vec<String>,
    #[serde(default, rename = "extendedKeyUsage")]
    extended_key_usage: Vec<String>,
}

/// What it answers: a page of certificates.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate_summary_list: Vec<ListEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListEntry {
    #[serde(flatten)]
    summary: Summary,
    subject_alternative_name_summaries: Vec<String>,
    has_additional_subject_alternative_names: bool,
    in_use: bool,
    key_usages: [&'static str; 1],
    extended_key_usages: [&'static str; 1],
}

/// Lists certificates that pass the filters. Where AWS lists RSA certificates only unless key types are named, all are listed here:
/// those that are issued here have keys of elliptic curves.
///
/// # Errors
/// `ValidationException`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let Input { certificate_statuses, includes, next_token, max_items } = input;
    let passes = |wanted: &[String], found: &str| {
        wanted.is_empty() || wanted.iter().any(|wanted| wanted == found || wanted == "ANY")
    };
    let listed = region.acm.certificates.iter().filter(|(_, certificate)| {
        passes(&certificate_statuses, certificate.status(context.now))
            && passes(&includes.key_types, &certificate.facts.key_algorithm)
            && passes(&includes.key_usage, KEY_USAGE)
            && passes(&includes.extended_key_usage, EXTENDED_KEY_USAGE)
    });
    let (listed, next_token) = request::page(listed.collect(), |(arn, _)| arn, next_token.as_deref(), max_items)?;
    let entry = |(arn, certificate): (&String, &super::certificate::Certificate)| {
        let in_use = !used_by(region, arn).is_empty();
        let names = &certificate.subject_alternative_names;
        ListEntry {
            summary: Summary::of(arn, certificate, in_use, context.now),
            subject_alternative_name_summaries: names.iter().take(MOST_NAMES).cloned().collect(),
            has_additional_subject_alternative_names: names.len() > MOST_NAMES,
            in_use,
            key_usages: [KEY_USAGE],
            extended_key_usages: [EXTENDED_KEY_USAGE],
        }
    };
    Ok(Output { certificate_summary_list: listed.into_iter().map(entry).collect(), next_token })
}
