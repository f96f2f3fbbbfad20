//! DescribeLockedSnapshots.

use super::lock::{Lock, LockItem};
use super::paging::page_size;
use super::snapshot::Snapshot;
use crate::ec2::filter::{Filter, passing, select};
use crate::ec2::shape::one;
use crate::page::page;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// Which locked snapshots.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "SnapshotId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of locks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    snapshot_set: Vec<LockItem>,
    next_token: Option<String>,
}

/// Lists locks of snapshots.
///
/// # Errors
/// `InvalidSnapshot.NotFound`, `InvalidParameterValue`, `InvalidParameterCombination` for ids beside MaxResults.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let size = page_size(input.max_results, &input.ids, "snapshotIds")?;
    let snapshots = select(&region.ec2.ebs.snapshots, &input.ids, &[], context.now)?;
    let lock = |(id, snapshot)| {
        let snapshot: &Snapshot = snapshot;
        snapshot.lock.as_ref().map(|lock| (id, snapshot, lock))
    };
    let locked: Vec<(&String, &Snapshot, &Lock)> = snapshots.into_iter().filter_map(lock).collect();
    let field = |(_, _, lock): (&String, &Snapshot, &Lock), name: &str| match name {
        "lock-state" => one(lock.state(context.now)),
        _ => None,
    };
    let locked = passing(locked, &input.filters, |(_, snapshot, _)| &snapshot.tags, field)?;
    let (locked, next_token) = page(locked, |(id, _, _)| id, input.next_token.as_deref(), size);
    let item = |(id, _, lock): (&String, &Snapshot, &Lock)| LockItem::new(id, lock, context.now).of_owner(&context.account);
    Ok(Output {
        snapshot_set: locked.into_iter().map(item).collect(),
        next_token,
    })
}
