//! DescribeAvailabilityZones: the zones that have a subnet.

use super::network::zone_id;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// Which zones.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(default, rename = "ZoneName")]
    names: Vec<String>,
    #[serde(default, rename = "ZoneId")]
    ids: Vec<String>,
}

/// The zones.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    availability_zone_info: Vec<ZoneItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ZoneItem {
    zone_name: String,
    zone_id: String,
    zone_state: &'static str,
    zone_type: &'static str,
    region_name: String,
    group_name: String,
    network_border_group: String,
    opt_in_status: &'static str,
}

/// Lists zones.
///
/// # Errors
/// `InvalidParameterValue` for a zone that is not there.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let zones = region.ec2.zones();
    let known_id = |id: &String| zones.iter().any(|zone| zone_id(zone) == *id);
    let unknown = input
        .names
        .iter()
        .find(|name| !zones.contains(name.as_str()))
        .or_else(|| input.ids.iter().find(|id| !known_id(id)));
    if let Some(unknown) = unknown {
        return Err(ApiError::new(
            "InvalidParameterValue",
            format!("Invalid availability zone: [{unknown}]"),
        ));
    }
    let chosen = zones.into_iter().filter(|zone| {
        let all = input.names.is_empty() && input.ids.is_empty();
        all || input.names.iter().any(|name| name == zone) || input.ids.contains(&zone_id(zone))
    });
    let item = |zone: &str| ZoneItem {
        zone_name: zone.to_owned(),
        zone_id: zone_id(zone),
        zone_state: "available",
        zone_type: "availability-zone",
        region_name: context.region.clone(),
        group_name: context.region.clone(),
        network_border_group: context.region.clone(),
        opt_in_status: "opt-in-not-required",
    };
    Ok(Output {
        availability_zone_info: chosen.map(item).collect(),
    })
}
