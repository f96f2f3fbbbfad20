//! Requests that carry secrets, printed without them.

use crate::csi::{
    ControllerExpandVolumeRequest, ControllerModifyVolumeRequest, ControllerPublishVolumeRequest,
    ControllerUnpublishVolumeRequest, CreateSnapshotRequest, CreateVolumeRequest, DeleteSnapshotRequest,
    DeleteVolumeRequest, GetSnapshotRequest, ListSnapshotsRequest, NodeExpandVolumeRequest, NodePublishVolumeRequest,
    NodeStageVolumeRequest, ValidateVolumeCapabilitiesRequest,
};
use std::fmt::{Debug, Formatter, Result};

/// Prints the fields named; destructuring makes the compiler count that none but the secrets is left out.
macro_rules! without_secrets {
    ($($message:ident { $($field:ident),* })*) => {$(
        impl Debug for $message {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
                let Self { $($field,)* secrets: _ } = self;
                formatter.debug_struct(stringify!($message))$(.field(stringify!($field), $field))*.finish_non_exhaustive()
            }
        }
    )*};
}

without_secrets! {
    CreateVolumeRequest {
        name, capacity_range, volume_capabilities, parameters, volume_content_source, accessibility_requirements,
        mutable_parameters
    }
    DeleteVolumeRequest { volume_id }
    ControllerPublishVolumeRequest { volume_id, node_id, volume_capability, readonly, volume_context }
    ControllerUnpublishVolumeRequest { volume_id, node_id }
    ValidateVolumeCapabilitiesRequest {
        volume_id, volume_context, volume_capabilities, parameters, mutable_parameters
    }
    ControllerModifyVolumeRequest { volume_id, mutable_parameters }
    ControllerExpandVolumeRequest { volume_id, capacity_range, volume_capability }
    CreateSnapshotRequest { source_volume_id, name, parameters }
    DeleteSnapshotRequest { snapshot_id }
    GetSnapshotRequest { snapshot_id }
    ListSnapshotsRequest { max_entries, starting_token, source_volume_id, snapshot_id }
    NodeStageVolumeRequest { volume_id, publish_context, staging_target_path, volume_capability, volume_context }
    NodePublishVolumeRequest {
        volume_id, publish_context, staging_target_path, target_path, volume_capability, readonly, volume_context
    }
    NodeExpandVolumeRequest { volume_id, volume_path, capacity_range, staging_target_path, volume_capability }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let request = DeleteVolumeRequest {
            volume_id: "vol-1".into(),
            secrets: [("password".to_owned(), "hunter2".to_owned())].into(),
        };
        assert_eq!(
            format!("{request:?}"),
            r#"DeleteVolumeRequest { volume_id: "vol-1", .. }"#
        );
    }
}
