//! DescribeInternetGateways.

use super::filter::{Filter, Resource, select};
use super::network::InternetGateway;
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which gateways.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "InternetGatewayId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of gateways.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    internet_gateway_set: Vec<GatewayItem>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GatewayItem {
    internet_gateway_id: String,
    owner_id: String,
    attachment_set: Vec<AttachmentItem>,
    tag_set: Vec<TagItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentItem {
    vpc_id: String,
    state: &'static str,
}

impl Resource for InternetGateway {
    const KIND: &'static str = "internetGateway";
    const NOT_FOUND: &'static str = "InvalidInternetGatewayID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "internet-gateway-id" => one(id),
            "attachment.vpc-id" => one(&self.vpc_id),
            "attachment.state" => one(&"available"),
            _ => None,
        }
    }
}

/// Lists internet gateways.
///
/// # Errors
/// `InvalidInternetGatewayID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let gateways = select(&region.ec2.internet_gateways, &input.ids, &input.filters, context.now)?;
    let (gateways, next_token) = page(gateways, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let item = |(id, gateway): (&String, &InternetGateway)| GatewayItem {
        internet_gateway_id: id.clone(),
        owner_id: context.account.clone(),
        attachment_set: vec![AttachmentItem {
            vpc_id: gateway.vpc_id.clone(),
            state: "available",
        }],
        tag_set: tag_set(&gateway.tags),
    };
    Ok(Output {
        internet_gateway_set: gateways.into_iter().map(item).collect(),
        next_token,
    })
}
