//! AssignPrivateIpAddresses: secondary addresses and delegated prefixes of an interface.

use super::filter::Resource;
use super::interface::Interface;
use super::state::{State, not_found};
use crate::{ApiError, Context, Region};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// Length of a delegated prefix.
const PREFIX: u8 = 28;

/// The interface and what it shall get.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    network_interface_id: String,
    #[serde(default, rename = "PrivateIpAddress")]
    addresses: Vec<Ipv4Addr>,
    #[serde(default)]
    secondary_private_ip_address_count: usize,
    #[serde(default, rename = "Ipv4Prefix")]
    prefixes: Vec<Ipv4Net>,
    #[serde(default)]
    ipv4_prefix_count: usize,
}

/// What it got.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    network_interface_id: String,
    assigned_private_ip_addresses_set: Vec<AssignedAddress>,
    assigned_ipv4_prefix_set: Vec<AssignedPrefix>,
    r#return: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssignedAddress {
    private_ip_address: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssignedPrefix {
    ipv4_prefix: String,
}

/// Assigns addresses and prefixes; all or none.
///
/// # Errors
/// `InvalidNetworkInterfaceID.NotFound`, `InvalidIPAddress.InUse` for what is taken or outside of the subnet,
/// `InsufficientFreeAddressesInSubnet`, `InvalidParameterValue` for a prefix that is no /28.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let id = input.network_interface_id.clone();
    let missing = || not_found(Interface::NOT_FOUND, Interface::KIND, &id);
    let before = region.ec2.interfaces.get(&id).cloned().ok_or_else(missing)?;
    let assigned = assign(&mut region.ec2, &before.subnet_id, input);
    if assigned.is_err() {
        region.ec2.interfaces.insert(id, before);
    }
    assigned
}

/// Gives one after the other to the interface, so that each is taken when the next is looked for.
fn assign(state: &mut State, subnet_id: &str, input: Input) -> Result<Output, ApiError> {
    let id = input.network_interface_id;
    let mut addresses = Vec::new();
    let counted = std::iter::repeat_n(None, input.secondary_private_ip_address_count);
    for wanted in input.addresses.into_iter().map(Some).chain(counted) {
        let address = state.wanted_address(subnet_id, wanted, false)?;
        if let Some(interface) = state.interfaces.get_mut(&id) {
            interface.addresses.push(address);
        }
        addresses.push(AssignedAddress {
            private_ip_address: address.to_string(),
        });
    }
    let mut prefixes = Vec::new();
    let counted = std::iter::repeat_n(None, input.ipv4_prefix_count);
    for wanted in input.prefixes.into_iter().map(Some).chain(counted) {
        let prefix = wanted_prefix(state, subnet_id, wanted)?;
        if let Some(interface) = state.interfaces.get_mut(&id) {
            interface.prefixes.push(prefix);
        }
        prefixes.push(AssignedPrefix {
            ipv4_prefix: prefix.to_string(),
        });
    }
    Ok(Output {
        network_interface_id: id,
        assigned_private_ip_addresses_set: addresses,
        assigned_ipv4_prefix_set: prefixes,
        r#return: true,
    })
}

fn wanted_prefix(state: &State, subnet_id: &str, wanted: Option<Ipv4Net>) -> Result<Ipv4Net, ApiError> {
    let free = |prefix: &Ipv4Net| prefix.hosts().all(|address| state.is_free(subnet_id, address));
    match wanted {
        Some(prefix) if prefix.prefix_len() != PREFIX || prefix != prefix.trunc() => Err(ApiError::new(
            "InvalidParameterValue",
            format!("{prefix} is not a /{PREFIX} prefix"),
        )),
        Some(prefix) if free(&prefix) => Ok(prefix),
        Some(prefix) => Err(ApiError::new("InvalidIPAddress.InUse", format!("{prefix} is in use"))),
        None => state
            .subnet(subnet_id)?
            .cidr
            .subnets(PREFIX)
            .ok()
            .and_then(|mut all| all.find(free))
            .ok_or_else(|| {
                let message = format!("The subnet '{subnet_id}' has no free /{PREFIX} prefix");
                ApiError::new("InsufficientCidrBlocks", message)
            }),
    }
}
