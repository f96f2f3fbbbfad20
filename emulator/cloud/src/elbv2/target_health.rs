//! Target health as DescribeTargetHealth shows it: derived, when it is read, from what is registered, where, since when, and what health
//! checks found.

use super::load_balancer::LoadBalancer;
use super::state::State;
use super::target_group::{Observation, Target, TargetGroup};
use crate::{Context, Timestamp};
use serde::{Deserialize, Serialize};

/// How long AWS takes from registration to the first health check, about, in milliseconds.
const REGISTRATION: (u64, u64) = (30_000, 10);

/// States of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthState {
    /// Not checked often enough yet.
    Initial,
    /// Passes.
    Healthy,
    /// Fails.
    Unhealthy,
    /// Unhealthy, and its flows are ended gracefully.
    #[serde(rename = "unhealthy.draining")]
    UnhealthyDraining,
    /// Gets no traffic whatever its health.
    Unused,
    /// Deregistered; its flows may end.
    Draining,
    /// Not known.
    Unavailable,
}

/// The health of a target. The name of each part is that on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetHealth {
    /// State.
    pub state: HealthState,
    /// Reason code; absent when healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Reason in words; absent when healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl TargetHealth {
    fn new(state: HealthState, reason: &str, description: &str) -> Self {
        Self {
            state,
            reason: Some(reason.to_owned()),
            description: Some(description.to_owned()),
        }
    }

    /// Of a target that was asked for and is not registered.
    pub fn not_registered() -> Self {
        Self::new(
            HealthState::Unused,
            "Target.NotRegistered",
            "Target is not registered to the target group",
        )
    }
}

impl From<Observation> for TargetHealth {
    fn from(
        Observation {
            state,
            reason,
            description,
        }: Observation,
    ) -> Self {
        Self {
            state,
            reason,
            description,
        }
    }
}

/// The load balancers that route to a target group, as far as health depends on them.
#[derive(Debug)]
pub struct Routing<'a> {
    group: &'a TargetGroup,
    load_balancers: Vec<&'a LoadBalancer>,
}

impl<'a> Routing<'a> {
    /// Of the target group with this ARN.
    pub fn to(arn: &str, group: &'a TargetGroup, state: &'a State) -> Self {
        let load_balancers = state
            .load_balancers_of(arn)
            .into_iter()
            .filter_map(|arn| state.load_balancers.get(arn));
        Self {
            group,
            load_balancers: load_balancers.collect(),
        }
    }

    /// Whether a node of some load balancer may send flows to targets in a zone; `None` is every zone.
    pub fn reaches(&self, zone: Option<&str>) -> bool {
        self.load_balancers.iter().any(|load_balancer| {
            self.group.crosses_zones(load_balancer)
                || zone.is_none_or(|zone| load_balancer.zones.iter().any(|enabled| enabled.zone == zone))
        })
    }

    /// The health of a target of the group.
    pub fn health(&self, target: &Target, context: &Context) -> TargetHealth {
        if target.drains_until.is_some() {
            let description = "Target deregistration is in progress";
            return TargetHealth::new(HealthState::Draining, "Target.DeregistrationInProgress", description);
        }
        if self.load_balancers.is_empty() {
            let description = "Target group is not configured to receive traffic from the load balancer";
            return TargetHealth::new(HealthState::Unused, "Target.NotInUse", description);
        }
        if !self.group.health_check.enabled {
            let description = "Health checks are not enabled for this target";
            return TargetHealth::new(HealthState::Unavailable, "Target.HealthCheckDisabled", description);
        }
        if !self.reaches(target.zone.as_deref()) {
            let description = "Target is in an Availability Zone that is not enabled for the load balancer";
            return TargetHealth::new(HealthState::Unused, "Target.NotInUse", description);
        }
        if context.now < registered_from(target, context) {
            let description = "Target registration is in progress";
            return TargetHealth::new(HealthState::Initial, "Elb.RegistrationInProgress", description);
        }
        target.observed.clone().map_or_else(
            || {
                let description = "Initial health checks in progress";
                TargetHealth::new(HealthState::Initial, "Elb.InitialHealthChecking", description)
            },
            TargetHealth::from,
        )
    }
}

fn registered_from(target: &Target, context: &Context) -> Timestamp {
    target
        .registered
        .after(context.timing.choose(REGISTRATION.0, REGISTRATION.1))
}
