//! CreateVpc.

use super::describe_vpcs::VpcItem;
use super::network::{RouteTable, Vpc};
use super::security_group::SecurityGroup;
use super::shape::{TagSpecification, initial_tags};
use crate::{ApiError, Context, Region, Tags};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

/// The new VPC.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    cidr_block: String,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// As DescribeVpcs shows it.
#[derive(Debug, Serialize)]
pub struct Output {
    vpc: VpcItem,
}

/// Creates a VPC with its main route table and its default security group.
///
/// # Errors
/// `InvalidParameterValue` for a malformed block, `InvalidVpc.Range` outside /16../28, `TagLimitExceeded`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let malformed = |_| {
        ApiError::new(
            "InvalidParameterValue",
            format!("CIDR block {} is malformed", input.cidr_block),
        )
    };
    let cidr = input.cidr_block.parse::<Ipv4Net>().map_err(malformed)?.trunc();
    if !(16..=28).contains(&cidr.prefix_len()) {
        return Err(ApiError::new(
            "InvalidVpc.Range",
            format!("The CIDR '{cidr}' is invalid."),
        ));
    }
    let tags = initial_tags(input.tags, "vpc")?;
    let state = &mut region.ec2;
    let id = context.ids.resource("vpc");
    let routes = vec![(cidr, "local".to_owned())];
    let table = RouteTable {
        vpc_id: id.clone(),
        main: true,
        subnet_ids: Vec::new(),
        routes,
        tags: Tags::new(),
    };
    state.route_tables.insert(context.ids.resource("rtb"), table);
    let group = SecurityGroup {
        vpc_id: id.clone(),
        name: "default".to_owned(),
        description: "default VPC security group".to_owned(),
        ingress: Vec::new(),
        tags: Tags::new(),
    };
    state.security_groups.insert(context.ids.resource("sg"), group);
    let vpc = Vpc {
        cidr,
        default: false,
        tags,
    };
    let output = Output {
        vpc: VpcItem::new(&id, &vpc, context),
    };
    state.vpcs.insert(id, vpc);
    Ok(output)
}
