//! DescribeRouteTables.

use super::filter::{Filter, Resource, select};
use super::network::RouteTable;
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which tables.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "RouteTableId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of tables.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    route_table_set: Vec<RouteTableItem>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RouteTableItem {
    route_table_id: String,
    vpc_id: String,
    owner_id: String,
    route_set: Vec<RouteItem>,
    association_set: Vec<AssociationItem>,
    tag_set: Vec<TagItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RouteItem {
    destination_cidr_block: String,
    gateway_id: String,
    state: &'static str,
    origin: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssociationItem {
    route_table_association_id: String,
    route_table_id: String,
    subnet_id: Option<String>,
    main: bool,
}

impl Resource for RouteTable {
    const KIND: &'static str = "routeTable";
    const NOT_FOUND: &'static str = "InvalidRouteTableID.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "route-table-id" | "association.route-table-id" => one(id),
            "vpc-id" => one(&self.vpc_id),
            "association.main" => one(&self.main),
            "association.subnet-id" => Some(self.subnet_ids.clone()),
            "route.gateway-id" => Some(self.routes.iter().map(|(_, gateway)| gateway.clone()).collect()),
            "route.destination-cidr-block" => Some(
                self.routes
                    .iter()
                    .map(|(destination, _)| destination.to_string())
                    .collect(),
            ),
            _ => None,
        }
    }
}

fn associations(id: &str, table: &RouteTable) -> Vec<AssociationItem> {
    let main = table.main.then_some((None, id));
    let explicit = table
        .subnet_ids
        .iter()
        .map(|subnet| (Some(subnet.clone()), subnet.as_str()));
    let item = |(subnet_id, of): (Option<String>, &str)| AssociationItem {
        route_table_association_id: format!("rtbassoc-{}", of.split_once('-').map_or(of, |(_, digits)| digits)),
        route_table_id: id.to_owned(),
        main: subnet_id.is_none(),
        subnet_id,
    };
    main.into_iter().chain(explicit).map(item).collect()
}

fn routes(table: &RouteTable) -> Vec<RouteItem> {
    let item = |(destination, gateway): &(ipnet::Ipv4Net, String)| RouteItem {
        destination_cidr_block: destination.to_string(),
        gateway_id: gateway.clone(),
        state: "active",
        origin: if gateway == "local" {
            "CreateRouteTable"
        } else {
            "CreateRoute"
        },
    };
    table.routes.iter().map(item).collect()
}

/// Lists route tables.
///
/// # Errors
/// `InvalidRouteTableID.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let tables = select(&region.ec2.route_tables, &input.ids, &input.filters, context.now)?;
    let (tables, next_token) = page(tables, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let item = |(id, table): (&String, &RouteTable)| RouteTableItem {
        route_table_id: id.clone(),
        vpc_id: table.vpc_id.clone(),
        owner_id: context.account.clone(),
        route_set: routes(table),
        association_set: associations(id, table),
        tag_set: tag_set(&table.tags),
    };
    Ok(Output {
        route_table_set: tables.into_iter().map(item).collect(),
        next_token,
    })
}
