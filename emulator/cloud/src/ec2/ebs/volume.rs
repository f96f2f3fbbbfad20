//! A volume.

use super::attachment::Attachment;
use super::modification::Modification;
use super::settings::Settings;
use crate::{Tags, Timestamp};

/// What a volume begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Zeros.
    Blank,
    /// The blocks of a snapshot.
    Snapshot {
        /// Its id.
        id: String,
        /// Whether they are all there from the beginning.
        fast_restored: bool,
        /// MiB per second at which they are fetched, if that was asked for.
        rate: Option<u32>,
    },
    /// The blocks of another volume.
    Volume {
        /// Its id.
        id: String,
    },
}

/// A volume. What it is doing follows from the time.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Zone name.
    pub zone: String,
    /// Size and performance before the latest modification.
    pub settings: Settings,
    /// The latest modification.
    pub modification: Option<Modification>,
    /// What it began with.
    pub origin: Origin,
    /// ARN of its key, if it is encrypted.
    pub kms_key: Option<String>,
    /// When it was asked for.
    pub created: Timestamp,
    /// From when on it can be attached.
    pub available_from: Timestamp,
    /// From when on all blocks are there.
    pub initialized_from: Timestamp,
    /// Where it is attached.
    pub attachments: Vec<Attachment>,
    /// From when on it is no more.
    pub gone_from: Option<Timestamp>,
    /// Whether I/O goes on after AWS found its data to be inconsistent.
    pub auto_enable_io: bool,
    /// Tags.
    pub tags: Tags,
}

impl Volume {
    /// Size and performance now: those of a modification count once it is `optimizing`.
    pub fn settings(&self, now: Timestamp) -> Settings {
        match &self.modification {
            Some(modification) if now >= modification.optimizing_from => modification.target,
            _ => self.settings,
        }
    }

    /// Whether it is still there.
    pub fn exists(&self, now: Timestamp) -> bool {
        self.gone_from.is_none_or(|gone| now < gone)
    }

    /// `creating`, `available`, `in-use` or `deleting`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        if self.gone_from.is_some() {
            "deleting"
        } else if now < self.available_from {
            "creating"
        } else if self.attachments(now).next().is_some() {
            "in-use"
        } else {
            "available"
        }
    }

    /// Attachments of which there is still something.
    pub fn attachments(&self, now: Timestamp) -> impl Iterator<Item = &Attachment> {
        self.attachments.iter().filter(move |attachment| attachment.exists(now))
    }

    /// The snapshot that it came from.
    pub fn snapshot_id(&self) -> Option<&str> {
        match &self.origin {
            Origin::Snapshot { id, .. } => Some(id),
            Origin::Blank | Origin::Volume { .. } => None,
        }
    }

    /// The volume that it was copied from.
    pub fn source_volume_id(&self) -> Option<&str> {
        match &self.origin {
            Origin::Volume { id } => Some(id),
            Origin::Blank | Origin::Snapshot { .. } => None,
        }
    }

    /// Whether it came from a snapshot with fast restore.
    pub fn fast_restored(&self) -> bool {
        matches!(
            &self.origin,
            Origin::Snapshot {
                fast_restored: true,
                ..
            }
        )
    }

    /// MiB per second at which the blocks of its snapshot are fetched, if that was asked for.
    pub fn initialization_rate(&self) -> Option<u32> {
        match self.origin {
            Origin::Snapshot { rate, .. } => rate,
            Origin::Blank | Origin::Volume { .. } => None,
        }
    }
}
