//! Between our types of volumes and the SDK's.

use super::ec2::{tags, tags_of};
use aws_api::ebs::{Attachment, DeviceMapping, Initialization, InstanceDevices, Modification, Snapshot, Volume};
use aws_api::{Filters, Tags};
use aws_sdk_ec2::operation::attach_volume::AttachVolumeOutput;
use aws_sdk_ec2::operation::create_snapshot::CreateSnapshotOutput;
use aws_sdk_ec2::operation::create_volume::CreateVolumeOutput;
use aws_sdk_ec2::types as sdk;

pub(super) fn tag_specification(kind: sdk::ResourceType, from: &Tags) -> Option<Vec<sdk::TagSpecification>> {
    let specification = sdk::TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(tags(from)))
        .build();
    (!from.is_empty()).then(|| vec![specification])
}

/// The same filters in pieces, none of which has more than `most` values; only one filter may be longer.
pub(super) fn chunks(filters: &Filters, most: usize) -> Vec<Filters> {
    let Some((name, values)) = filters.iter().find(|(_, values)| values.len() > most) else {
        return vec![filters.clone()];
    };
    let others = filters.iter().filter(|(other, _)| other != name);
    let piece = |values: &[String]| {
        others
            .clone()
            .cloned()
            .chain([(name.clone(), values.to_vec())])
            .collect()
    };
    values.chunks(most).map(piece).collect()
}

// The SDK gives an object in a list and the same object as an answer two types, with the same fields.

macro_rules! as_volume {
    ($from:ident) => {
        Volume {
            id: $from.volume_id.unwrap_or_default(),
            state: text($from.state),
            size: $from.size.unwrap_or_default(),
            kind: text($from.volume_type),
            iops: $from.iops,
            throughput: $from.throughput,
            encrypted: $from.encrypted.unwrap_or_default(),
            kms_key_id: $from.kms_key_id,
            multi_attach: $from.multi_attach_enabled.unwrap_or_default(),
            snapshot_id: $from.snapshot_id.filter(|id| !id.is_empty()),
            source_volume_id: $from.source_volume_id.filter(|id| !id.is_empty()),
            zone: $from.availability_zone.unwrap_or_default(),
            zone_id: $from.availability_zone_id,
            outpost_arn: $from.outpost_arn.filter(|arn| !arn.is_empty()),
            attachments: $from
                .attachments
                .unwrap_or_default()
                .into_iter()
                .map(attachment)
                .collect(),
            tags: tags_of($from.tags),
        }
    };
}

macro_rules! as_attachment {
    ($from:ident) => {
        Attachment {
            instance_id: $from.instance_id.unwrap_or_default(),
            device: $from.device.unwrap_or_default(),
            state: text($from.state),
            card: $from.ebs_card_index,
            since: $from.attach_time.map(|time| time.secs()),
        }
    };
}

macro_rules! as_snapshot {
    ($from:ident) => {
        Snapshot {
            id: $from.snapshot_id.unwrap_or_default(),
            volume_id: $from.volume_id.unwrap_or_default(),
            state: text($from.state),
            size: $from.volume_size.unwrap_or_default(),
            started: $from
                .start_time
                .map(|time| (time.secs(), time.subsec_nanos()))
                .unwrap_or_default(),
            tags: tags_of($from.tags),
        }
    };
}

pub(super) fn volume(from: sdk::Volume) -> Volume {
    as_volume!(from)
}

pub(super) fn created(from: CreateVolumeOutput) -> Volume {
    as_volume!(from)
}

fn attachment(from: sdk::VolumeAttachment) -> Attachment {
    as_attachment!(from)
}

pub(super) fn attached(from: AttachVolumeOutput) -> Attachment {
    as_attachment!(from)
}

pub(super) fn modification(from: sdk::VolumeModification) -> Modification {
    Modification {
        volume_id: from.volume_id.unwrap_or_default(),
        state: text(from.modification_state),
        message: from.status_message,
        started: from.start_time.map(|time| time.secs()),
    }
}

pub(super) fn initialization(from: sdk::VolumeStatusItem) -> Initialization {
    let details = from.volume_status.and_then(|status| status.details).unwrap_or_default();
    let said = details
        .into_iter()
        .find(|detail| detail.name == Some(sdk::VolumeStatusName::InitializationState))
        .and_then(|detail| detail.status);
    let progress = from.initialization_status_details;
    let unfinished = progress
        .as_ref()
        .and_then(|details| details.progress)
        .is_some_and(|percent| percent < 100);
    Initialization {
        volume_id: from.volume_id.unwrap_or_default(),
        completed: said.map_or(!unfinished, |state| {
            matches!(state.as_str(), "completed" | "not-applicable")
        }),
        remaining: progress
            .and_then(|details| details.estimated_time_to_complete_in_seconds)
            .and_then(|seconds| u64::try_from(seconds).ok()),
    }
}

pub(super) fn snapshot(from: sdk::Snapshot) -> Snapshot {
    as_snapshot!(from)
}

pub(super) fn snapshot_created(from: CreateSnapshotOutput) -> Snapshot {
    as_snapshot!(from)
}

/// The code of the first zone where fast restore could not be enabled, and a text that names all of them.
pub(super) fn refused_zones(from: Vec<sdk::EnableFastSnapshotRestoreErrorItem>) -> Option<(String, String)> {
    let states = from
        .into_iter()
        .flat_map(|item| item.fast_snapshot_restore_state_errors.unwrap_or_default());
    let mut refused = states.map(|state| {
        let error = state
            .error
            .unwrap_or_else(|| sdk::EnableFastSnapshotRestoreStateError::builder().build());
        let zone = state.availability_zone.unwrap_or_default();
        let message = format!("{zone}: {}", error.message.unwrap_or_default());
        (error.code.unwrap_or_else(|| "RequestFailed".into()), message)
    });
    let (code, first) = refused.next()?;
    Some((
        code,
        refused.fold(first, |all, (_, message)| format!("{all}; {message}")),
    ))
}

pub(super) fn instance_devices(from: sdk::Instance) -> InstanceDevices {
    let mapping = |mapping: sdk::InstanceBlockDeviceMapping| {
        let ebs = mapping.ebs?;
        Some(DeviceMapping {
            device: mapping.device_name.unwrap_or_default(),
            volume_id: ebs.volume_id.unwrap_or_default(),
            state: text(ebs.status),
            card: ebs.ebs_card_index,
        })
    };
    InstanceDevices {
        id: from.instance_id.unwrap_or_default(),
        kind: text(from.instance_type),
        root: from.root_device_name,
        mappings: from
            .block_device_mappings
            .unwrap_or_default()
            .into_iter()
            .filter_map(mapping)
            .collect(),
    }
}

/// The word of an enumeration.
fn text<T: AsRef<str>>(from: Option<T>) -> String {
    from.map(|word| word.as_ref().to_owned()).unwrap_or_default()
}
