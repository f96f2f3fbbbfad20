//! Trust stores: the certificate authorities whose clients a listener lets in, and what they revoked.

use crate::Tags;
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
        self.bundle.matches("-----BEGIN CERTIFICATE-----").count()
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
