//! DeleteSnapshot.

use crate::ec2::shape::Success;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The snapshot.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    snapshot_id: String,
}

/// It is gone.
pub type Output = Success;

/// Deletes a snapshot. Volumes that were made of it stay.
///
/// # Errors
/// `InvalidSnapshot.NotFound`, `InvalidParameterValue`, `SnapshotLocked`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    let id = &input.snapshot_id;
    if state.snapshot(id)?.lock.as_ref().is_some_and(|lock| lock.holds(context.now)) {
        return Err(ApiError::new("SnapshotLocked", format!("The snapshot '{id}' is locked.")));
    }
    state.snapshots.remove(id);
    state.fast_restores.retain(|(snapshot, _), _| snapshot != id);
    Ok(Success::yes())
}
