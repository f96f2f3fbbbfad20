//! CreateTargetGroup.

use super::health_check::{CheckProtocol, CheckedGroup, HealthCheckSettings, Matcher};
use super::load_balancer::Type;
use super::tags::Tag;
use super::target_group::{Description, Protocol, ProtocolVersion, TargetGroup, TargetType};
use super::{arn, attributes, limits, request, tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What [CreateTargetGroup](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    protocol: Option<Protocol>,
    protocol_version: Option<ProtocolVersion>,
    port: Option<u16>,
    vpc_id: Option<String>,
    #[serde(default)]
    target_type: TargetType,
    target_control_port: Option<u16>,
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
    let wanted = plan(region, input)?;
    let state = &mut region.elbv2;
    let namesake = state.target_groups.iter().find(|(_, existing)| existing.name == wanted.name);
    if let Some((arn, existing)) = namesake {
        if !is_same(existing, &wanted) {
            let message =
                format!("A target group with the same name '{}' exists, but with different settings", wanted.name);
            return Err(ApiError::new("DuplicateTargetGroupName", message));
        }
        let description = Description::of(arn, existing, &state.load_balancers_of(arn));
        return Ok(Output { target_groups: vec![description] });
    }
    limits::TARGET_GROUPS.allow(state.target_groups.len() + 1, &context.quotas)?;
    let id = context.ids.hex(16);
    let arn = arn::target_group(context, &wanted.name, &id);
    let description = Description::of(&arn, &wanted, &BTreeSet::new());
    state.target_groups.insert(arn, wanted);
    Ok(Output { target_groups: vec![description] })
}

/// The target group that a request asks for.
fn plan(region: &Region, input: Input) -> Result<TargetGroup, ApiError> {
    check_type(&input)?;
    if let Some(missing) = input.vpc_id.as_ref().filter(|id| !region.ec2.vpcs.contains_key(*id)) {
        return Err(ApiError::new("ValidationError", format!("The VPC ID '{missing}' is not found")));
    }
    if input.port == Some(0) {
        return Err(ApiError::new("ValidationError", "Port '0' must be from 1 to 65535"));
    }
    if input.ip_address_type.is_some_and(|kind| kind != "ipv4") {
        let message = "The target group's VPC has no IPv6 CIDR block";
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
    let Input { target_type, protocol, .. } = input;
    let speaks_http = protocol.is_some_and(|protocol| protocol.belongs_to() == Type::Application);
    let protocol_version = speaks_http.then(|| input.protocol_version.unwrap_or_default());
    Ok(TargetGroup {
        name: input.name,
        target_type,
        protocol,
        protocol_version,
        port: input.port,
        vpc_id: input.vpc_id,
        target_control_port: input.target_control_port,
        health_check: settings.for_new(CheckedGroup { target_type, protocol, version: protocol_version })?,
        attributes: attributes::of_target_group(target_type, protocol).defaults(),
        targets: BTreeMap::new(),
        tags: tags::parse(input.tags)?,
    })
}

/// That a request has what targets of its type need, and nothing that they cannot have.
fn check_type(input: &Input) -> Result<(), ApiError> {
    let invalid = |message: &str| Err(ApiError::new("ValidationError", message));
    let Input { protocol, port, vpc_id, target_type, .. } = input;
    match target_type {
        TargetType::Lambda => {
            if protocol.is_some() || port.is_some() || vpc_id.is_some() || input.protocol_version.is_some() {
                return invalid("Protocol, ProtocolVersion, Port and VpcId cannot be specified for target type 'lambda'");
            }
        }
        TargetType::Instance | TargetType::Ip | TargetType::Alb => {
            if protocol.is_none() || port.is_none() || vpc_id.is_none() {
                return invalid("A protocol, port and VPC must be specified for target types instance, ip and alb");
            }
        }
    }
    if *target_type == TargetType::Alb && *protocol != Some(Protocol::Tcp) {
        return invalid("The protocol must be TCP for target type 'alb'");
    }
    let speaks_http = protocol.is_some_and(|protocol| protocol.belongs_to() == Type::Application);
    if !speaks_http && (input.protocol_version.is_some() || input.target_control_port.is_some()) {
        return invalid("ProtocolVersion and TargetControlPort can be specified with protocol HTTP and HTTPS only");
    }
    Ok(())
}

fn is_same(existing: &TargetGroup, wanted: &TargetGroup) -> bool {
    existing.target_type == wanted.target_type
        && existing.protocol == wanted.protocol
        && existing.protocol_version == wanted.protocol_version
        && existing.port == wanted.port
        && existing.vpc_id == wanted.vpc_id
        && existing.target_control_port == wanted.target_control_port
        && existing.health_check == wanted.health_check
        && existing.tags == wanted.tags
}
