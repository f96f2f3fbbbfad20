//! AllocateAddress.

use super::network::Address;
use super::shape::{TagSpecification, initial_tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// The pool that public addresses come from: TEST-NET-2 (RFC 5737), which nobody routes.
const POOL: [u8; 3] = [198, 51, 100];

/// Tags of the new address.
#[derive(Debug, Deserialize)]
pub struct Input {
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// The address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    allocation_id: String,
    public_ip: String,
    domain: &'static str,
}

/// Allocates an Elastic IP address.
///
/// # Errors
/// `AddressLimitExceeded` when the pool is used up, `InvalidParameterValue`, `TagLimitExceeded`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let addresses = &mut region.ec2.addresses;
    let tags = initial_tags(input.tags, "elastic-ip")?;
    let [first, second, third] = POOL;
    let public_ip = (1..255)
        .map(|host| Ipv4Addr::new(first, second, third, host))
        .find(|candidate| addresses.values().all(|address| address.public_ip != *candidate))
        .ok_or_else(|| {
            ApiError::new(
                "AddressLimitExceeded",
                "The maximum number of addresses has been reached.",
            )
        })?;
    let allocation_id = context.ids.resource("eipalloc");
    addresses.insert(
        allocation_id.clone(),
        Address {
            public_ip,
            interface_id: None,
            tags,
        },
    );
    Ok(Output {
        allocation_id,
        public_ip: public_ip.to_string(),
        domain: "vpc",
    })
}
