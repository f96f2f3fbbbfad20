//! ModifyTargetGroup.

use super::health_check::{CheckProtocol, HealthCheckSettings, Matcher};
use super::target_group::Description;
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What [ModifyTargetGroup](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroup.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    health_check_protocol: Option<CheckProtocol>,
    health_check_port: Option<String>,
    health_check_enabled: Option<bool>,
    health_check_path: Option<String>,
    health_check_interval_seconds: Option<u32>,
    health_check_timeout_seconds: Option<u32>,
    healthy_threshold_count: Option<u32>,
    unhealthy_threshold_count: Option<u32>,
    matcher: Option<Matcher>,
}

/// What it answers: the target group as it now is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    target_groups: Vec<Description>,
}

/// Changes how the targets of a group are checked; what is not named stays.
///
/// # Errors
/// `ValidationError`, `TargetGroupNotFound`, `InvalidConfigurationRequest`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.elbv2;
    let arn = input.target_group_arn;
    let group = state.target_group_mut(&arn)?;
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
    group.health_check = settings.over(&group.health_check, group.checked())?;
    let description = Description::of(&arn, state.target_group(&arn)?, &state.load_balancers_of(&arn));
    Ok(Output { target_groups: vec![description] })
}
