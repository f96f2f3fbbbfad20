//! DescribeFastSnapshotRestores.

use super::fast_restore::{FastRestore, FastRestoreItem, Key};
use crate::ec2::filter::{Filter, passing};
use crate::ec2::network::zone_id;
use crate::ec2::shape::one;
use crate::page::page;
use crate::{ApiError, Context, Region, Tags};
use serde::{Deserialize, Serialize};

/// Which fast restores.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of fast restores.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    fast_snapshot_restore_set: Vec<FastRestoreItem>,
    next_token: Option<String>,
}

/// Lists fast restores of snapshots.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let untagged = Tags::new();
    let all: Vec<(&Key, &FastRestore)> = region.ec2.ebs.fast_restores.iter().collect();
    let field = |((snapshot, zone), restore): (&Key, &FastRestore), name: &str| match name {
        "availability-zone" => one(zone),
        "availability-zone-id" => one(&zone_id(zone)),
        "owner-id" => one(&context.account),
        "snapshot-id" => one(snapshot),
        "state" => one(restore.state(context.now)),
        _ => None,
    };
    let found = passing(all, &input.filters, |_| &untagged, field)?;
    let items: Vec<(String, FastRestoreItem)> = found
        .into_iter()
        .map(|(key, restore)| (format!("{}/{}", key.0, key.1), FastRestoreItem::new(key, restore, context)))
        .collect();
    let (items, next_token) = page(items, |(key, _)| key, input.next_token.as_deref(), input.max_results);
    Ok(Output {
        fast_snapshot_restore_set: items.into_iter().map(|(_, item)| item).collect(),
        next_token,
    })
}
