//! How full volumes are.

use super::{Node, NodeError, blocking};
use crate::invalid::required;
use csi_node::{device, stats};
use csi_proto::csi::volume_usage::Unit;
use csi_proto::csi::{NodeGetVolumeStatsRequest, NodeGetVolumeStatsResponse, VolumeUsage};
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

impl Node {
    pub(super) async fn stats(
        self,
        request: NodeGetVolumeStatsRequest,
    ) -> Result<NodeGetVolumeStatsResponse, NodeError> {
        required("volume_id", &request.volume_id)?;
        let path = PathBuf::from(required("volume_path", &request.volume_path)?);
        let usage = blocking(move || usage(&path)).await?;
        Ok(NodeGetVolumeStatsResponse {
            usage,
            volume_condition: None,
        })
    }
}

fn usage(path: &Path) -> Result<Vec<VolumeUsage>, NodeError> {
    let looking = |source| NodeError::Look {
        path: path.to_owned(),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => NodeError::NoPath { path: path.to_owned() },
        _ => looking(source),
    })?;
    if metadata.file_type().is_block_device() {
        let total = device::size(path).map_err(looking)?;
        return Ok(vec![VolumeUsage {
            total: signed(total),
            unit: Unit::Bytes.into(),
            ..VolumeUsage::default()
        }]);
    }
    let (bytes, inodes) = stats::usage(path).map_err(|errno| looking(errno.into()))?;
    let described = |usage: stats::Usage, unit: Unit| VolumeUsage {
        available: signed(usage.available),
        total: signed(usage.total),
        used: signed(usage.used),
        unit: unit.into(),
    };
    let inodes = inodes.map(|inodes| described(inodes, Unit::Inodes));
    Ok([described(bytes, Unit::Bytes)].into_iter().chain(inodes).collect())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
