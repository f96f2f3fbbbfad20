//! CreateSecurityGroup.

use super::security_group::SecurityGroup;
use super::shape::{TagItem, TagSpecification, initial_tags, tag_set};
use super::state::not_found;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// The new group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: String,
    #[serde(rename = "GroupDescription")]
    description: String,
    vpc_id: String,
    #[serde(default, rename = "TagSpecification")]
    tags: Vec<TagSpecification>,
}

/// Its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    group_id: String,
    r#return: bool,
    tag_set: Vec<TagItem>,
}

/// Creates a group without ingress rules.
///
/// # Errors
/// `InvalidVpcID.NotFound`, `InvalidGroup.Duplicate` when the VPC has one of that name, `InvalidParameterValue` for a name or tags
/// that are not allowed, `TagLimitExceeded`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2;
    if !state.vpcs.contains_key(&input.vpc_id) {
        return Err(not_found("InvalidVpcID.NotFound", "vpc", &input.vpc_id));
    }
    let name = input.group_name;
    if name.is_empty() || name.len() > 255 || name.starts_with("sg-") || name == "default" {
        return Err(ApiError::new(
            "InvalidParameterValue",
            format!("Invalid security group name '{name}'"),
        ));
    }
    if state
        .security_groups
        .values()
        .any(|group| group.vpc_id == input.vpc_id && group.name == name)
    {
        let message = format!("The security group '{name}' already exists for VPC '{}'", input.vpc_id);
        return Err(ApiError::new("InvalidGroup.Duplicate", message));
    }
    let tags = initial_tags(input.tags, "security-group")?;
    let group_id = context.ids.resource("sg");
    let output = Output {
        group_id: group_id.clone(),
        r#return: true,
        tag_set: tag_set(&tags),
    };
    let description = input.description;
    let group = SecurityGroup {
        vpc_id: input.vpc_id,
        name,
        description,
        ingress: Vec::new(),
        tags,
    };
    state.security_groups.insert(group_id, group);
    Ok(output)
}
