//! CopySnapshot, within a region.

use super::encryption;
use super::snapshot::Snapshot;
use super::timing::SNAPSHOT;
use crate::ec2::shape::{TagItem, TagSpecification, initial_tags, tag_set};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// The snapshot, and what is different about the copy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    source_region: String,
    source_snapshot_id: String,
    #[serde(default)]
    description: String,
    encrypted: Option<bool>,
    kms_key_id: Option<String>,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// The id of the copy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    snapshot_id: String,
    tag_set: Vec<TagItem>,
}

/// Copies a snapshot that is complete.
///
/// # Errors
/// `InvalidSnapshot.NotFound`, `IncorrectState` while it is pending, `InvalidParameterValue`, also for another region: what is in
/// one is not seen in the other.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    if input.source_region != context.region {
        let message = format!("Snapshots of {} cannot be copied to {}", input.source_region, context.region);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let id = &input.source_snapshot_id;
    let source = state.snapshot(id)?;
    if source.state(context.now) != "completed" {
        return Err(ApiError::new("IncorrectState", format!("Snapshot '{id}' is not completed.")));
    }
    let kms_key = encryption::key(input.encrypted, input.kms_key_id.as_deref(), source.kms_key.as_deref(), context)?;
    let tags = initial_tags(input.tags, "snapshot")?;
    let tag_set = tag_set(&tags);
    let copy = Snapshot {
        // Of no volume. By its digits, whoever keeps the bytes finds those of the source.
        volume_id: id.replacen("snap-", "vol-", 1),
        size: source.size,
        description: input.description,
        kms_key,
        started: context.now,
        completed_from: SNAPSHOT.over(context),
        lock: None,
        tags,
    };
    let snapshot_id = context.ids.resource("snap");
    state.snapshots.insert(snapshot_id.clone(), copy);
    Ok(Output { snapshot_id, tag_set })
}
