//! DescribeInstances.

use super::{State, ebs};
use super::describe_network_interfaces::{AddressItem, GroupItem, PrefixItem, address_set, group_set, prefix_set};
use super::filter::{Filter, Resource, select};
use super::ebs::attachment::Attachment;
use super::ebs::volume::Volume;
use super::interface::{Instance, Interface, ROOT_DEVICE};
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which instances.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "InstanceId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of instances, each in a reservation of its own.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    reservation_set: Vec<Reservation>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reservation {
    reservation_id: String,
    owner_id: String,
    instances_set: Vec<InstanceItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InstanceItem {
    instance_id: String,
    instance_type: String,
    instance_state: InstanceState,
    launch_time: String,
    placement: Placement,
    vpc_id: String,
    subnet_id: String,
    private_ip_address: Option<String>,
    network_interface_set: Vec<InstanceInterface>,
    root_device_type: &'static str,
    root_device_name: &'static str,
    block_device_mapping: Vec<BlockDevice>,
    ebs_optimized: bool,
    hypervisor: &'static str,
    tag_set: Vec<TagItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockDevice {
    device_name: String,
    ebs: AttachedVolume,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttachedVolume {
    volume_id: String,
    status: &'static str,
    attach_time: String,
    delete_on_termination: bool,
    ebs_card_index: Option<u32>,
}

#[derive(Debug, Serialize)]
struct InstanceState {
    code: u8,
    name: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Placement {
    availability_zone: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InstanceInterface {
    network_interface_id: String,
    subnet_id: String,
    vpc_id: String,
    private_ip_address: Option<String>,
    group_set: Vec<GroupItem>,
    attachment: InstanceAttachment,
    private_ip_addresses_set: Vec<AddressItem>,
    ipv4_prefix_set: Vec<PrefixItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InstanceAttachment {
    attachment_id: String,
    device_index: u32,
    status: &'static str,
}

impl Resource for Instance {
    const KIND: &'static str = "instance";
    const NOT_FOUND: &'static str = "InvalidInstanceID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn check_id(id: &str) -> Result<(), ApiError> {
        ebs::check_instance_id(id)
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "instance-id" => one(id),
            "vpc-id" => one(&self.vpc_id),
            "subnet-id" => one(&self.subnet_id),
            "availability-zone" => one(&self.zone),
            "instance-type" => one(&self.instance_type),
            "instance-state-name" => one(&"running"),
            "instance-state-code" => one(&16),
            _ => None,
        }
    }
}

fn instance_item(id: &str, instance: &Instance, state: &State, now: Timestamp) -> InstanceItem {
    let interfaces = state
        .instance_interfaces(id)
        .filter_map(|(id, interface)| instance_interface(id, interface, state));
    InstanceItem {
        instance_id: id.to_owned(),
        instance_type: instance.instance_type.clone(),
        instance_state: InstanceState {
            code: 16,
            name: "running",
        },
        launch_time: instance.launched.iso8601(),
        placement: Placement {
            availability_zone: instance.zone.clone(),
        },
        vpc_id: instance.vpc_id.clone(),
        subnet_id: instance.subnet_id.clone(),
        private_ip_address: state.instance_address(id).map(|address| address.to_string()),
        network_interface_set: interfaces.collect(),
        root_device_type: "ebs",
        root_device_name: ROOT_DEVICE,
        block_device_mapping: state.ebs.attached(id, now).map(|found| block_device(found, now)).collect(),
        ebs_optimized: true,
        hypervisor: "xen",
        tag_set: tag_set(&instance.tags),
    }
}

fn block_device((volume_id, _, attachment): (&String, &Volume, &Attachment), now: Timestamp) -> BlockDevice {
    BlockDevice {
        device_name: attachment.device.clone(),
        ebs: AttachedVolume {
            volume_id: volume_id.clone(),
            status: attachment.state(now),
            attach_time: attachment.requested.iso8601(),
            delete_on_termination: attachment.delete_on_termination,
            ebs_card_index: attachment.card,
        },
    }
}

fn instance_interface(id: &str, interface: &Interface, state: &State) -> Option<InstanceInterface> {
    let attachment = interface.attachment.as_ref()?;
    Some(InstanceInterface {
        network_interface_id: id.to_owned(),
        subnet_id: interface.subnet_id.clone(),
        vpc_id: interface.vpc_id.clone(),
        private_ip_address: interface.primary().map(|address| address.to_string()),
        group_set: group_set(state, interface),
        attachment: InstanceAttachment {
            attachment_id: attachment.id.clone(),
            device_index: attachment.device_index,
            status: "attached",
        },
        private_ip_addresses_set: address_set(interface),
        ipv4_prefix_set: prefix_set(interface),
    })
}

/// Lists instances. All of them run.
///
/// # Errors
/// `InvalidInstanceID.NotFound`, `InvalidInstanceID.Malformed`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let state = &region.ec2;
    let instances = select(&state.instances, &input.ids, &input.filters, context.now)?;
    let (instances, next_token) = page(instances, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let reservation = |(id, instance): (&String, &Instance)| Reservation {
        reservation_id: id.replacen("i-", "r-", 1),
        owner_id: context.account.clone(),
        instances_set: vec![instance_item(id, instance, state, context.now)],
    };
    Ok(Output {
        reservation_set: instances.into_iter().map(reservation).collect(),
        next_token,
    })
}
