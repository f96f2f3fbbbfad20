//! CreateVolume.

use super::State;
use super::describe_volumes::VolumeItem;
use super::settings::Settings;
use super::snapshot::Snapshot;
use super::timing::{CREATING, INITIALIZING};
use super::volume::{Origin, Volume};
use super::volume_type::VolumeType;
use super::{encryption, limits};
use crate::ec2::network::zone_id;
use crate::ec2::shape::{TagSpecification, initial_tags};
use crate::{ApiError, Context, Region, Tags};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The new volume.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    encrypted: Option<bool>,
    iops: Option<u32>,
    kms_key_id: Option<String>,
    outpost_arn: Option<String>,
    size: Option<u32>,
    snapshot_id: Option<String>,
    volume_type: Option<String>,
    #[serde(default)]
    multi_attach_enabled: bool,
    throughput: Option<u32>,
    client_token: Option<String>,
    volume_initialization_rate: Option<u32>,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// As DescribeVolumes shows it.
pub type Output = VolumeItem;

/// Creates a volume, blank or of a snapshot. With a client token, the same request again finds the same volume.
///
/// # Errors
/// `MissingParameter`, `InvalidParameterValue`, `InvalidParameterCombination`, `InvalidParameterDependency`, `UnknownVolumeType`,
/// `InvalidZone.NotFound`, `InvalidSnapshot.NotFound`, `IncorrectState` for a snapshot that is pending, `IdempotentParameterMismatch`,
/// `VolumeLimitExceeded`, `MaxIOPSLimitExceeded`, `TagLimitExceeded`.
pub fn call(region: &mut Region, mut input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let zone = zone(&input, &region.ec2.zones())?;
    let state = &mut region.ec2.ebs;
    state.settle(context.now);
    let token = input.client_token.take();
    let tags = initial_tags(std::mem::take(&mut input.tags), "volume")?;
    let request = format!("CreateVolume {input:?} {tags:?}");
    if let Some((id, volume)) = state.made(token.as_deref(), &request, context.now)? {
        return Ok(VolumeItem::new(id, volume, context.now));
    }
    let volume = made(&input, zone, tags, state, context)?;
    limits::check_volume(state, &volume.settings, None, "VolumeLimitExceeded", context)?;
    let id = context.ids.resource("vol");
    state.tokens.remember(token, request, &id);
    let output = VolumeItem::new(&id, &volume, context.now);
    state.insert(id, volume);
    Ok(output)
}

/// The zone that is named, by name or by id.
fn zone(input: &Input, zones: &BTreeSet<&str>) -> Result<String, ApiError> {
    if let Some(outpost) = &input.outpost_arn {
        let message = format!("The outpost '{outpost}' does not exist.");
        return Err(ApiError::new("InvalidOutpost.NotFound", message));
    }
    let (asked, found) = match (&input.availability_zone, &input.availability_zone_id) {
        (Some(name), None) => (name, zones.iter().find(|zone| *zone == name)),
        (None, Some(id)) => (id, zones.iter().find(|zone| zone_id(zone) == *id)),
        (None, None) => return Err(ApiError::missing("AvailabilityZone")),
        (Some(_), Some(_)) => {
            let message = "The parameters AvailabilityZone and AvailabilityZoneId cannot be used together.";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    };
    let missing = || ApiError::new("InvalidZone.NotFound", format!("The zone '{asked}' does not exist."));
    found.map(|zone| (*zone).to_owned()).ok_or_else(missing)
}

fn made(input: &Input, zone: String, tags: Tags, state: &State, context: &Context) -> Result<Volume, ApiError> {
    let snapshot = match &input.snapshot_id {
        Some(id) => Some((id, completed(state, id, context)?)),
        None => None,
    };
    let settings = settings(input, snapshot.map(|(_, snapshot)| snapshot))?;
    let rate = initialization_rate(input)?;
    let inherited = snapshot.and_then(|(_, snapshot)| snapshot.kms_key.as_deref());
    let kms_key = encryption::key(input.encrypted, input.kms_key_id.as_deref(), inherited, context)?;
    let available_from = CREATING.over(context);
    let mut initialized_from = available_from;
    let origin = snapshot.map_or(Origin::Blank, |(id, _)| {
        let restored = state.fast_restores.get(&(id.clone(), zone.clone()));
        let fast_restored = restored.is_some_and(|found| found.state(context.now) == "enabled");
        if !fast_restored {
            initialized_from = INITIALIZING.over_from(available_from, context);
        }
        let id = id.clone();
        Origin::Snapshot { id, fast_restored, rate }
    });
    Ok(Volume {
        zone,
        settings,
        modification: None,
        origin,
        kms_key,
        created: context.now,
        available_from,
        initialized_from,
        attachments: Vec::new(),
        gone_from: None,
        auto_enable_io: false,
        tags,
    })
}

/// A snapshot that volumes can be made of.
fn completed<'s>(state: &'s State, id: &str, context: &Context) -> Result<&'s Snapshot, ApiError> {
    let snapshot = state.snapshot(id)?;
    match snapshot.state(context.now) {
        "completed" => Ok(snapshot),
        other => Err(ApiError::new("IncorrectState", format!("Snapshot '{id}' is in invalid state - {other}."))),
    }
}

fn settings(input: &Input, snapshot: Option<&Snapshot>) -> Result<Settings, ApiError> {
    let kind = input.volume_type.as_deref().map_or(Ok(VolumeType::Gp2), VolumeType::parse)?;
    let least = snapshot.map(|snapshot| snapshot.size);
    let size = input.size.or(least).ok_or_else(|| ApiError::missing("size or snapshotId"))?;
    if let Some(least) = least.filter(|least| size < *least) {
        let message = format!("The volume size of {size}GiB is smaller than the snapshot size of {least}GiB.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let settings = Settings {
        kind,
        size,
        iops: input.iops,
        throughput: input.throughput,
        multi_attach: input.multi_attach_enabled,
    };
    settings.check()
}

fn initialization_rate(input: &Input) -> Result<Option<u32>, ApiError> {
    match input.volume_initialization_rate {
        Some(_) if input.snapshot_id.is_none() => Err(ApiError::new(
            "InvalidParameterDependency",
            "The parameter VolumeInitializationRate requires the parameter SnapshotId.",
        )),
        Some(rate) if !(100..=300).contains(&rate) => Err(ApiError::new(
            "InvalidParameterValue",
            format!("Value ({rate}) for parameter volumeInitializationRate is invalid. It must be from 100 to 300."),
        )),
        rate => Ok(rate),
    }
}
