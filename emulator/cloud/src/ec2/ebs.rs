//! Elastic Block Store: volumes, snapshots and what attaches volumes to instances.

pub mod attachment;
mod device;
pub mod encryption;
pub mod fast_restore;
mod id;
mod limits;
pub mod lock;
pub mod modification;
mod paging;
pub mod settings;
pub mod snapshot;
mod state;
#[cfg(test)]
mod tests;
mod timing;
mod token;
pub mod volume;
pub mod volume_type;

pub(crate) use id::check_instance as check_instance_id;
pub use limits::is_quota;
pub use state::State;

crate::action::actions! {
    read {
        "DescribeFastSnapshotRestores" => describe_fast_snapshot_restores,
        "DescribeLockedSnapshots" => describe_locked_snapshots,
        "DescribeSnapshots" => describe_snapshots,
        "DescribeVolumeAttribute" => describe_volume_attribute,
        "DescribeVolumeStatus" => describe_volume_status,
        "DescribeVolumes" => describe_volumes,
        "DescribeVolumesModifications" => describe_volumes_modifications,
    }
    write {
        "AttachVolume" => attach_volume,
        "CopySnapshot" => copy_snapshot,
        "CopyVolumes" => copy_volumes,
        "CreateSnapshot" => create_snapshot,
        "CreateVolume" => create_volume,
        "DeleteSnapshot" => delete_snapshot,
        "DeleteVolume" => delete_volume,
        "DetachVolume" => detach_volume,
        "DisableFastSnapshotRestores" => disable_fast_snapshot_restores,
        "EnableFastSnapshotRestores" => enable_fast_snapshot_restores,
        "LockSnapshot" => lock_snapshot,
        "ModifyVolume" => modify_volume,
        "ModifyVolumeAttribute" => modify_volume_attribute,
        "UnlockSnapshot" => unlock_snapshot,
    }
}
