//! File systems of volumes that have grown.

use super::{Node, NodeError, blocking};
use crate::capability;
use crate::invalid::required;
use crate::local;
use csi_node::mount::{MountError, resolved};
use csi_node::{MountTable, device, grow};
use csi_proto::csi::{NodeExpandVolumeRequest, NodeExpandVolumeResponse};
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

impl Node {
    pub(super) async fn expand(self, request: NodeExpandVolumeRequest) -> Result<NodeExpandVolumeResponse, NodeError> {
        let id = required("volume_id", &request.volume_id)?;
        let path = PathBuf::from(required("volume_path", &request.volume_path)?);
        local::refuse(id)?;
        if request.volume_capability.as_ref().is_some_and(capability::is_block) {
            return Ok(NodeExpandVolumeResponse { capacity_bytes: 0 });
        }
        let operation = self.operations.begin(id)?;
        let dev = self.settings.dev.clone();
        let bytes = blocking(move || {
            let _until_grown = operation;
            expand(&path, &dev)
        })
        .await?;
        Ok(NodeExpandVolumeResponse {
            capacity_bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        })
    }
}

/// Grows what is mounted at `path`; the bytes of its device. A device has nothing to grow.
fn expand(path: &Path, dev: &Path) -> Result<u64, NodeError> {
    let looking = |path: &Path| {
        let path = path.to_owned();
        move |source| NodeError::Look { path, source }
    };
    let metadata = std::fs::metadata(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => NodeError::NoPath { path: path.to_owned() },
        _ => looking(path)(source),
    })?;
    if metadata.file_type().is_block_device() {
        return device::size(path).map_err(looking(path));
    }
    let target = resolved(path);
    let not_mounted = || NodeError::NotMounted { path: path.to_owned() };
    let table = MountTable::read().map_err(MountError::Table)?;
    let mount = table.at(&target).ok_or_else(not_mounted)?;
    let device = device::of_number(mount.device, &mount.source, dev).ok_or_else(not_mounted)?;
    grow::mounted(&device, &target, &mount.kind)?;
    device::size(&device).map_err(looking(&device))
}
