//! Trust stores: the certificate authorities whose clients a listener lets in, and what they revoked.

use crate::{ApiError, Tags};
use serde::Serialize;
use std::collections::BTreeMap;

/// A trust store.
#[derive(Debug, Clone)]
pub struct TrustStore {
    /// Name, unique in the region.
    pub name: String,
    /// Certificates of authorities, PEM.
    pub bundle: String,
    /// Revocation lists by id.
    pub revocations: BTreeMap<u64, Revocation>,
    /// The id of the next revocation list.
    pub next_revocation: u64,
    /// Tags.
    pub tags: Tags,
}

/// A revocation list.
#[derive(Debug, Clone)]
pub struct Revocation {
    /// The list, PEM.
    pub content: String,
    /// How many certificates it revokes.
    pub entries: u64,
}

impl TrustStore {
    /// How many certificates the bundle has.
    pub fn authorities(&self) -> usize {
        count_authorities(&self.bundle)
    }

    /// How many certificates are revoked.
    pub fn revoked_entries(&self) -> u64 {
        self.revocations.values().map(|revocation| revocation.entries).sum()
    }
}

/// A trust store as DescribeTrustStores shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    name: String,
    trust_store_arn: String,
    status: &'static str,
    number_of_ca_certificates: usize,
    total_revoked_entries: u64,
}

impl Description {
    /// Describes a trust store.
    pub fn of(arn: &str, store: &TrustStore) -> Self {
        Self {
            name: store.name.clone(),
            trust_store_arn: arn.to_owned(),
            status: "ACTIVE",
            number_of_ca_certificates: store.authorities(),
            total_revoked_entries: store.revoked_entries(),
        }
    }
}

/// A revocation list as DescribeTrustStoreRevocations shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevocationDescription {
    trust_store_arn: String,
    revocation_id: u64,
    revocation_type: &'static str,
    number_of_revoked_entries: u64,
}

impl RevocationDescription {
    /// Describes a revocation list of the trust store with this ARN.
    pub fn of(arn: &str, id: u64, revocation: &Revocation) -> Self {
        Self {
            trust_store_arn: arn.to_owned(),
            revocation_id: id,
            revocation_type: "CRL",
            number_of_revoked_entries: revocation.entries,
        }
    }
}

/// How many certificates a text has, PEM.
pub fn count_authorities(text: &str) -> usize {
    text.matches("-----BEGIN CERTIFICATE-----").count()
}

/// How many revocation lists a text has, PEM.
pub fn count_lists(text: &str) -> usize {
    text.matches("-----BEGIN X509 CRL-----").count()
}

/// The error for the id of a revocation list that does not exist.
pub(super) fn revocation_not_found(id: u64) -> ApiError {
    ApiError::new("RevocationIdNotFound", format!("Revocation '{id}' not found"))
}
