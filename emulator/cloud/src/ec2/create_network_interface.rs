//! CreateNetworkInterface.

use super::describe_network_interfaces::InterfaceItem;
use super::interface::Interface;
use super::shape::{TagSpecification, initial_tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// The new interface.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    subnet_id: String,
    description: Option<String>,
    private_ip_address: Option<Ipv4Addr>,
    #[serde(default, rename = "SecurityGroupId")]
    security_groups: Vec<String>,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// As DescribeNetworkInterfaces shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    network_interface: InterfaceItem,
}

/// Creates an interface that is attached to nothing.
///
/// # Errors
/// `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `InvalidIPAddress.InUse`, `InsufficientFreeAddressesInSubnet`,
/// `InvalidParameterValue`, `TagLimitExceeded`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2;
    for group in &input.security_groups {
        state.security_group(group)?;
    }
    let address = state.wanted_address(&input.subnet_id, input.private_ip_address, false)?;
    let tags = initial_tags(input.tags, "network-interface")?;
    let subnet = state.subnet(&input.subnet_id)?;
    let interface = Interface {
        vpc_id: subnet.vpc_id.clone(),
        zone: subnet.zone.clone(),
        subnet_id: input.subnet_id,
        description: input.description.unwrap_or_default(),
        kind: "interface".to_owned(),
        requester: None,
        security_groups: input.security_groups,
        addresses: vec![address],
        prefixes: Vec::new(),
        attachment: None,
        tags,
    };
    let id = context.ids.resource("eni");
    let output = Output {
        network_interface: InterfaceItem::new(&id, &interface, state, context),
    };
    state.interfaces.insert(id, interface);
    Ok(output)
}
