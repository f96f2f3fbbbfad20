//! What EBS holds in one region.

use super::attachment::Attachment;
use super::fast_restore::{FastRestore, Key};
use super::id;
use super::snapshot::Snapshot;
use super::token::Tokens;
use super::volume::Volume;
use crate::{ApiError, Tags, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How long what is over is kept, in milliseconds: who waits for a change by itself still hears of it.
const KEPT: u64 = 60_000;

/// Volumes, snapshots and what belongs to them.
#[derive(Debug, Default, Clone)]
pub struct State {
    pub(super) volumes: BTreeMap<String, Volume>,
    pub(super) snapshots: BTreeMap<String, Snapshot>,
    pub(super) fast_restores: BTreeMap<Key, FastRestore>,
    pub(super) tokens: Tokens,
    /// Instance and volume of each attachment, until it is tidied up.
    attached: BTreeSet<(String, String)>,
    /// When something about a volume changes by itself.
    due: BTreeSet<(Timestamp, String)>,
}

impl State {
    /// Volumes that are there.
    pub fn volumes(&self, now: Timestamp) -> impl Iterator<Item = (&String, &Volume)> {
        self.volumes.iter().filter(move |(_, volume)| volume.exists(now))
    }

    /// A volume that is there.
    ///
    /// # Errors
    /// `InvalidParameterValue` for what is no id, `InvalidVolume.NotFound`.
    pub fn volume(&self, id: &str, now: Timestamp) -> Result<&Volume, ApiError> {
        id::check_volume(id)?;
        let found = self.volumes.get(id).filter(|volume| volume.exists(now));
        found.ok_or_else(|| volume_not_found(id))
    }

    /// A volume that is there, for a change.
    ///
    /// # Errors
    /// As [`Self::volume`].
    pub(super) fn volume_mut(&mut self, id: &str, now: Timestamp) -> Result<&mut Volume, ApiError> {
        id::check_volume(id)?;
        let found = self.volumes.get_mut(id).filter(|volume| volume.exists(now));
        found.ok_or_else(|| volume_not_found(id))
    }

    /// A snapshot.
    ///
    /// # Errors
    /// `InvalidParameterValue` for what is no id, `InvalidSnapshot.NotFound`.
    pub fn snapshot(&self, id: &str) -> Result<&Snapshot, ApiError> {
        id::check_snapshot(id)?;
        let missing = || {
            ApiError::new(
                "InvalidSnapshot.NotFound",
                format!("The snapshot '{id}' does not exist."),
            )
        };
        self.snapshots.get(id).ok_or_else(missing)
    }

    /// The attachments of an instance, each with its volume.
    pub fn attached<'a>(
        &'a self,
        instance_id: &'a str,
        now: Timestamp,
    ) -> impl Iterator<Item = (&'a String, &'a Volume, &'a Attachment)> {
        let first = (instance_id.to_owned(), String::new());
        let pairs = self
            .attached
            .range(first..)
            .take_while(move |(instance, _)| instance == instance_id);
        pairs.filter_map(move |(_, id)| {
            let (id, volume) = self.volumes.get_key_value(id)?;
            let attachment = volume
                .attachments(now)
                .find(|attachment| attachment.instance_id == instance_id)?;
            Some((id, volume, attachment))
        })
    }

    /// The tags of a volume or a snapshot that is there.
    pub(crate) fn tags_mut(&mut self, id: &str, now: Timestamp) -> Option<&mut Tags> {
        let volume = self.volumes.get_mut(id).filter(|volume| volume.exists(now));
        let tags = volume.map(|volume| &mut volume.tags);
        tags.or_else(|| self.snapshots.get_mut(id).map(|snapshot| &mut snapshot.tags))
    }

    /// Volumes and snapshots: type, id, tags.
    pub(crate) fn tagged(&self, now: Timestamp) -> impl Iterator<Item = (&'static str, &String, &Tags)> {
        let volumes = self.volumes(now).map(|(id, volume)| ("volume", id, &volume.tags));
        let snapshots = self
            .snapshots
            .iter()
            .map(|(id, snapshot)| ("snapshot", id, &snapshot.tags));
        volumes.chain(snapshots)
    }

    /// Adds a volume, attached or not.
    pub(crate) fn insert(&mut self, id: String, volume: Volume) {
        self.due.insert((volume.available_from, id.clone()));
        for attachment in &volume.attachments {
            self.attached.insert((attachment.instance_id.clone(), id.clone()));
        }
        self.volumes.insert(id, volume);
    }

    /// Adds an attachment of a volume that is there.
    pub(super) fn attach(&mut self, volume_id: &str, attachment: Attachment) {
        self.due.insert((attachment.attached_from, volume_id.to_owned()));
        self.attached
            .insert((attachment.instance_id.clone(), volume_id.to_owned()));
        if let Some(volume) = self.volumes.get_mut(volume_id) {
            volume.attachments.push(attachment);
        }
    }

    /// Remembers that something about a volume changes at a time.
    pub(super) fn expect(&mut self, at: Timestamp, volume_id: &str) {
        self.due.insert((at, volume_id.to_owned()));
    }

    /// The next time after `since` at which something changes by itself.
    pub fn next_change(&self, since: Timestamp) -> Option<Timestamp> {
        let (next, _) = self.due.range((since.after(1), String::new())..).next()?;
        Some(*next)
    }

    /// Drops what has been over for a while: attachments, and volumes that were deleted.
    pub(super) fn settle(&mut self, now: Timestamp) {
        while self.due.first().is_some_and(|(at, _)| at.after(KEPT) <= now) {
            if let Some((_, id)) = self.due.pop_first() {
                self.tidy(&id, now);
            }
        }
    }

    fn tidy(&mut self, id: &str, now: Timestamp) {
        let Some(volume) = self.volumes.get_mut(id) else { return };
        let over: Vec<Attachment> = volume
            .attachments
            .extract_if(.., |attachment| !attachment.exists(now))
            .collect();
        let left = |instance: &str| {
            volume
                .attachments
                .iter()
                .any(|attachment| attachment.instance_id == instance)
        };
        for attachment in over {
            if !left(&attachment.instance_id) {
                self.attached.remove(&(attachment.instance_id, id.to_owned()));
            }
        }
        if !volume.exists(now) {
            self.volumes.remove(id);
            self.tokens.forget(id);
        }
    }

    /// The volume that the same request made before with its client token, if it is still there.
    ///
    /// # Errors
    /// As [`Tokens::made`].
    pub(super) fn made(
        &self,
        token: Option<&str>,
        request: &str,
        now: Timestamp,
    ) -> Result<Option<(&String, &Volume)>, ApiError> {
        let there = |id: &str| self.volumes.get_key_value(id).filter(|(_, volume)| volume.exists(now));
        self.tokens
            .made(token, request, |id| there(id).is_some())
            .map(|id| id.and_then(there))
    }
}

fn volume_not_found(id: &str) -> ApiError {
    ApiError::new("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."))
}
