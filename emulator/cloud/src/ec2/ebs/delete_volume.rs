//! DeleteVolume.

use super::timing::DELETING;
use crate::ec2::shape::Success;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The volume.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
}

/// It will be gone.
pub type Output = Success;

/// Deletes a volume that is attached to nothing. One that is being deleted is as good as gone.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidParameterValue`, `VolumeInUse`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    state.settle(context.now);
    let id = &input.volume_id;
    let gone_from = DELETING.over(context);
    let volume = state.volume_mut(id, context.now)?;
    if let Some(attachment) = volume.attachments(context.now).next() {
        let message = format!("Volume {id} is currently attached to {}", attachment.instance_id);
        return Err(ApiError::new("VolumeInUse", message));
    }
    if volume.gone_from.is_none() {
        volume.gone_from = Some(gone_from);
        state.expect(gone_from, id);
    }
    Ok(Success::yes())
}
