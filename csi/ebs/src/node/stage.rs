//! Staging: the file system of a volume is mounted once per node.

use super::device::Wanted;
use super::{Node, NodeError, blocking};
use crate::invalid::{Invalid, required};
use crate::names::{DEVICE_PATH, PARTITION, VOLUME_ID};
use crate::parameters::{Map, check_format, format_options};
use crate::{capability, local};
use csi_node::mount::{self, MountError, resolved};
use csi_node::options::Options;
use csi_node::stage::Staging;
use csi_node::{FileSystem, MountTable, device};
use csi_proto::csi::volume_capability::{AccessType, MountVolume};
use csi_proto::csi::{
    NodeStageVolumeRequest, NodeStageVolumeResponse, NodeUnstageVolumeRequest, NodeUnstageVolumeResponse,
};
use std::path::{Path, PathBuf};

impl Node {
    pub(super) async fn stage(self, request: NodeStageVolumeRequest) -> Result<NodeStageVolumeResponse, NodeError> {
        let id = required("volume_id", &request.volume_id)?;
        let target = required("staging_target_path", &request.staging_target_path)?;
        let capability = request
            .volume_capability
            .as_ref()
            .ok_or_else(|| Invalid::missing("volume_capability"))?;
        if local::refuse(id).is_ok() {
            capability::check(capability)?;
        }
        let partition = partition(&request.volume_context)?;
        let Some(AccessType::Mount(mount)) = &capability.access_type else {
            return Ok(NodeStageVolumeResponse {});
        };
        let kind = file_system(mount)?;
        let mut format = format_options(&request.volume_context)?;
        check_format(&format, capability)?;
        format.legacy_xfs = self.settings.legacy_xfs;
        let wanted = wanted(id, &request.publish_context, partition)?;
        let operation = self.operations.begin(id)?;
        let staging = Staging {
            device: self.locate(&wanted).await?,
            target: PathBuf::from(target),
            kind,
            format,
            options: options(kind, mount),
        };
        blocking(move || {
            let _until_mounted = operation;
            stage(staging)
        })
        .await?;
        Ok(NodeStageVolumeResponse {})
    }

    pub(super) async fn unstage(
        self,
        request: NodeUnstageVolumeRequest,
    ) -> Result<NodeUnstageVolumeResponse, NodeError> {
        let id = required("volume_id", &request.volume_id)?;
        let target = PathBuf::from(required("staging_target_path", &request.staging_target_path)?);
        let operation = self.operations.begin(id)?;
        blocking(move || {
            let _until_unmounted = operation;
            let target = resolved(&target);
            let table = MountTable::read().map_err(MountError::Table)?;
            let Some(mount) = table.at(&target) else { return Ok(()) };
            if table.count_of(mount.device) > 1 {
                tracing::warn!(target = %target.display(), "the volume is unstaged though it is mounted elsewhere too");
            }
            mount::unmount_and_remove(&target)
        })
        .await?;
        Ok(NodeUnstageVolumeResponse {})
    }
}

fn stage(staging: Staging) -> Result<(), NodeError> {
    mount::make_folder(&staging.target)?;
    let staging = Staging {
        target: resolved(&staging.target),
        ..staging
    };
    if is_mounted(&staging.device, &staging.target)? {
        Ok(())
    } else {
        Ok(staging.carry_out()?)
    }
}

/// Whether the file system of `device` is mounted at `target`; an error when another is.
fn is_mounted(device: &Path, target: &Path) -> Result<bool, NodeError> {
    let table = MountTable::read().map_err(MountError::Table)?;
    let number = device::number(device).map_err(|source| NodeError::Look {
        path: device.to_owned(),
        source,
    })?;
    match table.at(target) {
        None => Ok(false),
        Some(mount) if mount.device == number => Ok(true),
        Some(mount) => Err(NodeError::Occupied {
            path: target.to_owned(),
            source_path: mount.source.clone(),
        }),
    }
}

/// The volume that a request names: one that the node has of its own goes by the id that the controller found.
pub(super) fn wanted(id: &str, publish_context: &Map, partition: Option<u32>) -> Result<Wanted, Invalid> {
    let named = publish_context.get(DEVICE_PATH).map(String::as_str).unwrap_or_default();
    let named = required("publish_context devicePath", named)?;
    Ok(Wanted {
        volume: publish_context.get(VOLUME_ID).map_or(id, String::as_str).to_owned(),
        named: named.to_owned(),
        partition,
    })
}

/// The partition that a volume's attributes name; 0 is the whole device.
pub(super) fn partition(attributes: &Map) -> Result<Option<u32>, Invalid> {
    let Some(text) = attributes.get(PARTITION).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let number: u32 = text
        .parse()
        .map_err(|_| Invalid::value("attribute partition", text, "0 or a number above it"))?;
    Ok((number > 0).then_some(number))
}

fn file_system(mount: &MountVolume) -> Result<FileSystem, Invalid> {
    if mount.fs_type.is_empty() {
        return Ok(FileSystem::default());
    }
    mount
        .fs_type
        .parse()
        .map_err(|_| Invalid::value("fs_type", &mount.fs_type, "ext3, ext4 or xfs"))
}

/// Options of the mount. XFS refuses a second file system of the same UUID, which a restored snapshot is beside its origin.
fn options(kind: FileSystem, mount: &MountVolume) -> Options {
    let own = (kind == FileSystem::Xfs).then_some("nouuid");
    Options::parse(mount.mount_flags.iter().map(String::as_str).chain(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_of_attributes() {
        let of = |text: &str| partition(&[(PARTITION.to_owned(), text.to_owned())].into());
        assert_eq!(of("0"), Ok(None));
        assert_eq!(of("2"), Ok(Some(2)));
        assert!(of("-1").is_err() && of("one").is_err());
        assert_eq!(partition(&Map::new()), Ok(None));
    }

    #[test]
    fn xfs_is_mounted_beside_its_origin() {
        let mount = MountVolume {
            mount_flags: vec!["noatime".into()],
            ..MountVolume::default()
        };
        assert_eq!(options(FileSystem::Xfs, &mount).data, "nouuid");
        assert_eq!(options(FileSystem::Ext4, &mount).data, "");
    }
}
