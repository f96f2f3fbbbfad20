//! CreateSubnet.

use super::describe_subnets::SubnetItem;
use super::network::Subnet;
use super::shape::{TagSpecification, initial_tags};
use super::state::not_found;
use crate::{ApiError, Context, Region};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

/// The new subnet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    vpc_id: String,
    cidr_block: String,
    availability_zone: Option<String>,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// As DescribeSubnets shows it.
#[derive(Debug, Serialize)]
pub struct Output {
    subnet: SubnetItem,
}

/// Creates a subnet, in the region's first zone unless another is named.
///
/// # Errors
/// `InvalidVpcID.NotFound`, `InvalidSubnet.Range` outside of the VPC, `InvalidSubnet.Conflict` with another subnet,
/// `InvalidParameterValue`, `TagLimitExceeded`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2;
    let vpc = state
        .vpcs
        .get(&input.vpc_id)
        .ok_or_else(|| not_found("InvalidVpcID.NotFound", "vpc", &input.vpc_id))?;
    let malformed = |_| {
        ApiError::new(
            "InvalidParameterValue",
            format!("CIDR block {} is malformed", input.cidr_block),
        )
    };
    let cidr = input.cidr_block.parse::<Ipv4Net>().map_err(malformed)?.trunc();
    if !vpc.cidr.contains(&cidr) || cidr.prefix_len() > 28 {
        return Err(ApiError::new(
            "InvalidSubnet.Range",
            format!("The CIDR '{cidr}' is invalid."),
        ));
    }
    let overlaps = |other: &Ipv4Net| other.contains(&cidr) || cidr.contains(other);
    if state
        .subnets
        .values()
        .any(|other| other.vpc_id == input.vpc_id && overlaps(&other.cidr))
    {
        let message = format!("The CIDR '{cidr}' conflicts with another subnet");
        return Err(ApiError::new("InvalidSubnet.Conflict", message));
    }
    let zone = input
        .availability_zone
        .unwrap_or_else(|| format!("{}a", context.region));
    let letter = zone.strip_prefix(&context.region).unwrap_or_default();
    if letter.len() != 1 || !letter.bytes().all(|byte| byte.is_ascii_lowercase()) {
        let message = format!("Value ({zone}) for parameter availabilityZone is invalid.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let tags = initial_tags(input.tags, "subnet")?;
    let id = context.ids.resource("subnet");
    state.subnets.insert(
        id.clone(),
        Subnet {
            vpc_id: input.vpc_id,
            zone,
            cidr,
            ipv6_cidr: None,
            tags,
        },
    );
    let created = state.subnet(&id)?;
    Ok(Output {
        subnet: SubnetItem::new(&id, created, state, context),
    })
}
