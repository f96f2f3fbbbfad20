//! CreateTargetGroup.

use super::health_check::{CheckProtocol, HealthCheckSettings, Matcher};
use super::tags::Tag;
use super::target_group::{Description, Protocol, TargetGroup, TargetType};
use super::{arn, attributes, limits, request, tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What [CreateTargetGroup](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    protocol: Protocol,
    port: u16,
    vpc_id: String,
    #[serde(default)]
    target_type: TargetType,
    ip_address_type: Option<String>,
    health_check_protocol: Option<CheckProtocol>,
    health_check_port: Option<String>,
    health_check_enabled: Option<bool>,
    health_check_path: Option<String>,
    health_check_interval_seconds: Option<u32>,
    health_check_timeout_seconds: Option<u32>,
    healthy_threshold_count: Option<u32>,
    unhealthy_threshold_count: Option<u32>,
    matcher: Option<Matcher>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What it answers: the target group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    target_groups: Vec<Description>,
}

/// Creates a target group. One that exists and is the same is the answer again.
///
/// # Errors
/// `ValidationError`, `InvalidConfigurationRequest`, `DuplicateTargetGroupName`, `TooManyTargetGroups`, `TooManyTags`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    request::check_name("target group", &input.name)?;
    if !region.ec2.vpcs.contains_key(&input.vpc_id) {
        return Err(ApiError::new("ValidationError", format!("The VPC ID '{}' is not found", input.vpc_id)));
    }
    if input.port == 0 {
        return Err(ApiError::new("ValidationError", "Port '0' must be from 1 to 65535"));
    }
    if input.ip_address_type.is_some_and(|kind| kind != "ipv4") {
        let message = format!("The VPC '{}' has no IPv6 CIDR block", input.vpc_id);
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    let settings = HealthCheckSettings {
        protocol: input.health_check_protocol,
        port: input.health_check_port,
        enabled: input.health_check_enabled,
        path: input.health_check_path,
        interval: input.health_check_interval_seconds,
        timeout: input.health_check_timeout_seconds,
        healthy_threshold: input.healthy_threshold_count,
        unhealthy_threshold: input.unhealthy_threshold_count,
        matcher: input.matcher,
    };
    let wanted = TargetGroup {
        name: input.name,
        target_type: input.target_type,
        protocol: input.protocol,
        port: input.port,
        vpc_id: input.vpc_id,
        health_check: settings.for_new()?,
        attributes: attributes::of_target_group(input.target_type, input.protocol),
        targets: BTreeMap::new(),
        tags: tags::parse(input.tags)?,
    };
    let state = &mut region.elbv2;
    let namesake = state.target_groups.iter().find(|(_, existing)| existing.name == wanted.name);
    if let Some((arn, existing)) = namesake {
        if !is_same(existing, &wanted) {
            let message =
                format!("A target group with the same name '{}' exists, but with different settings", wanted.name);
            return Err(ApiError::new("DuplicateTargetGroupName", message));
        }
        return Ok(Output { target_groups: vec![Description::of(arn, existing, state)] });
    }
    limits::TARGET_GROUPS.allow(state.target_groups.len() + 1)?;
    let id = context.ids.hex(16);
    let arn = arn::target_group(context, &wanted.name, &id);
    let description = Description::of(&arn, &wanted, state);
    state.target_groups.insert(arn, wanted);
    Ok(Output { target_groups: vec![description] })
}

fn is_same(existing: &TargetGroup, wanted: &TargetGroup) -> bool {
    existing.target_type == wanted.target_type
        && existing.protocol == wanted.protocol
        && existing.port == wanted.port
        && existing.vpc_id == wanted.vpc_id
        && existing.health_check == wanted.health_check
        && existing.tags == wanted.tags
}
