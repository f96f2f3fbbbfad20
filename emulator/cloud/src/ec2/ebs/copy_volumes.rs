//! CopyVolumes: a copy of a volume as it is now, in its zone. See "Copy an Amazon EBS volume" in the EBS User Guide.

use super::State;
use super::describe_volumes::VolumeItem;
use super::limits;
use super::settings::Settings;
use super::timing::{CREATING, INITIALIZING};
use super::volume::{Origin, Volume};
use super::volume_type::VolumeType;
use crate::ec2::shape::{TagSpecification, initial_tags};
use crate::{ApiError, Context, Region, Tags};
use serde::{Deserialize, Serialize};

/// The volume to copy, and what is different about the copy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    source_volume_id: String,
    iops: Option<u32>,
    size: Option<u32>,
    volume_type: Option<String>,
    multi_attach_enabled: Option<bool>,
    throughput: Option<u32>,
    client_token: Option<String>,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// The copy, as DescribeVolumes shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    volume_set: Vec<VolumeItem>,
}

/// Copies a volume that is available or in use. With a client token, the same request again finds the same copy.
///
/// # Errors
/// `InvalidVolume.NotFound`, `IncorrectState`, and those of CreateVolume.
pub fn call(region: &mut Region, mut input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    state.settle(context.now);
    let token = input.client_token.take();
    let tags = initial_tags(std::mem::take(&mut input.tags), "volume")?;
    let request = format!("CopyVolumes {input:?} {tags:?}");
    if let Some((id, volume)) = state.made(token.as_deref(), &request, context.now)? {
        let volume_set = vec![VolumeItem::new(id, volume, context.now)];
        return Ok(Output { volume_set });
    }
    let volume = copied(&input, tags, state, context)?;
    limits::check_volume(state, &volume.settings, None, "VolumeLimitExceeded", context)?;
    let id = context.ids.resource("vol");
    state.tokens.remember(token, request, &id);
    let volume_set = vec![VolumeItem::new(&id, &volume, context.now)];
    state.insert(id, volume);
    Ok(Output { volume_set })
}

fn copied(input: &Input, tags: Tags, state: &State, context: &Context) -> Result<Volume, ApiError> {
    let id = &input.source_volume_id;
    let source = state.volume(id, context.now)?;
    let status = source.state(context.now);
    if !matches!(status, "available" | "in-use") {
        let message = format!("Volume '{id}' is in the '{status}' state.");
        return Err(ApiError::new("IncorrectState", message));
    }
    let settings = settings(input, source.settings(context.now))?;
    let available_from = CREATING.over(context);
    Ok(Volume {
        zone: source.zone.clone(),
        settings,
        modification: None,
        origin: Origin::Volume { id: id.clone() },
        kms_key: source.kms_key.clone(),
        created: context.now,
        available_from,
        initialized_from: INITIALIZING.over_from(available_from, context),
        attachments: Vec::new(),
        gone_from: None,
        auto_enable_io: false,
        tags,
    })
}

/// What is not asked for is as the source has it; performance only if the type stays.
fn settings(input: &Input, source: Settings) -> Result<Settings, ApiError> {
    let kind = input.volume_type.as_deref().map_or(Ok(source.kind), VolumeType::parse)?;
    let size = input.size.unwrap_or(source.size);
    if size < source.size {
        let message = format!("The volume size of {size}GiB is smaller than that of its source, {}GiB.", source.size);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let same = kind == source.kind;
    let settings = Settings {
        kind,
        size,
        iops: input.iops.or(source.iops.filter(|_| same)),
        throughput: input.throughput.or(source.throughput.filter(|_| same)),
        multi_attach: input.multi_attach_enabled.unwrap_or(false),
    };
    settings.check()
}
