//! A snapshot.

use super::lock::Lock;
use super::modification::percent;
use crate::{Tags, Timestamp};

/// A snapshot of a volume.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The volume.
    pub volume_id: String,
    /// GiB of the volume.
    pub size: u32,
    /// Description.
    pub description: String,
    /// ARN of its key, if it is encrypted.
    pub kms_key: Option<String>,
    /// When it was asked for.
    pub started: Timestamp,
    /// From when on volumes can be made of it.
    pub completed_from: Timestamp,
    /// What keeps it from being deleted.
    pub lock: Option<Lock>,
    /// Tags.
    pub tags: Tags,
}

impl Snapshot {
    /// `pending` or `completed`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        if now < self.completed_from {
            "pending"
        } else {
            "completed"
        }
    }

    /// Such as `42%`.
    pub fn progress(&self, now: Timestamp) -> String {
        format!("{}%", percent(self.started, self.completed_from, now))
    }
}
