//! Publishing: a staged file system, or a device, is shown to a pod.

use super::stage::{partition, wanted};
use super::{Node, NodeError, blocking};
use crate::invalid::{Invalid, required};
use crate::{capability, local};
use csi_node::mount::{self, MountError, resolved};
use csi_node::options::Options;
use csi_node::{MountTable, device};
use csi_proto::csi::volume_capability::AccessType;
use csi_proto::csi::{
    NodePublishVolumeRequest, NodePublishVolumeResponse, NodeUnpublishVolumeRequest, NodeUnpublishVolumeResponse,
    VolumeCapability,
};
use std::path::{Path, PathBuf};

impl Node {
    pub(super) async fn publish(
        self,
        request: NodePublishVolumeRequest,
    ) -> Result<NodePublishVolumeResponse, NodeError> {
        let id = required("volume_id", &request.volume_id)?;
        let staging = PathBuf::from(required("staging_target_path", &request.staging_target_path)?);
        let target = PathBuf::from(required("target_path", &request.target_path)?);
        let capability = request
            .volume_capability
            .as_ref()
            .ok_or_else(|| Invalid::missing("volume_capability"))?;
        if local::refuse(id).is_ok() {
            capability::check(capability)?;
        }
        let partition = partition(&request.volume_context)?;
        let options = options(capability, request.readonly);
        let operation = self.operations.begin_part(id, &request.target_path)?;
        if capability::is_block(capability) {
            let device = self.locate(&wanted(id, &request.publish_context, partition)?).await?;
            blocking(move || {
                let _until_bound = operation;
                publish_device(&device, &target, &options)
            })
            .await?;
        } else {
            blocking(move || {
                let _until_bound = operation;
                publish_file_system(&staging, &target, &options)
            })
            .await?;
        }
        Ok(NodePublishVolumeResponse {})
    }

    pub(super) async fn unpublish(
        self,
        request: NodeUnpublishVolumeRequest,
    ) -> Result<NodeUnpublishVolumeResponse, NodeError> {
        let id = required("volume_id", &request.volume_id)?;
        let target = PathBuf::from(required("target_path", &request.target_path)?);
        let operation = self.operations.begin_part(id, &request.target_path)?;
        blocking(move || {
            let _until_removed = operation;
            mount::unmount_and_remove(&target)
        })
        .await?;
        Ok(NodeUnpublishVolumeResponse {})
    }
}

fn options(capability: &VolumeCapability, readonly: bool) -> Options {
    let flags = match &capability.access_type {
        Some(AccessType::Mount(mount)) => mount.mount_flags.as_slice(),
        _ => &[],
    };
    Options::parse(flags.iter().map(String::as_str).chain(readonly.then_some("ro")))
}

fn publish_file_system(staging: &Path, target: &Path, options: &Options) -> Result<(), NodeError> {
    let staging = resolved(staging);
    let table = MountTable::read().map_err(MountError::Table)?;
    let staged = table
        .at(&staging)
        .ok_or_else(|| NodeError::NotStaged { path: staging.clone() })?;
    if mount::is_corrupted(target) {
        mount::unmount(&resolved(target))?;
    }
    mount::make_folder(target)?;
    let target = resolved(target);
    match table.at(&target) {
        Some(mount) if mount.device == staged.device => Ok(()),
        Some(mount) => Err(NodeError::Occupied {
            source_path: mount.source.clone(),
            path: target,
        }),
        None => bind(&staging, &target, options),
    }
}

fn publish_device(device: &Path, target: &Path, options: &Options) -> Result<(), NodeError> {
    let looking = |source| NodeError::Look {
        path: device.to_owned(),
        source,
    };
    let number = device::number(device).map_err(looking)?;
    if device::number(target).is_ok_and(|bound| bound == number) {
        return Ok(());
    }
    mount::make_file(target)?;
    let target = resolved(target);
    let table = MountTable::read().map_err(MountError::Table)?;
    match table.at(&target) {
        Some(mount) => Err(NodeError::Occupied {
            source_path: mount.source.clone(),
            path: target,
        }),
        None => bind(device, &target, options),
    }
}

/// Binds, or leaves nothing behind.
fn bind(from: &Path, target: &Path, options: &Options) -> Result<(), NodeError> {
    mount::bind(from, target, options.flags).map_err(|error| {
        if let Err(left) = mount::unmount_and_remove(target) {
            tracing::warn!(error = %left, "a mount point is left behind");
        }
        error.into()
    })
}
