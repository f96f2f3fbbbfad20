//! DescribeNetworkInterfaces.

use super::State;
use super::filter::{Filter, Resource, select};
use super::interface::{Attachment, Interface};
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which interfaces.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "NetworkInterfaceId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of interfaces.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    network_interface_set: Vec<InterfaceItem>,
    next_token: Option<String>,
}

/// An interface on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceItem {
    network_interface_id: String,
    subnet_id: String,
    vpc_id: String,
    availability_zone: String,
    description: String,
    owner_id: String,
    requester_id: Option<String>,
    requester_managed: bool,
    status: &'static str,
    interface_type: String,
    private_ip_address: Option<String>,
    group_set: Vec<GroupItem>,
    attachment: Option<AttachmentItem>,
    association: Option<AssociationItem>,
    private_ip_addresses_set: Vec<AddressItem>,
    ipv4_prefix_set: Vec<PrefixItem>,
    tag_set: Vec<TagItem>,
}

/// A security group of an interface.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupItem {
    group_id: String,
    group_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentItem {
    attachment_id: String,
    instance_id: String,
    device_index: u32,
    status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssociationItem {
    public_ip: String,
}

/// A private address of an interface.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressItem {
    private_ip_address: String,
    primary: bool,
}

/// A delegated prefix.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrefixItem {
    ipv4_prefix: String,
}

/// The security groups of an interface.
pub(crate) fn group_set(state: &State, interface: &Interface) -> Vec<GroupItem> {
    let name = |id: &String| {
        state
            .security_groups
            .get(id)
            .map(|group| group.name.clone())
            .unwrap_or_default()
    };
    interface
        .security_groups
        .iter()
        .map(|id| GroupItem {
            group_id: id.clone(),
            group_name: name(id),
        })
        .collect()
}

/// The private addresses of an interface, primary first.
pub(crate) fn address_set(interface: &Interface) -> Vec<AddressItem> {
    let primary = interface.primary();
    let item = |address: &_| AddressItem {
        private_ip_address: format!("{address}"),
        primary: Some(*address) == primary,
    };
    interface.addresses.iter().map(item).collect()
}

/// The delegated prefixes of an interface.
pub(crate) fn prefix_set(interface: &Interface) -> Vec<PrefixItem> {
    interface
        .prefixes
        .iter()
        .map(|prefix| PrefixItem {
            ipv4_prefix: prefix.to_string(),
        })
        .collect()
}

impl InterfaceItem {
    /// The interface as an answer shows it.
    pub(crate) fn new(id: &str, interface: &Interface, state: &State, context: &Context) -> Self {
        let attachment = |attachment: &Attachment| AttachmentItem {
            attachment_id: attachment.id.clone(),
            instance_id: attachment.instance_id.clone(),
            device_index: attachment.device_index,
            status: "attached",
        };
        Self {
            network_interface_id: id.to_owned(),
            subnet_id: interface.subnet_id.clone(),
            vpc_id: interface.vpc_id.clone(),
            availability_zone: interface.zone.clone(),
            description: interface.description.clone(),
            owner_id: context.account.clone(),
            requester_id: interface.requester.clone(),
            requester_managed: interface.requester.is_some(),
            status: interface.status(),
            interface_type: interface.kind.clone(),
            private_ip_address: interface.primary().map(|address| address.to_string()),
            group_set: group_set(state, interface),
            attachment: interface.attachment.as_ref().map(attachment),
            association: state.public_address(id).map(|ip| AssociationItem {
                public_ip: ip.to_string(),
            }),
            private_ip_addresses_set: address_set(interface),
            ipv4_prefix_set: prefix_set(interface),
            tag_set: tag_set(&interface.tags),
        }
    }
}

impl Interface {
    /// Whether something uses it: an instance or a service.
    fn status(&self) -> &'static str {
        if self.attachment.is_some() || self.requester.is_some() {
            "in-use"
        } else {
            "available"
        }
    }
}

impl Resource for Interface {
    const KIND: &'static str = "networkInterface";
    const NOT_FOUND: &'static str = "InvalidNetworkInterfaceID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        let attached = |of: fn(&Attachment) -> String| Some(self.attachment.iter().map(of).collect());
        match name {
            "network-interface-id" => one(id),
            "vpc-id" => one(&self.vpc_id),
            "subnet-id" => one(&self.subnet_id),
            "availability-zone" => one(&self.zone),
            "description" => one(&self.description),
            "status" => one(&self.status()),
            "interface-type" => one(&self.kind),
            "group-id" => Some(self.security_groups.clone()),
            "requester-id" => Some(self.requester.iter().cloned().collect()),
            "requester-managed" => one(&self.requester.is_some()),
            "attachment.instance-id" => attached(|attachment| attachment.instance_id.clone()),
            "attachment.attachment-id" => attached(|attachment| attachment.id.clone()),
            "attachment.device-index" => attached(|attachment| attachment.device_index.to_string()),
            "attachment.status" => attached(|_| "attached".to_owned()),
            "private-ip-address" => Some(self.primary().iter().map(ToString::to_string).collect()),
            "addresses.private-ip-address" => Some(self.addresses.iter().map(ToString::to_string).collect()),
            "ipv4-prefix" | "ipv4-prefix-set.ipv4-prefix" => {
                Some(self.prefixes.iter().map(ToString::to_string).collect())
            }
            _ => None,
        }
    }
}

/// Lists interfaces, those of load balancers among them.
///
/// # Errors
/// `InvalidNetworkInterfaceID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let state = &region.ec2;
    let interfaces = select(&state.interfaces, &input.ids, &input.filters, context.now)?;
    let (interfaces, next_token) = page(interfaces, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let items = interfaces
        .into_iter()
        .map(|(id, interface)| InterfaceItem::new(id, interface, state, context));
    Ok(Output {
        network_interface_set: items.collect(),
        next_token,
    })
}
