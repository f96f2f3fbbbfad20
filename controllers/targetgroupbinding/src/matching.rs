//! Endpoints against targets: what is there, what is missing, what is too much.

use crate::endpoints::Endpoint;
use aws_api::elbv2::{Target, TargetHealth};
use std::collections::{HashMap, HashSet};

/// A comparison of wanted endpoints with a target group's targets by id and port.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Matching {
    /// Endpoints that are targets, with the target's health.
    pub(crate) matched: Vec<(Endpoint, TargetHealth)>,
    /// Endpoints to register.
    pub(crate) missing: Vec<Endpoint>,
    /// Targets to deregister.
    pub(crate) surplus: Vec<Target>,
}

/// Whether a target is on its way out. It serves no new flows, so it matches nothing: an endpoint that came back is
/// registered again.
pub(crate) fn is_draining(health: &TargetHealth) -> bool {
    health.state == "draining" || health.state == "unhealthy.draining"
}

/// Compares endpoints with the current targets.
pub(crate) fn compare(endpoints: Vec<Endpoint>, targets: &[TargetHealth]) -> Matching {
    let standing: HashMap<(&str, i32), &TargetHealth> = targets
        .iter()
        .filter(|health| !is_draining(health))
        .map(|health| ((health.target.id.as_str(), health.target.port), health))
        .collect();
    let wanted: HashSet<(&str, i32)> = endpoints
        .iter()
        .map(|endpoint| (endpoint.id.as_str(), endpoint.port))
        .collect();
    let unwanted = standing.iter().filter(|(key, _)| !wanted.contains(*key));
    let mut surplus: Vec<Target> = unwanted.map(|(_, health)| health.target.clone()).collect();
    surplus.sort();
    let mut matching = Matching {
        surplus,
        ..Matching::default()
    };
    for endpoint in endpoints {
        let health = standing.get(&(endpoint.id.as_str(), endpoint.port)).copied().cloned();
        match health {
            Some(health) => matching.matched.push((endpoint, health)),
            None => matching.missing.push(endpoint),
        }
    }
    matching
}

/// How many targets may be added to a group that holds `current`, draining ones included; a `limit` of 0 is none.
pub(crate) fn room(limit: usize, current: usize) -> usize {
    if limit == 0 {
        usize::MAX
    } else {
        limit.saturating_sub(current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::Backend;
    use crate::objects::Pod;
    use std::sync::Arc;

    fn endpoint(id: &str) -> Endpoint {
        Endpoint {
            id: id.into(),
            port: 80,
            backend: Backend::Pod(Arc::new(Pod::default())),
        }
    }

    fn target(id: &str, port: i32, state: &str) -> TargetHealth {
        TargetHealth {
            target: Target {
                id: id.into(),
                port,
                zone: None,
            },
            state: state.into(),
            ..TargetHealth::default()
        }
    }

    #[test]
    fn three_ways() {
        let targets = [
            target("a", 80, "healthy"),
            target("b", 81, "initial"),
            target("c", 80, "draining"),
            target("d", 80, "unhealthy.draining"),
            target("e", 80, "unused"),
        ];
        let found = compare(vec![endpoint("a"), endpoint("b"), endpoint("c")], &targets);
        let ids = |endpoints: &[Endpoint]| endpoints.iter().map(|e| e.id.clone()).collect::<Vec<_>>();
        assert_eq!(found.matched.len(), 1);
        assert_eq!(found.matched[0].1.state, "healthy");
        assert_eq!(ids(&found.missing), ["b", "c"], "other port; draining");
        let surplus: Vec<_> = found
            .surplus
            .iter()
            .map(|target| (target.id.as_str(), target.port))
            .collect();
        assert_eq!(surplus, [("b", 81), ("e", 80)], "what drains is not deregistered again");
    }

    #[test]
    fn limit() {
        for (limit, current, expected) in [(0, 500, usize::MAX), (10, 4, 6), (10, 10, 0), (10, 12, 0)] {
            assert_eq!(room(limit, current), expected, "{limit} {current}");
        }
    }
}
