//! What the list and the description of certificates both show.

use super::certificate::{Certificate, Origin};
use crate::{Region, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// What all certificates are for.
pub const KEY_USAGE: &str = "DIGITAL_SIGNATURE";
/// For whom they are used.
pub const EXTENDED_KEY_USAGE: &str = "TLS_WEB_SERVER_AUTHENTICATION";

/// The part of a certificate that both show alike.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Summary {
    /// ARN.
    pub certificate_arn: String,
    domain_name: String,
    status: &'static str,
    #[serde(rename = "Type")]
    kind: &'static str,
    key_algorithm: String,
    renewal_eligibility: &'static str,
    created_at: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<f64>,
}

impl Summary {
    /// Of a certificate at a time.
    pub fn of(arn: &str, certificate: &Certificate, used: bool, now: Timestamp) -> Self {
        let is_issued = certificate.is_issued(now);
        let imported = certificate.origin == Origin::Imported;
        let time = |time: Timestamp, shown: bool| shown.then(|| time.seconds());
        Self {
            certificate_arn: arn.to_owned(),
            domain_name: certificate.domain_name.clone(),
            status: certificate.status(now),
            kind: certificate.origin.name(),
            key_algorithm: certificate.facts.key_algorithm.clone(),
            renewal_eligibility: if used && !imported { "ELIGIBLE" } else { "INELIGIBLE" },
            created_at: certificate.created.seconds(),
            issued_at: time(certificate.issued_from, is_issued && !imported),
            imported_at: time(certificate.issued_from, imported),
            not_before: time(certificate.facts.not_before, is_issued),
            not_after: time(certificate.facts.not_after, is_issued),
        }
    }
}

/// ARNs of the load balancers whose listeners serve with a certificate.
pub fn used_by<'a>(region: &'a Region, arn: &'a str) -> BTreeSet<&'a str> {
    region
        .elbv2
        .listeners_serving(arn)
        .map(|(_, listener)| listener.load_balancer_arn.as_str())
        .collect()
}
