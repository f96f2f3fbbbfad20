//! EnableFastSnapshotRestores.

use super::fast_restore::{FastRestore, FastRestoreItem, Key};
use super::timing::FAST_RESTORE;
use crate::ec2::network::zone_id;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// Snapshots and zones.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "AvailabilityZone")]
    zones: Vec<String>,
    #[serde(default, rename = "AvailabilityZoneId")]
    zone_ids: Vec<String>,
    #[serde(default, rename = "SourceSnapshotId")]
    snapshots: Vec<String>,
}

/// What happens to which, and what does not.
#[derive(Debug, Serialize)]
pub struct Output {
    successful: Vec<FastRestoreItem>,
    unsuccessful: Vec<Failure>,
}

/// Why fast restore of a snapshot is as it was.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    snapshot_id: String,
    fast_snapshot_restore_state_error_set: Vec<ZoneFailure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ZoneFailure {
    availability_zone: String,
    availability_zone_id: String,
    error: Cause,
}

#[derive(Debug, Serialize)]
struct Cause {
    code: String,
    message: String,
}

impl Input {
    /// Every snapshot with every zone.
    ///
    /// # Errors
    /// `MissingParameter`, `InvalidParameterValue` for a zone that is not there.
    pub(super) fn keys(&self, region: &Region) -> Result<Vec<Key>, ApiError> {
        let known = region.ec2.zones();
        let by_name = self.zones.iter().map(|name| (name, known.iter().find(|zone| *zone == name)));
        let by_id = self.zone_ids.iter().map(|id| (id, known.iter().find(|zone| zone_id(zone) == *id)));
        let missing = |name: &str| ApiError::new("InvalidParameterValue", format!("Invalid availability zone: [{name}]"));
        let zones: Vec<&str> = by_name
            .chain(by_id)
            .map(|(name, zone)| zone.copied().ok_or_else(|| missing(name)))
            .collect::<Result<_, _>>()?;
        if zones.is_empty() || self.snapshots.is_empty() {
            return Err(ApiError::missing(if zones.is_empty() {
                "AvailabilityZone"
            } else {
                "SourceSnapshotId"
            }));
        }
        let of = |snapshot: &String| -> Vec<Key> {
            zones.iter().map(|zone| (snapshot.clone(), (*zone).to_owned())).collect()
        };
        Ok(self.snapshots.iter().flat_map(of).collect())
    }
}

impl Output {
    /// Sorts out what has become of each.
    pub(super) fn new(results: Vec<(Key, Result<FastRestore, ApiError>)>, context: &Context) -> Self {
        let (mut successful, mut unsuccessful) = (Vec::new(), Vec::new());
        for (key, result) in results {
            match result {
                Ok(restore) => successful.push(FastRestoreItem::new(&key, &restore, context)),
                Err(error) => unsuccessful.push(Failure::new(key, &error)),
            }
        }
        Self {
            successful,
            unsuccessful,
        }
    }
}

impl Failure {
    fn new((snapshot_id, zone): Key, error: &ApiError) -> Self {
        let failure = ZoneFailure {
            availability_zone_id: zone_id(&zone),
            availability_zone: zone,
            error: Cause {
                code: error.code.clone().into_owned(),
                message: error.message.clone(),
            },
        };
        Self {
            snapshot_id,
            fast_snapshot_restore_state_error_set: vec![failure],
        }
    }
}

/// Enables fast restore of snapshots in zones. What fails is in the answer.
///
/// # Errors
/// `MissingParameter`, `InvalidParameterValue` for a zone that is not there.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let keys = input.keys(region)?;
    let state = &mut region.ec2.ebs;
    let optimizing_from = FAST_RESTORE.over(context);
    let fresh = FastRestore {
        enabling: context.now,
        optimizing_from,
        enabled_from: FAST_RESTORE.over_from(optimizing_from, context),
        disabled: None,
    };
    let mut results = Vec::with_capacity(keys.len());
    for key in keys {
        let result = state.snapshot(&key.0).map(drop).map(|()| {
            let found = state.fast_restores.entry(key.clone()).or_insert_with(|| fresh.clone());
            if found.disabled.is_some() {
                *found = fresh.clone();
            }
            found.clone()
        });
        results.push((key, result));
    }
    Ok(Output::new(results, context))
}
