//! Configuration and health, compiled to what a new flow and a DNS query look up. Pure.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    application::{Load, stickiness},
    config::{
        Config, Listener, ListenerKind, LoadBalancer, NetworkListener, Protocol, Target, TargetGroup, TargetState,
        ZoneAddress,
    },
    counters::Counters,
    prepared::PreparedListeners,
    report::{HealthState, Problem},
    selection::Weighted,
    standing::Standings,
    tls::ListenerTls,
};

mod requests;

/// "Connection idle timeout": that of UDP flows cannot be changed.
const UDP_IDLE_TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) use requests::{RequestRoute, TargetSet};

/// Identity of a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TargetKey {
    pub(crate) group: Arc<str>,
    pub(crate) id: String,
    pub(crate) port: u16,
}

/// Where a flow or a request can go.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(crate) key: TargetKey,
    pub(crate) address: SocketAddrV4,
    pub(crate) proxy_protocol: bool,
    /// Whether it was healthy when these routes were made; if not, it is only used because no other is.
    pub(crate) healthy: bool,
    /// What cookies call it.
    pub(crate) cookie: u64,
    pub(crate) load: Arc<Load>,
    /// Since when it gets a growing share, if it does.
    pub(crate) slow_start_from: Option<Instant>,
}

/// Where something arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Endpoint {
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddrV4,
}

/// What is below a listener's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

/// What happens to what arrives at an endpoint.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) load_balancer: Arc<str>,
    pub(crate) listener: Arc<str>,
    pub(crate) tls: Option<Arc<ListenerTls>>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) service: Service,
}

/// What a connection carries.
#[derive(Debug)]
pub(crate) enum Service {
    Flows(FlowRoute),
    Requests(RequestRoute),
}

/// Where the flows of a Network Load Balancer go.
#[derive(Debug)]
pub(crate) struct FlowRoute {
    pub(crate) idle_timeout: Duration,
    pub(crate) destinations: Weighted<Arc<Destination>>,
}

/// The whole, at one moment.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    pub(crate) listeners: HashMap<Endpoint, Arc<Route>>,
    /// Addresses by DNS name, in lower case: of each load balancer, and of its zones.
    pub(crate) names: HashMap<String, Vec<Ipv4Addr>>,
    /// What cannot be served.
    pub(crate) problems: Vec<Problem>,
}

/// Live totals by the ARN of the load balancer.
pub(crate) type CountersByLoadBalancer = HashMap<String, Arc<Counters>>;

/// What routes are made of beside the configuration.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) standings: Standings,
    pub(crate) listeners: PreparedListeners,
}

impl Known {
    /// Takes over what a new configuration changes.
    pub(crate) fn follow(&mut self, config: &Config) {
        self.standings.follow(config);
        self.listeners.follow(config);
    }
}

impl Routes {
    pub(crate) fn compile(config: &Config, known: &Known, counters: &CountersByLoadBalancer) -> Self {
        let groups = config
            .target_groups
            .iter()
            .map(|group| (group.arn.as_str(), Group::new(group, &known.standings)))
            .collect();
        let mut routes = Self::default();
        for load_balancer in &config.load_balancers {
            routes.add_names(load_balancer, &groups);
            if load_balancer.active {
                let counters = counters.get(&load_balancer.arn).cloned().unwrap_or_default();
                routes.add_listeners(load_balancer, &groups, known, &counters);
            }
        }
        routes
    }

    fn add_listeners(
        &mut self,
        load_balancer: &LoadBalancer,
        groups: &Groups<'_>,
        known: &Known,
        counters: &Arc<Counters>,
    ) {
        let arn: Arc<str> = load_balancer.arn.as_str().into();
        let attributes = Arc::new(load_balancer.application.clone());
        for listener in &load_balancer.listeners {
            let Some(prepared) = known.listeners.get(&listener.arn) else {
                continue;
            };
            self.problems.extend(prepared.problems.iter().cloned());
            let Ok(tls) = &prepared.tls else {
                continue;
            };
            let listener_arn: Arc<str> = listener.arn.as_str().into();
            let service = |place: &Place<'_>, transport| match (&listener.kind, &prepared.requests) {
                (ListenerKind::Network(network), _) => Some(Service::Flows(place.flows(network, transport))),
                (ListenerKind::Application(_), Some((router, listener))) => {
                    let route = RequestRoute::new(place, router, listener, &attributes, &known.standings);
                    Some(Service::Requests(route))
                }
                (ListenerKind::Application(_), None) => None,
            };
            for zone in &load_balancer.zones {
                let place = Place {
                    load_balancer,
                    zone,
                    groups,
                };
                for transport in transports(listener) {
                    let Some(service) = service(&place, *transport) else {
                        continue;
                    };
                    let endpoint = Endpoint {
                        transport: *transport,
                        address: SocketAddrV4::new(zone.address, listener.port),
                    };
                    let route = Route {
                        load_balancer: arn.clone(),
                        listener: listener_arn.clone(),
                        tls: tls.clone(),
                        counters: counters.clone(),
                        service,
                    };
                    self.listeners.insert(endpoint, Arc::new(route));
                }
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
            .flat_map(|listener| listener.kind.forwards())
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

fn transports(listener: &Listener) -> &'static [Transport] {
    match &listener.kind {
        ListenerKind::Application(_) => &[Transport::Tcp],
        ListenerKind::Network(network) => match network.protocol {
            Protocol::Tcp | Protocol::Tls => &[Transport::Tcp],
            Protocol::Udp => &[Transport::Udp],
            Protocol::TcpUdp => &[Transport::Tcp, Transport::Udp],
        },
    }
}

/// One address of a load balancer and the targets that it can use.
struct Place<'a> {
    load_balancer: &'a LoadBalancer,
    zone: &'a ZoneAddress,
    groups: &'a Groups<'a>,
}

impl Place<'_> {
    fn flows(&self, network: &NetworkListener, transport: Transport) -> FlowRoute {
        let weighted = network.forward.iter().filter_map(|forward| {
            let group = self.groups.get(forward.target_group_arn.as_str())?;
            Some((forward.weight, group.usable(self.load_balancer, self.zone)))
        });
        FlowRoute {
            idle_timeout: match transport {
                Transport::Tcp => network.idle_timeout,
                Transport::Udp => UDP_IDLE_TIMEOUT,
            },
            destinations: weighted.collect(),
        }
    }
}

type Groups<'a> = HashMap<&'a str, Group<'a>>;

/// A target group and the registered targets that flows can go to.
struct Group<'a> {
    config: &'a TargetGroup,
    targets: Vec<(&'a Target, HealthState, Arc<Destination>)>,
}

impl<'a> Group<'a> {
    fn new(config: &'a TargetGroup, standings: &Standings) -> Self {
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
            let standing = standings.get(&key);
            let destination = Destination {
                address: SocketAddrV4::new(target.address, target.port),
                proxy_protocol: config.proxy_protocol_v2,
                healthy: standing.state == HealthState::Healthy,
                cookie: stickiness::id(&[arn.as_bytes(), target.id.as_bytes(), &target.port.to_be_bytes()]),
                load: standing.load,
                slow_start_from: standing.slow_start_from,
                key,
            };
            (target, standing.state, Arc::new(destination))
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
