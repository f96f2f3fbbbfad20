//! UnlockSnapshot.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// The snapshot.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    snapshot_id: String,
}

/// It is unlocked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    snapshot_id: String,
}

/// Takes the lock of a snapshot away, unless it is one of compliance that has cooled off.
///
/// # Errors
/// `InvalidSnapshot.NotFound`, `InvalidParameterValue` for one that is not locked, `SnapshotLocked`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    let snapshot_id = input.snapshot_id;
    match state.snapshot(&snapshot_id)?.lock.as_ref().map(|lock| lock.state(context.now)) {
        None => {
            let message = format!("The snapshot '{snapshot_id}' is not locked.");
            Err(ApiError::new("InvalidParameterValue", message))
        }
        Some("compliance") => {
            let message = format!("The snapshot '{snapshot_id}' is locked in compliance mode.");
            Err(ApiError::new("SnapshotLocked", message))
        }
        Some(_) => {
            if let Some(snapshot) = state.snapshots.get_mut(&snapshot_id) {
                snapshot.lock = None;
            }
            Ok(Output { snapshot_id })
        }
    }
}
