//! Configuration and health, compiled to what a new flow and a DNS query look up. Pure.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use crate::{
    config::{Config, LoadBalancer, Protocol, Target, TargetGroup, TargetState, ZoneAddress},
    counters::Counters,
    health::probe,
    report::{HealthState, Problem},
    selection::Weighted,
};

/// Identity of a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TargetKey {
    pub(crate) group: Arc<str>,
    pub(crate) id: String,
    pub(crate) port: u16,
}

/// Where a flow can go.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(crate) key: TargetKey,
    pub(crate) address: SocketAddrV4,
    pub(crate) proxy_protocol: bool,
    /// Whether it was healthy when these routes were made; if not, it is only used because no other is.
    pub(crate) healthy: bool,
}

/// What happens to the flows that one address and port accept.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) load_balancer: Arc<str>,
    pub(crate) listener: Arc<str>,
    pub(crate) idle_timeout: Duration,
    pub(crate) destinations: Weighted<Arc<Destination>>,
    pub(crate) counters: Arc<Counters>,
}

/// The whole, at one moment.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    pub(crate) listeners: HashMap<SocketAddrV4, Route>,
    /// Addresses by DNS name, in lower case: of each load balancer, and of its zones.
    pub(crate) names: HashMap<String, Vec<Ipv4Addr>>,
    /// What cannot be served.
    pub(crate) problems: Vec<Problem>,
}

/// Health of targets; a target that is missing is in its initial state.
pub(crate) type HealthByTarget = HashMap<TargetKey, HealthState>;

/// Live totals by the ARN of the load balancer.
pub(crate) type CountersByLoadBalancer = HashMap<String, Arc<Counters>>;

impl Routes {
    pub(crate) fn compile(config: &Config, health: &HealthByTarget, counters: &CountersByLoadBalancer) -> Self {
        let groups = config
            .target_groups
            .iter()
            .map(|group| (group.arn.as_str(), Group::new(group, health)))
            .collect();
        let mut routes = Self::default();
        routes
            .problems
            .extend(config.target_groups.iter().filter_map(unsupported_health_check));
        for load_balancer in &config.load_balancers {
            routes.add_names(load_balancer, &groups);
            if load_balancer.active {
                let counters = counters.get(&load_balancer.arn).cloned().unwrap_or_default();
                routes.add_listeners(load_balancer, &groups, &counters);
            }
        }
        routes
    }

    fn add_listeners(&mut self, load_balancer: &LoadBalancer, groups: &Groups<'_>, counters: &Arc<Counters>) {
        let arn: Arc<str> = load_balancer.arn.as_str().into();
        for listener in &load_balancer.listeners {
            if listener.protocol != Protocol::Tcp {
                let (listener_arn, protocol) = (listener.arn.clone(), listener.protocol);
                self.problems
                    .push(Problem::UnsupportedProtocol { listener_arn, protocol });
                continue;
            }
            let listener_arn: Arc<str> = listener.arn.as_str().into();
            for zone in &load_balancer.zones {
                let weighted = listener.forward.iter().filter_map(|forward| {
                    let group = groups.get(forward.target_group_arn.as_str())?;
                    Some((forward.weight, group.usable(load_balancer, zone)))
                });
                let route = Route {
                    load_balancer: arn.clone(),
                    listener: listener_arn.clone(),
                    idle_timeout: listener.idle_timeout,
                    destinations: weighted.collect(),
                    counters: counters.clone(),
                };
                self.listeners
                    .insert(SocketAddrV4::new(zone.address, listener.port), route);
            }
        }
    }

    /// "Health checks for Network Load Balancer target groups": a zone's address leaves DNS while one of the target groups has no
    /// healthy target for it, unless that holds for every zone.
    fn add_names(&mut self, load_balancer: &LoadBalancer, groups: &Groups<'_>) {
        let name = load_balancer.dns_name.to_ascii_lowercase();
        let forwards = load_balancer
            .listeners
            .iter()
            .flat_map(|listener| &listener.forward)
            .filter(|to| to.weight > 0);
        let used: Vec<_> = forwards
            .filter_map(|forward| groups.get(forward.target_group_arn.as_str()))
            .collect();
        let healthy = |zone: &&ZoneAddress| used.iter().all(|group| group.has_healthy(load_balancer, zone));
        let zones = &load_balancer.zones;
        let mut addresses: Vec<_> = zones.iter().filter(healthy).map(|zone| zone.address).collect();
        if addresses.is_empty() {
            addresses = zones.iter().map(|zone| zone.address).collect();
        }
        for zone in zones {
            self.names
                .insert(format!("{}.{name}", zone.zone.to_ascii_lowercase()), vec![zone.address]);
        }
        self.names.insert(name, addresses);
    }
}

fn unsupported_health_check(group: &TargetGroup) -> Option<Problem> {
    let protocol = group.health_check.protocol;
    let target_group_arn = group.arn.clone();
    (!probe::can_probe(protocol)).then_some(Problem::UnsupportedHealthCheck {
        target_group_arn,
        protocol,
    })
}

type Groups<'a> = HashMap<&'a str, Group<'a>>;

/// A target group and the registered targets that flows can go to.
struct Group<'a> {
    config: &'a TargetGroup,
    targets: Vec<(&'a Target, HealthState, Arc<Destination>)>,
}

impl<'a> Group<'a> {
    fn new(config: &'a TargetGroup, health: &HealthByTarget) -> Self {
        let arn: Arc<str> = config.arn.as_str().into();
        let registered = config
            .targets
            .iter()
            .filter(|target| target.state == TargetState::Registered);
        let with_health = registered.map(|target| {
            let key = TargetKey {
                group: arn.clone(),
                id: target.id.clone(),
                port: target.port,
            };
            let state = health.get(&key).copied().unwrap_or(HealthState::Initial);
            let address = SocketAddrV4::new(target.address, target.port);
            let destination = Destination {
                key,
                address,
                proxy_protocol: config.proxy_protocol_v2,
                healthy: state == HealthState::Healthy,
            };
            (target, state, Arc::new(destination))
        });
        Self {
            config,
            targets: with_health.collect(),
        }
    }

    /// The targets that an address may use: those of its zone, or of all zones ("Cross-zone load balancing").
    fn of_zone<'b>(
        &'b self,
        load_balancer: &LoadBalancer,
        zone: &'b ZoneAddress,
    ) -> impl Iterator<Item = (HealthState, &'b Arc<Destination>)> {
        let cross_zone = self.config.cross_zone.unwrap_or(load_balancer.cross_zone);
        let in_zone = move |target: &Target| cross_zone || target.zone.as_ref().is_none_or(|name| *name == zone.zone);
        self.targets
            .iter()
            .filter(move |(target, ..)| in_zone(target))
            .map(|(_, state, to)| (*state, to))
    }

    fn has_healthy(&self, load_balancer: &LoadBalancer, zone: &ZoneAddress) -> bool {
        self.of_zone(load_balancer, zone)
            .any(|(state, _)| state == HealthState::Healthy)
    }

    /// The healthy ones; all when none is (it "fails open").
    fn usable(&self, load_balancer: &LoadBalancer, zone: &ZoneAddress) -> Vec<Arc<Destination>> {
        let open = !self.has_healthy(load_balancer, zone);
        let usable = self
            .of_zone(load_balancer, zone)
            .filter(|(state, _)| open || *state == HealthState::Healthy);
        usable.map(|(_, destination)| destination.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
