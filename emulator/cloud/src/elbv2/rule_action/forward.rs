//! Forwarding.

use crate::ApiError;
use serde::{Deserialize, Serialize};

const MOST_TARGET_GROUPS: usize = 5;
const MOST_WEIGHT: u32 = 999;
/// Seven days.
const LONGEST_STICKINESS: u32 = 604_800;

/// Sends requests to target groups by weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// One to five.
    pub target_groups: Vec<ForwardTarget>,
    /// Whether a client stays with a target group.
    pub stickiness: Stickiness,
}

/// A target group of a forward action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForwardTarget {
    /// The target group.
    pub target_group_arn: String,
    /// 0 to 999; 1 when it was not sent.
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// Whether a client stays with a target group of a forward action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stickiness {
    /// Whether.
    #[serde(default)]
    pub enabled: bool,
    /// How long, in seconds: 1 to 604800.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
}

/// Forwarding on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ForwardConfig {
    #[serde(default)]
    target_groups: Vec<ForwardTarget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_group_stickiness_config: Option<Stickiness>,
}

impl Forward {
    /// From the short way to name one target group and the long one; both must agree.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction` unless there are one to five target groups, each once, with weights up to 999, and for a stickiness
    /// that is on without a duration or of more than seven days.
    pub(super) fn parse(short: Option<String>, long: Option<ForwardConfig>) -> Result<Self, ApiError> {
        let ForwardConfig {
            mut target_groups,
            target_group_stickiness_config,
        } = long.unwrap_or_default();
        if target_groups.is_empty() {
            let only = |target_group_arn| ForwardTarget {
                target_group_arn,
                weight: one(),
            };
            target_groups.extend(short.clone().map(only));
        }
        let forward = Self {
            target_groups,
            stickiness: target_group_stickiness_config.unwrap_or_default(),
        };
        if short.is_some() && short.as_deref() != forward.only() {
            return Err(invalid(
                "TargetGroupArn and ForwardConfig must name the same target group",
            ));
        }
        forward.check()?;
        Ok(forward)
    }

    fn check(&self) -> Result<(), ApiError> {
        let Self {
            target_groups,
            stickiness,
        } = self;
        if !(1..=MOST_TARGET_GROUPS).contains(&target_groups.len()) {
            return Err(invalid("A forward action must have one to five target groups"));
        }
        if target_groups.iter().any(|target| target.weight > MOST_WEIGHT) {
            return Err(invalid("The weight of a target group must be from 0 to 999"));
        }
        let twice = |(at, target): (usize, &ForwardTarget)| {
            target_groups[..at]
                .iter()
                .any(|other| other.target_group_arn == target.target_group_arn)
        };
        if target_groups.iter().enumerate().any(twice) {
            return Err(invalid("A forward action cannot name a target group more than once"));
        }
        let lasts = stickiness.duration_seconds;
        if stickiness.enabled && lasts.is_none() {
            return Err(invalid(
                "Target group stickiness must have DurationSeconds when it is enabled",
            ));
        }
        if lasts.is_some_and(|seconds| !(1..=LONGEST_STICKINESS).contains(&seconds)) {
            return Err(invalid(
                "DurationSeconds of target group stickiness must be from 1 to 604800",
            ));
        }
        Ok(())
    }

    /// ARN of the target group, if there is but one.
    pub(super) fn only(&self) -> Option<&str> {
        match &*self.target_groups {
            [only] => Some(&only.target_group_arn),
            _ => None,
        }
    }

    /// As the wire shows it.
    pub(super) fn config(&self) -> ForwardConfig {
        ForwardConfig {
            target_groups: self.target_groups.clone(),
            target_group_stickiness_config: Some(self.stickiness.clone()),
        }
    }
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("InvalidLoadBalancerAction", message)
}
