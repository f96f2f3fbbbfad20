//! CreateSnapshot.

use super::describe_snapshots::SnapshotItem;
use super::limits;
use super::snapshot::Snapshot;
use super::timing::{SNAPSHOT, SNAPSHOT_REST};
use crate::ec2::shape::{TagSpecification, initial_tags};
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The volume, and what to say about its snapshot.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
    #[serde(default)]
    description: String,
    outpost_arn: Option<String>,
    location: Option<String>,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// As DescribeSnapshots shows it.
pub type Output = SnapshotItem;

/// Makes a snapshot of a volume as it is now.
///
/// # Errors
/// `InvalidVolume.NotFound`, `IncorrectState` for a volume that is being created or deleted, `SnapshotLimitExceeded`,
/// `ConcurrentSnapshotLimitExceeded`, `SnapshotCreationPerVolumeRateExceeded`, `InvalidParameterValue` for a place that a region does
/// not have.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    if input.outpost_arn.is_some() || input.location.is_some_and(|location| location != "regional") {
        let message = "Snapshots of volumes in a region are stored in that region.";
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let (id, now) = (&input.volume_id, context.now);
    let volume = state.volume(id, now)?;
    let status = volume.state(now);
    if !matches!(status, "available" | "in-use") {
        return Err(ApiError::new("IncorrectState", format!("Volume '{id}' is in the '{status}' state.")));
    }
    let settings = volume.settings(now);
    limits::check_snapshot(state, id, settings.kind, context)?;
    let too_soon = |snapshot: &Snapshot| snapshot.volume_id == *id && now < SNAPSHOT_REST.over_from(snapshot.started, context);
    if state.snapshots.values().any(too_soon) {
        let message = "The maximum per volume CreateSnapshot request rate has been exceeded. \
                       Use an increasing or variable sleep interval between requests.";
        return Err(ApiError::new("SnapshotCreationPerVolumeRateExceeded", message));
    }
    let snapshot = Snapshot {
        volume_id: id.clone(),
        size: settings.size,
        description: input.description,
        kms_key: volume.kms_key.clone(),
        started: now,
        completed_from: SNAPSHOT.over(context),
        lock: None,
        tags: initial_tags(input.tags, "snapshot")?,
    };
    let id = context.ids.resource("snap");
    let output = SnapshotItem::new(&id, &snapshot, context);
    state.snapshots.insert(id, snapshot);
    Ok(output)
}
