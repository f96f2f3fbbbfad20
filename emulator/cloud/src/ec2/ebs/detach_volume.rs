//! DetachVolume.

use super::attachment::{Attachment, AttachmentItem};
use super::id;
use super::timing::DETACHING;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The volume and, if it is attached to several, the instance.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
    instance_id: Option<String>,
    device: Option<String>,
}

/// The attachment that ends.
pub type Output = AttachmentItem;

/// Detaches a volume. With force or without, it is detached a little later.
///
/// # Errors
/// `InvalidVolume.NotFound`, `IncorrectState` for a volume that is attached to nothing or is being detached,
/// `InvalidAttachment.NotFound` for another instance or device, `OperationNotPermitted` for a root volume,
/// `InvalidParameterCombination` when one of several instances must be named, `InvalidInstanceID.Malformed`, `InvalidParameterValue`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    state.settle(context.now);
    let (volume_id, now) = (&input.volume_id, context.now);
    if let Some(instance) = &input.instance_id {
        id::check_instance(instance)?;
    }
    let gone_from = DETACHING.over(context);
    let volume = state.volume_mut(volume_id, now)?;
    let status = volume.state(now);
    let mut candidates: Vec<&mut Attachment> =
        volume.attachments.iter_mut().filter(|attachment| attachment.exists(now)).collect();
    if candidates.is_empty() {
        let message = format!("Volume '{volume_id}' is in the '{status}' state.");
        return Err(ApiError::new("IncorrectState", message));
    }
    candidates.retain(|attachment| input.names(attachment));
    let attachment = match candidates.as_mut_slice() {
        [attachment] => attachment,
        [] => {
            let message = format!("The volume '{volume_id}' is not attached as it is described.");
            return Err(ApiError::new("InvalidAttachment.NotFound", message));
        }
        _ => {
            let message = format!("Volume '{volume_id}' is attached to several instances; name one.");
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    };
    check(attachment, volume_id, now)?;
    attachment.gone_from = Some(gone_from);
    let output = AttachmentItem::new(volume_id, attachment, now);
    state.expect(gone_from, volume_id);
    Ok(output)
}

impl Input {
    /// Whether this attachment is meant.
    fn names(&self, attachment: &Attachment) -> bool {
        self.instance_id.as_ref().is_none_or(|instance| *instance == attachment.instance_id)
            && self.device.as_ref().is_none_or(|device| *device == attachment.device)
    }
}

fn check(attachment: &Attachment, volume_id: &str, now: crate::Timestamp) -> Result<(), ApiError> {
    let Attachment {
        device, instance_id, ..
    } = attachment;
    if attachment.state(now) == "detaching" {
        let message = format!("Volume '{volume_id}' is in the 'detaching' state.");
        return Err(ApiError::new("IncorrectState", message));
    }
    if attachment.delete_on_termination {
        let message = format!("Unable to detach root volume '{device}' from instance '{instance_id}'");
        return Err(ApiError::new("OperationNotPermitted", message));
    }
    Ok(())
}
