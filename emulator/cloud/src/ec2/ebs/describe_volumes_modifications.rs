//! DescribeVolumesModifications.

use super::modification::{Modification, ModificationItem};
use super::paging::page_size;
use super::volume::Volume;
use crate::ec2::filter::{Filter, passing};
use crate::ec2::shape::one;
use crate::page::page;
use crate::{ApiError, Context, Region, Timestamp};
use serde::{Deserialize, Serialize};

/// Which modifications.
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

/// A page of modifications, the latest of each volume.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    volume_modification_set: Vec<ModificationItem>,
    next_token: Option<String>,
}

/// Lists the latest modification of each volume that was ever modified.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidVolumeModification.NotFound` for the id of a volume that never was, `InvalidParameterValue`,
/// `InvalidParameterCombination` for ids beside MaxResults.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let size = page_size(input.max_results, &input.ids, "volumeIds")?;
    let (state, now) = (&region.ec2.ebs, context.now);
    let mut found: Vec<(&String, &Volume, &Modification)> = Vec::new();
    for id in &input.ids {
        let volume = state.volume(id, now)?;
        let missing = || {
            let message = format!("Modification for volume '{id}' does not exist.");
            ApiError::new("InvalidVolumeModification.NotFound", message)
        };
        found.push((id, volume, volume.modification.as_ref().ok_or_else(missing)?));
    }
    if input.ids.is_empty() {
        let modified = state.volumes(now).filter_map(|(id, volume)| Some((id, volume, volume.modification.as_ref()?)));
        found.extend(modified);
    }
    found.sort_by_key(|(id, _, _)| *id);
    found.dedup_by_key(|(id, _, _)| *id);
    let found = passing(
        found,
        &input.filters,
        |(_, volume, _)| &volume.tags,
        |(id, _, modification), name| field(id, modification, name, now),
    )?;
    let (found, next_token) = page(found, |(id, _, _)| id, input.next_token.as_deref(), size);
    let item = |(id, _, modification): (&String, &Volume, &Modification)| ModificationItem::new(id, modification, now);
    Ok(Output {
        volume_modification_set: found.into_iter().map(item).collect(),
        next_token,
    })
}

fn field(id: &str, modification: &Modification, name: &str, now: Timestamp) -> Option<Vec<String>> {
    let Modification { original, target, .. } = modification;
    let iops = |iops: Option<u32>| Some(iops.iter().map(u32::to_string).collect());
    match name {
        "volume-id" => one(id),
        "modification-state" => one(modification.state(now)),
        "start-time" => one(&modification.started.iso8601()),
        "original-size" => one(&original.size),
        "original-iops" => iops(original.shown_iops()),
        "original-volume-type" => one(original.kind.name()),
        "originalMultiAttachEnabled" => one(&original.multi_attach),
        "target-size" => one(&target.size),
        "target-iops" => iops(target.shown_iops()),
        "target-volume-type" => one(target.kind.name()),
        "targetMultiAttachEnabled" => one(&target.multi_attach),
        _ => None,
    }
}
