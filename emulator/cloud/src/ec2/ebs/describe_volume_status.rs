//! DescribeVolumeStatus: checks of volumes, which all pass, and how far their blocks are there.

use super::modification::percent;
use super::paging::page_size;
use super::volume::{Origin, Volume};
use crate::ec2::filter::{Filter, passing, select};
use crate::ec2::network::zone_id;
use crate::ec2::shape::one;
use crate::page::page;
use crate::{ApiError, Context, Region, Timestamp};
use serde::{Deserialize, Serialize};

/// Names of the checks.
const DETAILS: [&str; 3] = ["io-enabled", "io-performance", "initialization-state"];

/// Which volumes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "VolumeId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of statuses.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    volume_status_set: Vec<StatusItem>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusItem {
    volume_id: String,
    availability_zone: String,
    availability_zone_id: String,
    volume_status: Status,
    initialization_status_details: Option<Initialization>,
}

#[derive(Debug, Serialize)]
struct Status {
    status: &'static str,
    details: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    name: &'static str,
    status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Initialization {
    initialization_type: &'static str,
    progress: u64,
    estimated_time_to_complete_in_seconds: Option<u64>,
}

impl StatusItem {
    fn new(id: &str, volume: &Volume, now: Timestamp) -> Self {
        let detail = |(name, status)| Detail { name, status };
        Self {
            volume_id: id.to_owned(),
            availability_zone: volume.zone.clone(),
            availability_zone_id: zone_id(&volume.zone),
            volume_status: Status {
                status: "ok",
                details: DETAILS.into_iter().zip(checks(volume, now)).map(detail).collect(),
            },
            initialization_status_details: Initialization::new(volume, now),
        }
    }
}

/// What each check says.
fn checks(volume: &Volume, now: Timestamp) -> [&'static str; 3] {
    let initialization = if now < volume.initialized_from {
        "initializing"
    } else {
        "completed"
    };
    ["passed", "not-applicable", initialization]
}

impl Initialization {
    /// Of a volume that does not begin blank.
    fn new(volume: &Volume, now: Timestamp) -> Option<Self> {
        let initialization_type = match &volume.origin {
            Origin::Blank => return None,
            Origin::Snapshot { rate: None, .. } => "default",
            Origin::Snapshot { rate: Some(_), .. } => "provisioned-rate",
            Origin::Volume { .. } => "volume-copy",
        };
        let left = volume.initialized_from.0.saturating_sub(now.0).div_ceil(1000);
        Some(Self {
            initialization_type,
            progress: percent(volume.available_from, volume.initialized_from, now),
            estimated_time_to_complete_in_seconds: volume.initialization_rate().map(|_| left),
        })
    }
}

/// Lists statuses of volumes that can be used.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidParameterValue`, `InvalidParameterCombination` for ids beside MaxResults.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let size = page_size(input.max_results, &input.ids, "volumeIds")?;
    let now = context.now;
    let mut volumes = select(&region.ec2.ebs.volumes, &input.ids, &[], now)?;
    volumes.retain(|(_, volume)| matches!(volume.state(now), "available" | "in-use"));
    let field = |(_, volume): (&String, &Volume), name: &str| match name {
        "availability-zone" => one(&volume.zone),
        "availability-zone-id" => one(&zone_id(&volume.zone)),
        "volume-status.status" => one("ok"),
        "volume-status.details-name" => Some(DETAILS.map(str::to_owned).to_vec()),
        "volume-status.details-status" => Some(checks(volume, now).map(str::to_owned).to_vec()),
        "action.code" | "action.description" | "action.event-id" | "event.description" | "event.event-id"
        | "event.event-type" | "event.not-after" | "event.not-before" => Some(Vec::new()),
        _ => None,
    };
    let volumes = passing(volumes, &input.filters, |(_, volume)| &volume.tags, field)?;
    let (volumes, next_token) = page(volumes, |(id, _)| id, input.next_token.as_deref(), size);
    let item = |(id, volume): (&String, &Volume)| StatusItem::new(id, volume, now);
    Ok(Output {
        volume_status_set: volumes.into_iter().map(item).collect(),
        next_token,
    })
}
