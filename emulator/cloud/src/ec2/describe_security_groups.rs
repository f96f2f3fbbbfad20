//! DescribeSecurityGroups.

use super::filter::{Filter, Resource, select};
use super::permission::{PermissionItem, permissions};
use super::security_group::{Peer, Rule, SecurityGroup, Traffic};
use super::shape::{TagItem, one, tag_set};
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Which groups.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "GroupId")]
    ids: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of groups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    security_group_info: Vec<SecurityGroupItem>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityGroupItem {
    group_id: String,
    group_name: String,
    group_description: String,
    owner_id: String,
    vpc_id: String,
    ip_permissions: Vec<PermissionItem>,
    ip_permissions_egress: Vec<PermissionItem>,
    tag_set: Vec<TagItem>,
}

impl Resource for SecurityGroup {
    const KIND: &'static str = "security group";
    const NOT_FOUND: &'static str = "InvalidGroup.NotFound";

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn field(&self, id: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "group-id" => one(id),
            "group-name" => one(&self.name),
            "vpc-id" => one(&self.vpc_id),
            "description" => one(&self.description),
            "ip-permission.group-id" => Some(
                self.ingress
                    .iter()
                    .filter_map(|rule| match &rule.peer {
                        Peer::Group(id) => Some(id.clone()),
                        _ => None,
                    })
                    .collect(),
            ),
            _ => None,
        }
    }
}

/// What every group lets out until a user says otherwise: everything.
fn egress() -> Rule {
    let traffic = Traffic {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
    };
    Rule {
        traffic,
        peer: Peer::Ipv4("0.0.0.0/0".to_owned()),
        description: None,
    }
}

/// Lists groups with their rules.
///
/// # Errors
/// `InvalidGroup.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let groups = select(&region.ec2.security_groups, &input.ids, &input.filters, context.now)?;
    let (groups, next_token) = page(groups, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let account = &context.account;
    let item = |(id, group): (&String, &SecurityGroup)| SecurityGroupItem {
        group_id: id.clone(),
        group_name: group.name.clone(),
        group_description: group.description.clone(),
        owner_id: account.clone(),
        vpc_id: group.vpc_id.clone(),
        ip_permissions: permissions(&group.ingress, account),
        ip_permissions_egress: permissions(&[egress()], account),
        tag_set: tag_set(&group.tags),
    };
    Ok(Output {
        security_group_info: groups.into_iter().map(item).collect(),
        next_token,
    })
}
