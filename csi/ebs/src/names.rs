//! Names that AWS accounts, clusters and other tools know the driver by: the Go driver's, to the byte.

/// The driver.
pub const DRIVER: &str = "ebs.csi.aws.com";

/// Name that the cluster gave a volume; the identity of the volume beside its client token.
pub const TAG_VOLUME_NAME: &str = "CSIVolumeName";
/// Name that the cluster gave a snapshot.
pub const TAG_SNAPSHOT_NAME: &str = "CSIVolumeSnapshotName";
/// On all that the driver makes; IAM policies ask for it.
pub const TAG_CLUSTER: &str = "ebs.csi.aws.com/cluster";
/// The cluster that made it.
pub const TAG_CLUSTER_NAME: &str = "ebs.csi.aws.com/cluster-name";
/// I/O operations per GiB of the StorageClass, for later growth.
pub const TAG_IOPS_PER_GB: &str = "ebs.csi.aws.com/IOPSPerGb";
/// Whether growth may raise the I/O operations.
pub const TAG_AUTO_IOPS_ON_MODIFY: &str = "ebs.csi.aws.com/AllowAutoIOPSIncreaseOnModify";
/// The claim that a volume was made for.
pub const TAG_PVC_NAME: &str = "kubernetes.io/created-for/pvc/name";
/// Its namespace.
pub const TAG_PVC_NAMESPACE: &str = "kubernetes.io/created-for/pvc/namespace";
/// The persistent volume.
pub const TAG_PV_NAME: &str = "kubernetes.io/created-for/pv/name";

/// Zone name, as every topology-aware component knows it.
pub const TOPOLOGY_ZONE: &str = "topology.kubernetes.io/zone";
/// Zone name, under the driver's own key.
pub const TOPOLOGY_ZONE_EBS: &str = "topology.ebs.csi.aws.com/zone";
/// Zone id.
pub const TOPOLOGY_ZONE_ID: &str = "topology.k8s.aws/zone-id";
/// Partition, region, account and id of an outpost.
pub const TOPOLOGY_OUTPOST: [&str; 4] = [
    "topology.ebs.csi.aws.com/partition",
    "topology.ebs.csi.aws.com/region",
    "topology.ebs.csi.aws.com/account-id",
    "topology.ebs.csi.aws.com/outpost-id",
];
/// Operating system of a node.
pub const TOPOLOGY_OS: &str = "kubernetes.io/os";

/// Key of the device name in the publish context.
pub const DEVICE_PATH: &str = "devicePath";
/// Key of the volume's own id in the publish context of a volume that is declared by device.
pub const VOLUME_ID: &str = "volumeID";
/// Key of the partition in the attributes of a volume.
pub const PARTITION: &str = "partition";
/// Key in the attributes of a volume that is published only when all its blocks are there.
pub const BLOCK_ATTACH_UNTIL_INITIALIZED: &str = "blockattachuntilinitialized";

/// Keeps pods from a node until the driver runs there.
pub const TAINT: &str = "ebs.csi.aws.com/agent-not-ready";

/// Start of the handle of a volume that every node has of its own, declared by device.
pub const LOCAL_HANDLE: &str = "local-ebs://";
