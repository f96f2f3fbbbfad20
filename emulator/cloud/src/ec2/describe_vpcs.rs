//! DescribeVpcs.

use super::filter::{Filter, Resource, select};
use super::network::Vpc;
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which VPCs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "VpcId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of VPCs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    vpc_set: Vec<VpcItem>,
    next_token: Option<String>,
}

/// A VPC on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VpcItem {
    vpc_id: String,
    owner_id: String,
    state: &'static str,
    cidr_block: String,
    cidr_block_association_set: Vec<CidrAssociation>,
    is_default: bool,
    instance_tenancy: &'static str,
    tag_set: Vec<TagItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CidrAssociation {
    association_id: String,
    cidr_block: String,
    cidr_block_state: CidrState,
}

#[derive(Debug, Serialize)]
struct CidrState {
    state: &'static str,
}

impl VpcItem {
    /// The VPC as an answer shows it.
    pub(crate) fn new(id: &str, vpc: &Vpc, context: &Context) -> Self {
        let cidr_block = vpc.cidr.to_string();
        Self {
            vpc_id: id.to_owned(),
            owner_id: context.account.clone(),
            state: "available",
            cidr_block_association_set: vec![CidrAssociation {
                association_id: id.replacen("vpc-", "vpc-cidr-assoc-", 1),
                cidr_block: cidr_block.clone(),
                cidr_block_state: CidrState { state: "associated" },
            }],
            cidr_block,
            is_default: vpc.default,
            instance_tenancy: "default",
            tag_set: tag_set(&vpc.tags),
        }
    }
}

impl Resource for Vpc {
    const KIND: &'static str = "vpc";
    const NOT_FOUND: &'static str = "InvalidVpcID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "vpc-id" => one(id),
            "cidr" | "cidr-block-association.cidr-block" => one(&self.cidr),
            "state" => one(&"available"),
            "isDefault" | "is-default" => one(&self.default),
            _ => None,
        }
    }
}

/// Lists VPCs.
///
/// # Errors
/// `InvalidVpcID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let vpcs = select(&region.ec2.vpcs, &input.ids, &input.filters, context.now)?;
    let (vpcs, next_token) = page(vpcs, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    Ok(Output {
        vpc_set: vpcs
            .into_iter()
            .map(|(id, vpc)| VpcItem::new(id, vpc, context))
            .collect(),
        next_token,
    })
}
