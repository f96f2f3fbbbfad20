//! DescribeAddresses. AWS does not page it.

use super::filter::{Filter, Resource, select};
use super::interface::Interface;
use super::network::Address;
use super::shape::{TagItem, one, tag_set};
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which addresses.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(default, rename = "AllocationId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
}

/// The addresses.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    addresses_set: Vec<AddressItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AddressItem {
    allocation_id: String,
    public_ip: String,
    domain: &'static str,
    association_id: Option<String>,
    network_interface_id: Option<String>,
    private_ip_address: Option<String>,
    tag_set: Vec<TagItem>,
}

impl Resource for Address {
    const KIND: &'static str = "allocation";
    const NOT_FOUND: &'static str = "InvalidAllocationID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "allocation-id" => one(id),
            "public-ip" => one(&self.public_ip),
            "domain" => one(&"vpc"),
            "network-interface-id" => Some(self.interface_id.iter().cloned().collect()),
            _ => None,
        }
    }
}

/// Lists Elastic IP addresses.
///
/// # Errors
/// `InvalidAllocationID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let state = &region.ec2;
    let item = |(id, address): (&String, &Address)| {
        let interface = address.interface_id.as_ref().and_then(|id| state.interfaces.get(id));
        AddressItem {
            allocation_id: id.clone(),
            public_ip: address.public_ip.to_string(),
            domain: "vpc",
            association_id: address
                .interface_id
                .as_ref()
                .map(|_| id.replacen("eipalloc-", "eipassoc-", 1)),
            network_interface_id: address.interface_id.clone(),
            private_ip_address: interface
                .and_then(Interface::primary)
                .map(|address| address.to_string()),
            tag_set: tag_set(&address.tags),
        }
    };
    let addresses = select(&state.addresses, &input.ids, &input.filters, context.now)?;
    Ok(Output {
        addresses_set: addresses.into_iter().map(item).collect(),
    })
}
