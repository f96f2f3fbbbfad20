//! AttachVolume.

use super::attachment::{Attachment, AttachmentItem};
use super::timing::ATTACHING;
use super::volume::Volume;
use super::{State, device, id};
use crate::ec2::instance_type;
use crate::ec2::interface::Instance;
use crate::ec2::state::not_found;
use crate::{ApiError, Context, Region, ec2};
use serde::Deserialize;

/// Most instances that one volume can be attached to.
const MOST_INSTANCES: usize = 16;

/// The volume, the instance, and the device's name there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
    instance_id: String,
    device: String,
    ebs_card_index: Option<u32>,
}

/// The attachment.
pub type Output = AttachmentItem;

/// Attaches a volume to an instance of its zone.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidInstanceID.Malformed`, `InvalidInstanceID.NotFound`, `VolumeInUse`, `IncorrectState`,
/// `InvalidVolume.ZoneMismatch`, `AttachmentLimitExceeded`, `InvalidParameterValue` for a malformed id and for a device whose name is
/// none or in use.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    region.ec2.ebs.settle(context.now);
    let volume = region.ec2.ebs.volume(&input.volume_id, context.now)?;
    id::check_instance(&input.instance_id)?;
    let missing = || not_found("InvalidInstanceID.NotFound", "instance", &input.instance_id);
    let instance = region.ec2.instances.get(&input.instance_id).ok_or_else(missing)?;
    device::check(&input.device)?;
    check_volume(volume, &input, context)?;
    check_instance(&region.ec2, volume, instance, &input, context)?;
    let attachment = Attachment {
        instance_id: input.instance_id,
        device: input.device,
        card: input.ebs_card_index,
        delete_on_termination: false,
        requested: context.now,
        attached_from: ATTACHING.over(context),
        gone_from: None,
    };
    let output = AttachmentItem::new(&input.volume_id, &attachment, context.now);
    region.ec2.ebs.attach(&input.volume_id, attachment);
    Ok(output)
}

/// That the volume can be attached once more.
fn check_volume(volume: &Volume, input: &Input, context: &Context) -> Result<(), ApiError> {
    let (id, now) = (&input.volume_id, context.now);
    let same = |attachment: &Attachment| attachment.instance_id == input.instance_id;
    match volume.state(now) {
        "available" => Ok(()),
        "in-use" if !volume.settings(now).multi_attach || volume.attachments(now).any(same) => {
            let message = format!("{id} is already attached to an instance");
            Err(ApiError::new("VolumeInUse", message))
        }
        "in-use" if volume.attachments(now).count() >= MOST_INSTANCES => {
            let message = format!("{id} is attached to {MOST_INSTANCES} instances, which is the most");
            Err(ApiError::new("AttachmentLimitExceeded", message))
        }
        "in-use" => Ok(()),
        _ => Err(ApiError::new("IncorrectState", format!("'{id}' is not 'available'."))),
    }
}

/// That the instance can take it.
fn check_instance(
    ec2: &ec2::State,
    volume: &Volume,
    instance: &Instance,
    input: &Input,
    context: &Context,
) -> Result<(), ApiError> {
    let Input {
        volume_id,
        instance_id,
        device,
        ..
    } = input;
    if volume.zone != instance.zone {
        let message = format!("The volume '{volume_id}' is not in the same availability zone as instance '{instance_id}'");
        return Err(ApiError::new("InvalidVolume.ZoneMismatch", message));
    }
    if in_use(&ec2.ebs, instance_id, device, context) {
        let message = format!("Invalid value '{device}' for unixDevice. Attachment point {device} is already in use");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let kind = instance_type::of(&instance.instance_type);
    if let Some(card) = input.ebs_card_index.filter(|card| *card >= kind.cards) {
        let message = format!("The instance '{instance_id}' has no EBS card with index {card}");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let shared = ec2.instance_interfaces(instance_id).count().saturating_sub(1);
    let taken = ec2.ebs.attached(instance_id, context.now).count() + if kind.dedicated { 0 } else { shared };
    if taken >= kind.attachments as usize {
        let message = format!("The instance '{instance_id}' has reached its limit of {} attachments", kind.attachments);
        return Err(ApiError::new("AttachmentLimitExceeded", message));
    }
    Ok(())
}

/// Whether a device of this name is attached to the instance; `sdf` and `xvdf` are the same one.
fn in_use(state: &State, instance_id: &str, name: &str, context: &Context) -> bool {
    fn short(name: &str) -> &str {
        let name = name.strip_prefix("/dev/").unwrap_or(name);
        name.strip_prefix("xvd").or_else(|| name.strip_prefix("sd")).unwrap_or(name)
    }
    let mut attached = state.attached(instance_id, context.now);
    attached.any(|(_, _, attachment)| short(&attachment.device) == short(name))
}
