//! Volumes that are to be bigger.

use super::modify::Wanted;
use super::{Controller, ControllerError};
use crate::invalid::{Invalid, required};
use crate::{capability, capacity};
use csi_proto::csi::{ControllerExpandVolumeRequest, ControllerExpandVolumeResponse};

impl Controller {
    pub(super) async fn expand(
        self,
        request: ControllerExpandVolumeRequest,
    ) -> Result<ControllerExpandVolumeResponse, ControllerError> {
        let id = required("volume_id", &request.volume_id)?;
        crate::local::refuse(id)?;
        let range = request
            .capacity_range
            .as_ref()
            .ok_or_else(|| Invalid::missing("capacity_range"))?;
        let gib = capacity::gib(Some(range), "")?;
        let volume = self.change(id, Wanted::size(gib)).await?;
        Ok(ControllerExpandVolumeResponse {
            capacity_bytes: capacity::bytes(volume.size),
            node_expansion_required: !request.volume_capability.as_ref().is_some_and(capability::is_block),
        })
    }
}
