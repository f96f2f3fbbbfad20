//! EBS, which is a part of EC2 (API version 2016-11-15): the actions of volumes, snapshots and their attachment.

use crate::ec2::AvailabilityZone;
use crate::{AwsError, Filters, Result, Tags};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its id.
    pub id: String,
    /// `creating`, `available`, `in-use`, `deleting`, `deleted` or `error`.
    pub state: String,
    /// GiB.
    pub size: i32,
    /// Type, such as `gp3`.
    pub kind: String,
    /// I/O operations a second, where the type has them.
    pub iops: Option<i32>,
    /// MiB a second; absent for other types than gp3, and at endpoints that do not tell.
    pub throughput: Option<i32>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// ARN of the key it is encrypted with.
    pub kms_key_id: Option<String>,
    /// Whether several instances may have it at once.
    pub multi_attach: bool,
    /// The snapshot it was made of.
    pub snapshot_id: Option<String>,
    /// The volume it was copied from.
    pub source_volume_id: Option<String>,
    /// Zone name.
    pub zone: String,
    /// Zone id.
    pub zone_id: Option<String>,
    /// ARN of its outpost.
    pub outpost_arn: Option<String>,
    /// Where it is attached.
    pub attachments: Vec<Attachment>,
    /// Tags.
    pub tags: Tags,
}

/// An attachment of a volume to an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The instance.
    pub instance_id: String,
    /// The device name that was asked for, such as `/dev/xvdaa`.
    pub device: String,
    /// `attaching`, `attached`, `detaching`, `detached` or `busy`.
    pub state: String,
    /// Index of the EBS card.
    pub card: Option<i32>,
    /// When it was asked for, in seconds of the Unix epoch.
    pub since: Option<i64>,
}

/// Where a new volume is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Zone {
    /// By name, such as `us-west-2a`.
    Name(String),
    /// By id, such as `usw2-az1`.
    Id(String),
}

/// CreateVolume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVolume {
    /// Whoever asks again with the same token means the same volume.
    pub client_token: Option<String>,
    /// GiB.
    pub size: i32,
    /// Type.
    pub kind: String,
    /// I/O operations a second.
    pub iops: Option<i32>,
    /// MiB a second.
    pub throughput: Option<i32>,
    /// MiB a second at which a snapshot is read.
    pub initialization_rate: Option<i32>,
    /// Whether it is encrypted; absent is the account's default.
    pub encrypted: Option<bool>,
    /// Key id, alias or ARN.
    pub kms_key_id: Option<String>,
    /// Whether several instances may have it at once.
    pub multi_attach: bool,
    /// The snapshot it is made of.
    pub snapshot_id: Option<String>,
    /// Where.
    pub zone: Zone,
    /// ARN of its outpost.
    pub outpost_arn: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// CopyVolumes of one volume: zone, encryption and key are the source's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeCopy {
    /// The volume that is copied.
    pub source_volume_id: String,
    /// Whoever asks again with the same token means the same volume.
    pub client_token: String,
    /// GiB.
    pub size: i32,
    /// Type.
    pub kind: String,
    /// I/O operations a second.
    pub iops: Option<i32>,
    /// MiB a second.
    pub throughput: Option<i32>,
    /// Whether several instances may have it at once.
    pub multi_attach: bool,
    /// Tags.
    pub tags: Tags,
}

/// ModifyVolume; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeChange {
    /// GiB.
    pub size: Option<i32>,
    /// Type.
    pub kind: Option<String>,
    /// I/O operations a second.
    pub iops: Option<i32>,
    /// MiB a second.
    pub throughput: Option<i32>,
}

/// A modification of a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modification {
    /// The volume.
    pub volume_id: String,
    /// `modifying`, `optimizing`, `completed` or `failed`.
    pub state: String,
    /// What AWS says of it, when it failed.
    pub message: Option<String>,
    /// When it was asked for, in seconds of the Unix epoch.
    pub started: Option<i64>,
}

/// How far the blocks of a volume have been read from its snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initialization {
    /// The volume.
    pub volume_id: String,
    /// Whether all have been read; a volume that was made of no snapshot has none to read.
    pub completed: bool,
    /// Seconds that it will still take, as AWS estimates.
    pub remaining: Option<u64>,
}

/// A snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its id.
    pub id: String,
    /// The volume it is of.
    pub volume_id: String,
    /// `pending`, `completed`, `error`, `recoverable` or `recovering`.
    pub state: String,
    /// GiB of the volume.
    pub size: i32,
    /// When it was asked for, in seconds and nanoseconds of the Unix epoch.
    pub started: (i64, u32),
    /// Tags.
    pub tags: Tags,
}

/// CreateSnapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSnapshot {
    /// The volume.
    pub volume_id: String,
    /// Text for people.
    pub description: String,
    /// ARN of the outpost to keep it on.
    pub outpost_arn: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// LockSnapshot: who may delete a snapshot, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotLock {
    /// `governance` or `compliance`.
    pub mode: String,
    /// Days.
    pub duration: Option<i32>,
    /// Seconds of the Unix epoch.
    pub expiration: Option<i64>,
    /// Hours in which a compliance lock can be undone.
    pub cool_off_period: Option<i32>,
}

/// An instance, as far as volumes are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceDevices {
    /// Its id.
    pub id: String,
    /// Type, such as `m5.large`.
    pub kind: String,
    /// Device name of the root volume.
    pub root: Option<String>,
    /// Device names and what is behind them.
    pub mappings: Vec<DeviceMapping>,
}

/// A device of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceMapping {
    /// Its name, such as `/dev/xvdaa`.
    pub device: String,
    /// The volume.
    pub volume_id: String,
    /// `attaching`, `attached`, `detaching` or `detached`.
    pub state: String,
    /// Index of the EBS card.
    pub card: Option<i32>,
}

/// EBS. Lists are whole, except where a page is asked for.
#[async_trait]
pub trait Ebs: Send + Sync {
    /// DescribeAvailabilityZones with DryRun, not repeated: always an error, and `DryRunOperation` when all is well.
    async fn probe(&self) -> Result<()>;
    /// DescribeAvailabilityZones.
    async fn describe_zones(&self) -> Result<Vec<AvailabilityZone>>;
    /// CreateVolume.
    async fn create_volume(&self, new: &NewVolume) -> Result<Volume>;
    /// CreateVolume with DryRun: the error that it must end with, or nothing from an endpoint that made a volume nevertheless.
    async fn dry_run_create_volume(&self, new: &NewVolume) -> Option<AwsError>;
    /// CopyVolumes.
    async fn copy_volume(&self, copy: &VolumeCopy) -> Result<Volume>;
    /// DeleteVolume.
    async fn delete_volume(&self, id: &str) -> Result<()>;
    /// AttachVolume.
    async fn attach_volume(&self, id: &str, instance: &str, device: &str, card: Option<i32>) -> Result<Attachment>;
    /// DetachVolume.
    async fn detach_volume(&self, id: &str, instance: &str) -> Result<()>;
    /// ModifyVolume.
    async fn modify_volume(&self, id: &str, change: &VolumeChange) -> Result<Modification>;
    /// DescribeVolumes by filter, so that a volume that does not exist is no error but missing.
    async fn describe_volumes(&self, filters: &Filters) -> Result<Vec<Volume>>;
    /// DescribeVolumesModifications by the filter `volume-id`, the latest of each volume.
    async fn describe_modifications(&self, ids: &[String]) -> Result<Vec<Modification>>;
    /// DescribeVolumeStatus.
    async fn describe_initialization(&self, ids: &[String]) -> Result<Vec<Initialization>>;
    /// CreateSnapshot.
    async fn create_snapshot(&self, new: &NewSnapshot) -> Result<Snapshot>;
    /// DeleteSnapshot.
    async fn delete_snapshot(&self, id: &str) -> Result<()>;
    /// DescribeSnapshots of this account by filter.
    async fn describe_snapshots(&self, filters: &Filters) -> Result<Vec<Snapshot>>;
    /// One page of DescribeSnapshots of this account: at most `size`, which must be 5 or more, and the token of the next page.
    async fn snapshot_page(
        &self,
        filters: &Filters,
        size: i32,
        token: Option<String>,
    ) -> Result<(Vec<Snapshot>, Option<String>)>;
    /// EnableFastSnapshotRestores; an error too when AWS could not in one of the zones.
    async fn enable_fast_restore(&self, snapshot: &str, zones: &[String]) -> Result<()>;
    /// LockSnapshot.
    async fn lock_snapshot(&self, snapshot: &str, lock: &SnapshotLock) -> Result<()>;
    /// DescribeInstances by the filter `instance-id`.
    async fn describe_instance_devices(&self, ids: &[String]) -> Result<Vec<InstanceDevices>>;
    /// DescribeInstanceTypes: the number of EBS cards of a type; absent when the endpoint does not tell.
    async fn ebs_cards(&self, kind: &str) -> Result<Option<i32>>;
    /// CreateTags.
    async fn create_tags(&self, id: &str, tags: &Tags) -> Result<()>;
    /// DeleteTags by key.
    async fn delete_tags(&self, id: &str, keys: &[String]) -> Result<()>;
}
