//! ModifyVolume.

use super::limits;
use super::modification::{Modification, ModificationItem};
use super::settings::Settings;
use super::timing::{COOLDOWN, MODIFYING, OPTIMIZING};
use super::volume::Volume;
use super::volume_type::VolumeType;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// The volume and what it shall become.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
    size: Option<u32>,
    volume_type: Option<String>,
    iops: Option<u32>,
    throughput: Option<u32>,
    multi_attach_enabled: Option<bool>,
}

/// The modification that began.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    volume_modification: ModificationItem,
}

/// Changes size and performance of a volume, attached or not.
///
/// # Errors
/// `InvalidVolume.NotFound`, `IncorrectState`, `IncorrectModificationState` while another modification runs,
/// `VolumeModificationRateExceeded` too soon after it, `VolumeModificationSizeLimitExceeded`, `MaxIOPSLimitExceeded`, and as
/// CreateVolume for values that cannot be.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    state.settle(context.now);
    let (id, now) = (&input.volume_id, context.now);
    let volume = state.volume(id, now)?;
    check_state(id, volume, context)?;
    let original = volume.settings(now);
    let target = target(&input, original, volume, context)?;
    limits::check_volume(state, &target, Some(id), "VolumeModificationSizeLimitExceeded", context)?;
    let optimizing_from = MODIFYING.over(context);
    let modification = Modification {
        original,
        target,
        started: now,
        optimizing_from,
        completed_from: OPTIMIZING.over_from(optimizing_from, context),
        next_from: COOLDOWN.over(context),
    };
    let volume_modification = ModificationItem::new(id, &modification, now);
    let volume = state.volume_mut(id, now)?;
    volume.settings = original;
    volume.modification = Some(modification);
    state.expect(optimizing_from, id);
    Ok(Output { volume_modification })
}

/// That a modification may begin.
fn check_state(id: &str, volume: &Volume, context: &Context) -> Result<(), ApiError> {
    let now = context.now;
    let status = volume.state(now);
    if !matches!(status, "available" | "in-use") {
        return Err(ApiError::new("IncorrectState", format!("Volume '{id}' is in the '{status}' state.")));
    }
    let Some(latest) = &volume.modification else { return Ok(()) };
    let running = latest.state(now);
    if running != "completed" {
        let message = format!("Volume {id} cannot be modified in modification state {}.", running.to_uppercase());
        return Err(ApiError::new("IncorrectModificationState", message));
    }
    if now < latest.next_from {
        let message = "You've reached the maximum modification rate per volume limit. \
                       Wait at least 6 hours between modifications per EBS volume.";
        return Err(ApiError::new("VolumeModificationRateExceeded", message));
    }
    Ok(())
}

/// What is not asked for stays; performance goes back to the default of a type that is new.
fn target(input: &Input, original: Settings, volume: &Volume, context: &Context) -> Result<Settings, ApiError> {
    let kind = input.volume_type.as_deref().map_or(Ok(original.kind), VolumeType::parse)?;
    if original.kind == VolumeType::Standard || (kind == VolumeType::Standard && kind != original.kind) {
        let message = "Volumes of type 'standard' cannot be modified, nor become such.";
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    let size = input.size.unwrap_or(original.size);
    if size < original.size {
        let message = format!("New size cannot be smaller than existing size of {}GiB.", original.size);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let multi_attach = input.multi_attach_enabled.unwrap_or(original.multi_attach);
    if multi_attach != original.multi_attach && volume.attachments(context.now).next().is_some() {
        let message = "Multi-Attach can only be changed while the volume is attached to nothing.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    let same = kind == original.kind;
    let default_iops = kind.iops().filter(|_| !same).map(|span| 3000.max(span.least));
    let settings = Settings {
        kind,
        size,
        iops: input.iops.or(if same { original.iops } else { default_iops }),
        throughput: input.throughput.or(original.throughput.filter(|_| same)),
        multi_attach,
    };
    settings.check()
}
