//! Quotas of EBS, per region. See "Amazon EBS endpoints and quotas" in the AWS General Reference.

use super::State;
use super::settings::Settings;
use super::snapshot::Snapshot;
use super::volume_type::VolumeType;
use crate::{ApiError, Context};

/// TiB of all volumes of a type.
const STORAGE: usize = 50;
/// Snapshots.
const SNAPSHOTS: usize = 100_000;
const SNAPSHOTS_QUOTA: &str = "ebs-snapshots";

/// Whether the world can set a quota of this name: `ebs-storage-<type>` in TiB, `ebs-iops-io1`, `ebs-iops-io2`, `ebs-snapshots`.
pub fn is_quota(name: &str) -> bool {
    let of_type =
        |kind: VolumeType| name == storage_quota(kind) || (provisioned(kind).is_some() && name == iops_quota(kind));
    name == SNAPSHOTS_QUOTA || VolumeType::ALL.into_iter().any(of_type)
}

fn storage_quota(kind: VolumeType) -> String {
    format!("ebs-storage-{}", kind.name())
}

fn iops_quota(kind: VolumeType) -> String {
    format!("ebs-iops-{}", kind.name())
}

/// IOPS of all volumes of a type.
fn provisioned(kind: VolumeType) -> Option<usize> {
    match kind {
        VolumeType::Io1 => Some(300_000),
        VolumeType::Io2 => Some(100_000),
        _ => None,
    }
}

fn quota(name: &str, default: usize, context: &Context) -> u64 {
    context.quotas.get(name).copied().unwrap_or(default) as u64
}

/// That a volume can be made, or can become as `wanted`; `except` is the one that is modified.
///
/// # Errors
/// `error` beyond the quota of storage, `MaxIOPSLimitExceeded` beyond that of IOPS.
pub(super) fn check_volume(
    state: &State,
    wanted: &Settings,
    except: Option<&str>,
    error: &'static str,
    context: &Context,
) -> Result<(), ApiError> {
    let kind = wanted.kind;
    let others = || {
        let present = |(id, _): &(&String, _)| Some(id.as_str()) != except;
        let volumes = state.volumes(context.now).filter(present);
        volumes
            .map(|(_, volume)| volume.settings(context.now))
            .filter(|settings| settings.kind == kind)
    };
    let size: u64 = others().map(|settings| u64::from(settings.size)).sum::<u64>() + u64::from(wanted.size);
    let most = quota(&storage_quota(kind), STORAGE, context);
    if size > most * 1024 {
        let message = format!(
            "You have exceeded your maximum {} volume storage of {most} TiB.",
            kind.name()
        );
        return Err(ApiError::new(error, message));
    }
    let Some(default) = provisioned(kind) else {
        return Ok(());
    };
    let iops: u64 = others()
        .chain([*wanted])
        .filter_map(|settings| settings.iops)
        .map(u64::from)
        .sum();
    let most = quota(&iops_quota(kind), default, context);
    if iops > most {
        let message = format!("You have exceeded your maximum {} iops limit of {most}.", kind.name());
        return Err(ApiError::new("MaxIOPSLimitExceeded", message));
    }
    Ok(())
}

/// That there may be another snapshot, of a volume of this type.
///
/// # Errors
/// `SnapshotLimitExceeded`, `ConcurrentSnapshotLimitExceeded`.
pub(super) fn check_snapshot(
    state: &State,
    volume_id: &str,
    kind: VolumeType,
    context: &Context,
) -> Result<(), ApiError> {
    let most = quota(SNAPSHOTS_QUOTA, SNAPSHOTS, context);
    if state.snapshots.len() as u64 >= most {
        let message = format!("You have exceeded your maximum of {most} snapshots.");
        return Err(ApiError::new("SnapshotLimitExceeded", message));
    }
    let concurrent = match kind {
        VolumeType::St1 | VolumeType::Sc1 => 1,
        _ => 5,
    };
    let pending = |snapshot: &&Snapshot| snapshot.volume_id == volume_id && context.now < snapshot.completed_from;
    if state.snapshots.values().filter(pending).count() >= concurrent {
        let message = "Maximum allowed in-progress snapshots for a single volume exceeded.";
        return Err(ApiError::new("ConcurrentSnapshotLimitExceeded", message));
    }
    Ok(())
}
