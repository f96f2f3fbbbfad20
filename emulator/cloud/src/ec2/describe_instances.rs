//! DescribeInstances.

use super::State;
use super::describe_network_interfaces::{AddressItem, GroupItem, PrefixItem, address_set, group_set, prefix_set};
use super::filter::{Filter, Resource, select};
use super::interface::{Instance, Interface};
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags};
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
    tag_set: Vec<TagItem>,
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

    fn field(&self, id: &str, name: &str) -> Option<Vec<String>> {
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

fn instance_item(id: &str, instance: &Instance, state: &State) -> InstanceItem {
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
        tag_set: tag_set(&instance.tags),
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
/// `InvalidInstanceID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let state = &region.ec2;
    let instances = select(&state.instances, &input.ids, &input.filters)?;
    let (instances, next_token) = page(instances, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let reservation = |(id, instance): (&String, &Instance)| Reservation {
        reservation_id: id.replacen("i-", "r-", 1),
        owner_id: context.account.clone(),
        instances_set: vec![instance_item(id, instance, state)],
    };
    Ok(Output {
        reservation_set: instances.into_iter().map(reservation).collect(),
        next_token,
    })
}
