//! Locks of snapshots. See "Amazon EBS snapshot lock" in the EBS User Guide.

use crate::Timestamp;
use serde::Serialize;

/// Milliseconds of a day.
pub(super) const DAY: u64 = 86_400_000;

/// Who may take a lock away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Whoever has the permission.
    Governance,
    /// Nobody, once the cool-off period is over.
    Compliance,
}

/// A lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Who may take it away.
    pub mode: Mode,
    /// Hours in which a lock of compliance can still be taken away.
    pub cool_off: Option<u32>,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

impl Lock {
    /// When the cool-off period ends.
    pub fn cool_off_ends(&self) -> Option<Timestamp> {
        self.cool_off
            .map(|hours| self.created.after(u64::from(hours) * 3_600_000))
    }

    /// `governance`, `compliance-cooloff`, `compliance` or `expired`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        if now >= self.expires {
            return "expired";
        }
        match self.mode {
            Mode::Governance => "governance",
            Mode::Compliance if self.cool_off_ends().is_some_and(|ends| now < ends) => "compliance-cooloff",
            Mode::Compliance => "compliance",
        }
    }

    /// Whether the snapshot cannot be deleted.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

/// A lock in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LockItem {
    owner_id: Option<String>,
    snapshot_id: String,
    lock_state: &'static str,
    lock_duration: u64,
    cool_off_period: Option<u32>,
    cool_off_period_expires_on: Option<String>,
    lock_created_on: String,
    lock_expires_on: String,
    lock_duration_start_time: String,
}

impl LockItem {
    /// As it is now.
    pub(super) fn new(snapshot_id: &str, lock: &Lock, now: Timestamp) -> Self {
        Self {
            owner_id: None,
            snapshot_id: snapshot_id.to_owned(),
            lock_state: lock.state(now),
            lock_duration: lock.expires.0.saturating_sub(lock.created.0).div_ceil(DAY),
            cool_off_period: lock.cool_off,
            cool_off_period_expires_on: lock.cool_off_ends().map(Timestamp::iso8601),
            lock_created_on: lock.created.iso8601(),
            lock_expires_on: lock.expires.iso8601(),
            lock_duration_start_time: lock.created.iso8601(),
        }
    }

    /// The same with whose snapshot it is.
    pub(super) fn of_owner(self, account: &str) -> Self {
        Self {
            owner_id: Some(account.to_owned()),
            ..self
        }
    }
}
