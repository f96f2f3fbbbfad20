//! What is known of targets beside their configuration: health, load, slow start. It outlives configurations.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

use crate::{
    application::Load,
    config::{Config, TargetGroup},
    report::HealthState,
    routes::TargetKey,
};

/// A target's state at this moment.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) state: HealthState,
    pub(crate) load: Arc<Load>,
    /// When it became healthy, if it is to get its share only little by little.
    pub(crate) slow_start_from: Option<Instant>,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            state: HealthState::Initial,
            load: Arc::default(),
            slow_start_from: None,
        }
    }
}

/// The standings of all targets, draining ones too, and whose turn it is in each group.
#[derive(Debug, Default)]
pub(crate) struct Standings {
    targets: HashMap<TargetKey, Standing>,
    turns: HashMap<String, Arc<AtomicUsize>>,
}

impl Standings {
    /// Forgets targets and groups that are gone, begins with those that are new.
    pub(crate) fn follow(&mut self, config: &Config) {
        let wanted: HashSet<_> = config.target_groups.iter().flat_map(keys).collect();
        self.targets.retain(|key, standing| {
            let stays = wanted.contains(key);
            standing.load.gone.store(!stays, Relaxed);
            stays
        });
        for key in wanted {
            self.targets.entry(key).or_default();
        }
        let mut turns = std::mem::take(&mut self.turns);
        let groups = config.target_groups.iter();
        self.turns = groups
            .map(|group| (group.arn.clone(), turns.remove(&group.arn).unwrap_or_default()))
            .collect();
    }

    pub(crate) fn get(&self, key: &TargetKey) -> Standing {
        self.targets.get(key).cloned().unwrap_or_default()
    }

    /// A target whose probes begin is not known to be anything.
    pub(crate) fn reset(&mut self, key: &TargetKey) {
        if let Some(standing) = self.targets.get_mut(key) {
            standing.state = HealthState::Initial;
            standing.slow_start_from = None;
        }
    }

    pub(crate) fn turn(&self, group_arn: &str) -> Arc<AtomicUsize> {
        self.turns.get(group_arn).cloned().unwrap_or_default()
    }

    /// Takes a new state. "Slow start mode": a target enters it when it becomes healthy while another one is healthy and not in it.
    pub(crate) fn set(&mut self, key: &TargetKey, state: HealthState, group: &TargetGroup, now: Instant) {
        let slow_start = group.application.slow_start;
        let enters = state == HealthState::Healthy
            && !slow_start.is_zero()
            && keys(group).filter(|other| other != key).any(|other| {
                self.targets.get(&other).is_some_and(|other| {
                    let warm = other
                        .slow_start_from
                        .is_none_or(|since| now.duration_since(since) >= slow_start);
                    other.state == HealthState::Healthy && warm
                })
            });
        if let Some(standing) = self.targets.get_mut(key) {
            standing.slow_start_from = enters.then_some(now);
            standing.state = state;
        }
    }
}

/// The identities of a group's targets.
pub(crate) fn keys(group: &TargetGroup) -> impl Iterator<Item = TargetKey> {
    let arn: Arc<str> = group.arn.as_str().into();
    group.targets.iter().map(move |target| TargetKey {
        group: arn.clone(),
        id: target.id.clone(),
        port: target.port,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{
        HealthCheck, HealthCheckProtocol, ProtocolVersion, Target, TargetState, application::TargetGroupAttributes,
    };

    fn config(slow_start: u64, ports: &[u16]) -> Config {
        let target = |port: &u16| Target {
            id: "10.0.0.1".to_owned(),
            address: [10, 0, 0, 1].into(),
            port: *port,
            zone: None,
            state: TargetState::Registered,
        };
        let health_check = HealthCheck {
            protocol: HealthCheckProtocol::Http,
            port: None,
            version: ProtocolVersion::Http1,
            path: "/".to_owned(),
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            matcher: crate::Matcher::default(),
        };
        Config {
            load_balancers: Vec::new(),
            target_groups: vec![TargetGroup {
                arn: "tg".to_owned(),
                cross_zone: None,
                health_check,
                connection_termination: false,
                unhealthy_connection_termination: false,
                proxy_protocol_v2: false,
                application: TargetGroupAttributes {
                    slow_start: Duration::from_secs(slow_start),
                    ..TargetGroupAttributes::default()
                },
                targets: ports.iter().map(target).collect(),
            }],
        }
    }

    /// Which targets are in slow start after each became healthy, the given number of seconds after the first.
    fn slow(slow_start: u64, healthy_at: &[u64]) -> Vec<bool> {
        let ports: Vec<u16> = (1..=healthy_at.len()).filter_map(|port| port.try_into().ok()).collect();
        let config = config(slow_start, &ports);
        let group = &config.target_groups[0];
        let mut standings = Standings::default();
        standings.follow(&config);
        let begin = Instant::now();
        for (key, seconds) in keys(group).zip(healthy_at) {
            let now = begin + Duration::from_secs(*seconds);
            standings.set(&key, HealthState::Healthy, group, now);
        }
        keys(group)
            .map(|key| standings.get(&key).slow_start_from.is_some())
            .collect()
    }

    #[test]
    fn slow_start_needs_another_target_that_is_warm() {
        for (slow_start, healthy_at, expected) in [
            (30, vec![0], vec![false]),
            (30, vec![0, 5], vec![false, true]),
            (30, vec![0, 5, 6], vec![false, true, true]),
            (0, vec![0, 5], vec![false, false]),
        ] {
            assert_eq!(slow(slow_start, &healthy_at), expected, "{slow_start} {healthy_at:?}");
        }
    }

    #[test]
    fn what_is_gone_is_known_to_be_by_those_who_still_use_it() {
        let mut standings = Standings::default();
        let config = config(0, &[1, 2]);
        standings.follow(&config);
        let loads: Vec<_> = keys(&config.target_groups[0])
            .map(|key| standings.get(&key).load)
            .collect();
        standings.follow(&self::config(0, &[2]));
        let gone: Vec<_> = loads.iter().map(|load| load.gone.load(Relaxed)).collect();
        assert_eq!(gone, [true, false]);
    }
}
