//! DescribeVolumes.

use super::attachment::{Attachment, AttachmentItem};
use super::id;
use super::paging::page_size;
use super::volume::Volume;
use crate::ec2::filter::{Filter, Resource, select};
use crate::ec2::network::zone_id;
use crate::ec2::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

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

/// A page of volumes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    volume_set: Vec<VolumeItem>,
    next_token: Option<String>,
}

/// A volume in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeItem {
    volume_id: String,
    size: u32,
    snapshot_id: String,
    source_volume_id: Option<String>,
    availability_zone: String,
    availability_zone_id: String,
    status: &'static str,
    create_time: String,
    attachment_set: Vec<AttachmentItem>,
    volume_type: &'static str,
    iops: Option<u32>,
    throughput: Option<u32>,
    encrypted: bool,
    kms_key_id: Option<String>,
    sse_type: &'static str,
    multi_attach_enabled: bool,
    fast_restored: Option<bool>,
    volume_initialization_rate: Option<u32>,
    tag_set: Vec<TagItem>,
}

impl VolumeItem {
    /// As it is now.
    pub(super) fn new(id: &str, volume: &Volume, now: Timestamp) -> Self {
        let settings = volume.settings(now);
        let attachment = |attachment: &Attachment| AttachmentItem::new(id, attachment, now);
        Self {
            volume_id: id.to_owned(),
            size: settings.size,
            snapshot_id: volume.snapshot_id().unwrap_or_default().to_owned(),
            source_volume_id: volume.source_volume_id().map(str::to_owned),
            availability_zone: volume.zone.clone(),
            availability_zone_id: zone_id(&volume.zone),
            status: volume.state(now),
            create_time: volume.created.iso8601(),
            attachment_set: volume.attachments(now).map(attachment).collect(),
            volume_type: settings.kind.name(),
            iops: settings.shown_iops(),
            throughput: settings.throughput,
            encrypted: volume.kms_key.is_some(),
            kms_key_id: volume.kms_key.clone(),
            sse_type: sse_type(volume.kms_key.as_ref()),
            multi_attach_enabled: settings.multi_attach,
            fast_restored: volume.fast_restored().then_some(true),
            volume_initialization_rate: volume.initialization_rate(),
            tag_set: tag_set(&volume.tags),
        }
    }
}

/// `sse-kms`, or `none` without a key.
pub(super) fn sse_type(key: Option<&String>) -> &'static str {
    if key.is_some() { "sse-kms" } else { "none" }
}

impl Resource for Volume {
    const KIND: &'static str = "volume";
    const NOT_FOUND: &'static str = "InvalidVolume.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn exists(&self, now: Timestamp) -> bool {
        Volume::exists(self, now)
    }

    fn check_id(id: &str) -> Result<(), ApiError> {
        id::check_volume(id)
    }

    fn field(&self, id: &str, name: &str, now: Timestamp) -> Option<Vec<String>> {
        let of_attachments = |value: fn(&Attachment, Timestamp) -> String| {
            Some(self.attachments(now).map(|attachment| value(attachment, now)).collect())
        };
        match name {
            "attachment.attach-time" => of_attachments(|attachment, _| attachment.requested.iso8601()),
            "attachment.delete-on-termination" => of_attachments(|found, _| found.delete_on_termination.to_string()),
            "attachment.device" => of_attachments(|attachment, _| attachment.device.clone()),
            "attachment.instance-id" => of_attachments(|attachment, _| attachment.instance_id.clone()),
            "attachment.status" => of_attachments(|attachment, now| attachment.state(now).to_owned()),
            "availability-zone" => one(&self.zone),
            "availability-zone-id" => one(&zone_id(&self.zone)),
            "create-time" => one(&self.created.iso8601()),
            "encrypted" => one(&self.kms_key.is_some()),
            "fast-restored" => one(&self.fast_restored()),
            "multi-attach-enabled" => one(&self.settings(now).multi_attach),
            "operator.managed" => one(&false),
            "size" => one(&self.settings(now).size),
            "snapshot-id" => one(self.snapshot_id().unwrap_or_default()),
            "source-volume-id" => Some(self.source_volume_id().map(str::to_owned).into_iter().collect()),
            "status" => one(self.state(now)),
            "volume-id" => one(id),
            "volume-type" => one(self.settings(now).kind.name()),
            _ => None,
        }
    }
}

/// Lists volumes.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidParameterValue`, `InvalidParameterCombination` for ids beside MaxResults.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let size = page_size(input.max_results, &input.ids, "volumeIds")?;
    let volumes = select(&region.ec2.ebs.volumes, &input.ids, &input.filters, context.now)?;
    let (volumes, next_token) = page(volumes, |(id, _)| id, input.next_token.as_deref(), size);
    let item = |(id, volume): (&String, &Volume)| VolumeItem::new(id, volume, context.now);
    Ok(Output {
        volume_set: volumes.into_iter().map(item).collect(),
        next_token,
    })
}
