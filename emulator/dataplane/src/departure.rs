//! Whose flows end when the configuration changes. Pure.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    config::{Config, TargetGroup},
    routes::TargetKey,
};

/// Whose flows are to be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Departure {
    LoadBalancer(String),
    Target(TargetKey),
    /// The flows that it got while it was healthy; not those that it has because no target is.
    Unhealthy(TargetKey),
}

/// A load balancer that is gone takes its flows along. A target that is gone does so only where
/// `deregistration_delay.connection_termination.enabled` ("Edit target group attributes": deregistration delay).
pub(crate) fn departures(before: &Config, after: &Config) -> Vec<Departure> {
    let balancers: HashSet<_> = after.load_balancers.iter().map(|balancer| &balancer.arn).collect();
    let groups: HashMap<_, _> = after.target_groups.iter().map(|group| (&group.arn, group)).collect();
    let gone_balancers = before
        .load_balancers
        .iter()
        .filter(|balancer| !balancers.contains(&balancer.arn));
    let terminating = before.target_groups.iter().filter(|group| group.connection_termination);
    let gone_targets = terminating.flat_map(|group| gone_targets(group, groups.get(&group.arn).copied()));
    gone_balancers
        .map(|balancer| Departure::LoadBalancer(balancer.arn.clone()))
        .chain(gone_targets.map(Departure::Target))
        .collect()
}

fn gone_targets(before: &TargetGroup, after: Option<&TargetGroup>) -> Vec<TargetKey> {
    let identity = |group: &'_ TargetGroup| -> HashSet<(String, u16)> {
        group
            .targets
            .iter()
            .map(|target| (target.id.clone(), target.port))
            .collect()
    };
    let remaining = after.map(identity).unwrap_or_default();
    let group: Arc<str> = before.arn.as_str().into();
    let gone = identity(before)
        .into_iter()
        .filter(|target| !remaining.contains(target));
    gone.map(|(id, port)| TargetKey {
        group: group.clone(),
        id,
        port,
    })
    .collect()
}
