//! DescribeSubnets.

use super::State;
use super::filter::{Filter, Resource, select};
use super::network::{Subnet, zone_id};
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};

/// Which subnets.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "SubnetId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of subnets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    subnet_set: Vec<SubnetItem>,
    next_token: Option<String>,
}

/// A subnet on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubnetItem {
    subnet_id: String,
    subnet_arn: String,
    state: &'static str,
    owner_id: String,
    vpc_id: String,
    cidr_block: String,
    ipv6_cidr_block_association_set: Vec<Ipv6Association>,
    available_ip_address_count: u64,
    availability_zone: String,
    availability_zone_id: String,
    default_for_az: bool,
    map_public_ip_on_launch: bool,
    tag_set: Vec<TagItem>,
}

/// An IPv6 block of a subnet on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ipv6Association {
    association_id: String,
    ipv6_cidr_block: String,
    ipv6_cidr_block_state: BlockState,
}

#[derive(Debug, Serialize)]
struct BlockState {
    state: &'static str,
}

impl Ipv6Association {
    fn of(subnet_id: &str, block: Ipv6Net) -> Self {
        Self {
            association_id: subnet_id.replacen("subnet-", "subnet-cidr-assoc-", 1),
            ipv6_cidr_block: block.to_string(),
            ipv6_cidr_block_state: BlockState { state: "associated" },
        }
    }
}

impl SubnetItem {
    /// The subnet as an answer shows it.
    pub(crate) fn new(id: &str, subnet: &Subnet, state: &State, context: &Context) -> Self {
        let Context { region, account, .. } = context;
        Self {
            subnet_id: id.to_owned(),
            subnet_arn: format!("arn:aws:ec2:{region}:{account}:subnet/{id}"),
            state: "available",
            owner_id: account.clone(),
            vpc_id: subnet.vpc_id.clone(),
            cidr_block: subnet.cidr.to_string(),
            ipv6_cidr_block_association_set: subnet
                .ipv6_cidr
                .iter()
                .map(|block| Ipv6Association::of(id, *block))
                .collect(),
            available_ip_address_count: state.available_addresses(id),
            availability_zone: subnet.zone.clone(),
            availability_zone_id: zone_id(&subnet.zone),
            default_for_az: false,
            map_public_ip_on_launch: false,
            tag_set: tag_set(&subnet.tags),
        }
    }
}

impl Resource for Subnet {
    const KIND: &'static str = "subnet";
    const NOT_FOUND: &'static str = "InvalidSubnetID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "subnet-id" => one(id),
            "vpc-id" => one(&self.vpc_id),
            "availability-zone" | "availabilityZone" => one(&self.zone),
            "availability-zone-id" => one(&zone_id(&self.zone)),
            "cidr-block" | "cidr" => one(&self.cidr),
            "state" => one(&"available"),
            "default-for-az" => one(&false),
            _ => None,
        }
    }
}

/// Lists subnets.
///
/// # Errors
/// `InvalidSubnetID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let state = &region.ec2;
    let subnets = select(&state.subnets, &input.ids, &input.filters, context.now)?;
    let (subnets, next_token) = page(subnets, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let items = subnets
        .into_iter()
        .map(|(id, subnet)| SubnetItem::new(id, subnet, state, context));
    Ok(Output {
        subnet_set: items.collect(),
        next_token,
    })
}
