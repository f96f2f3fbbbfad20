//! DescribeSnapshots.

use super::describe_volumes::sse_type;
use super::id;
use super::paging::page_size;
use super::snapshot::Snapshot;
use crate::ec2::filter::{Filter, Resource, passing, select};
use crate::ec2::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which snapshots. There are none but the account's own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "SnapshotId")]
    ids: Vec<String>,
    #[serde(default, rename = "Owner")]
    owners: Vec<String>,
    #[serde(default)]
    restorable_by: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of snapshots.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    snapshot_set: Vec<SnapshotItem>,
    next_token: Option<String>,
}

/// A snapshot in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotItem {
    snapshot_id: String,
    volume_id: String,
    status: &'static str,
    start_time: String,
    completion_time: Option<String>,
    progress: String,
    owner_id: String,
    volume_size: u32,
    description: String,
    encrypted: bool,
    kms_key_id: Option<String>,
    sse_type: &'static str,
    storage_tier: &'static str,
    tag_set: Vec<TagItem>,
}

impl SnapshotItem {
    /// As it is now.
    pub(super) fn new(id: &str, snapshot: &Snapshot, context: &Context) -> Self {
        let now = context.now;
        Self {
            snapshot_id: id.to_owned(),
            volume_id: snapshot.volume_id.clone(),
            status: snapshot.state(now),
            start_time: snapshot.started.iso8601(),
            completion_time: (now >= snapshot.completed_from).then(|| snapshot.completed_from.iso8601()),
            progress: snapshot.progress(now),
            owner_id: context.account.clone(),
            volume_size: snapshot.size,
            description: snapshot.description.clone(),
            encrypted: snapshot.kms_key.is_some(),
            kms_key_id: snapshot.kms_key.clone(),
            sse_type: sse_type(snapshot.kms_key.as_ref()),
            storage_tier: "standard",
            tag_set: tag_set(&snapshot.tags),
        }
    }
}

impl Resource for Snapshot {
    const KIND: &'static str = "snapshot";
    const NOT_FOUND: &'static str = "InvalidSnapshot.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn check_id(id: &str) -> Result<(), ApiError> {
        id::check_snapshot(id)
    }

    fn field(&self, id: &str, name: &str, now: Timestamp) -> Option<Vec<String>> {
        match name {
            "description" => one(&self.description),
            "encrypted" => one(&self.kms_key.is_some()),
            "owner-alias" => Some(Vec::new()),
            "progress" => one(&self.progress(now)),
            "snapshot-id" => one(id),
            "start-time" => one(&self.started.iso8601()),
            "status" => one(self.state(now)),
            "storage-tier" => one("standard"),
            "transfer-type" => one("standard"),
            "volume-id" => one(&self.volume_id),
            "volume-size" => one(&self.size),
            _ => None,
        }
    }
}

/// Lists snapshots.
///
/// # Errors
/// `InvalidSnapshot.NotFound`, `InvalidParameterValue`, `InvalidParameterCombination` for ids beside MaxResults.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let size = page_size(input.max_results, &input.ids, "snapshotIds")?;
    let own = |names: &[String]| names.is_empty() || names.iter().any(|name| *name == "self" || *name == context.account);
    let (of_owner, others): (Vec<Filter>, Vec<Filter>) =
        input.filters.into_iter().partition(|filter| filter.is("owner-id"));
    let mut snapshots = select(&region.ec2.ebs.snapshots, &input.ids, &others, context.now)?;
    snapshots = passing(snapshots, &of_owner, |(_, found)| &found.tags, |_, _| one(&context.account))?;
    if !own(&input.owners) || !own(&input.restorable_by) {
        snapshots.clear();
    }
    let (snapshots, next_token) = page(snapshots, |(id, _)| id, input.next_token.as_deref(), size);
    let item = |(id, snapshot): (&String, &Snapshot)| SnapshotItem::new(id, snapshot, context);
    Ok(Output {
        snapshot_set: snapshots.into_iter().map(item).collect(),
        next_token,
    })
}
