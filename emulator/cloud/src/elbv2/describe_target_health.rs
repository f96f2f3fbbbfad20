//! DescribeTargetHealth.

use super::target_description::TargetDescription;
use super::target_group::{Target, TargetGroup, TargetKey, TargetType};
use super::target_health::{Routing, TargetHealth};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [DescribeTargetHealth](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    #[serde(default)]
    targets: Vec<TargetDescription>,
}

/// What it answers: targets and their health.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    target_health_descriptions: Vec<Description>,
}

/// A target and its health.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    target: TargetDescription,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_port: Option<String>,
    target_health: TargetHealth,
}

/// Shows the health of the targets that are named, or of all that the group has.
///
/// # Errors
/// `ValidationError`, `TargetGroupNotFound`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let arn = &input.target_group_arn;
    let group = region.elbv2.target_group(arn)?;
    let routing = Routing::to(arn, group, &region.elbv2);
    let describe = |(key, target)| describe(key, target, group, &routing, context);
    let descriptions = if input.targets.is_empty() {
        group.targets_at(context.now).map(describe).collect()
    } else {
        let mut found = Vec::new();
        for asked in input.targets {
            let key = asked.key(group);
            let registered = group.targets.get_key_value(&key).filter(|(_, target)| !target.is_gone(context.now));
            found.push(registered.map_or_else(|| not_registered(asked, &key), describe));
        }
        found
    };
    Ok(Output { target_health_descriptions: descriptions })
}

fn describe(
    key: &TargetKey,
    target: &Target,
    group: &TargetGroup,
    routing: &Routing<'_>,
    context: &Context,
) -> Description {
    let check_port = &group.health_check.port;
    let port = if check_port == "traffic-port" { key.port.to_string() } else { check_port.clone() };
    let is_function = group.target_type == TargetType::Lambda;
    Description {
        target: TargetDescription::of(key, target.zone.as_deref(), group.target_type),
        health_check_port: (!is_function).then_some(port),
        target_health: routing.health(target, context),
    }
}

fn not_registered(asked: TargetDescription, key: &TargetKey) -> Description {
    Description {
        target: TargetDescription { port: Some(key.port), ..asked },
        health_check_port: None,
        target_health: TargetHealth::not_registered(),
    }
}
