use super::*;
use crate::config::{
    DEFAULT_IDLE_TIMEOUT, Forward, HealthCheck, HealthCheckProtocol, ProtocolVersion,
    application::{Attributes, TargetGroupAttributes},
};

const A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 10);
const B: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 10);

fn target(id: &str, zone: &str) -> Target {
    let address = Ipv4Addr::LOCALHOST;
    Target {
        id: id.to_owned(),
        address,
        port: 80,
        zone: Some(zone.to_owned()),
        state: TargetState::Registered,
    }
}

fn config(cross_zone: bool, targets: Vec<Target>) -> Config {
    let health_check = HealthCheck {
        protocol: HealthCheckProtocol::Tcp,
        port: None,
        version: ProtocolVersion::Http1,
        path: "/".to_owned(),
        interval: Duration::from_secs(10),
        timeout: Duration::from_secs(10),
        healthy_threshold: 3,
        unhealthy_threshold: 3,
        matcher: crate::Matcher::default(),
    };
    let forward = vec![Forward {
        target_group_arn: "tg".to_owned(),
        weight: 1,
    }];
    Config {
        load_balancers: vec![LoadBalancer {
            arn: "lb".to_owned(),
            dns_name: "Web.test".to_owned(),
            active: true,
            cross_zone,
            zones: [("a", A), ("b", B)]
                .map(|(zone, address)| ZoneAddress {
                    zone: zone.to_owned(),
                    address,
                })
                .into(),
            listeners: vec![Listener {
                arn: "listener".to_owned(),
                port: 80,
                tls: None,
                kind: ListenerKind::Network(NetworkListener {
                    protocol: Protocol::Tcp,
                    idle_timeout: DEFAULT_IDLE_TIMEOUT,
                    forward,
                }),
            }],
            application: Attributes::default(),
        }],
        target_groups: vec![TargetGroup {
            arn: "tg".to_owned(),
            cross_zone: None,
            health_check,
            connection_termination: false,
            unhealthy_connection_termination: true,
            proxy_protocol_v2: false,
            application: TargetGroupAttributes::default(),
            targets,
        }],
    }
}

fn compile(config: &Config, healthy: &[&str]) -> Routes {
    let mut known = Known::default();
    known.follow(config);
    for id in healthy {
        let key = TargetKey {
            group: "tg".into(),
            id: (*id).to_owned(),
            port: 80,
        };
        known
            .standings
            .set(&key, HealthState::Healthy, &config.target_groups[0], Instant::now());
    }
    Routes::compile(config, &known, &CountersByLoadBalancer::new())
}

fn endpoint(transport: Transport, address: Ipv4Addr) -> Endpoint {
    Endpoint {
        transport,
        address: SocketAddrV4::new(address, 80),
    }
}

/// Ids of the targets that the address of a zone uses, in order.
fn used(routes: &Routes, address: Ipv4Addr) -> Vec<&str> {
    let Service::Flows(to) = &routes.listeners[&endpoint(Transport::Tcp, address)].service else {
        panic!("no flows");
    };
    let mut ids: Vec<_> = to
        .destinations
        .candidates(0)
        .map(|destination| destination.key.id.as_str())
        .collect();
    ids.sort_unstable();
    ids
}

fn targets() -> Vec<Target> {
    vec![target("a1", "a"), target("a2", "a"), target("b1", "b")]
}

#[test]
fn zones_are_apart_unless_cross_zone() {
    let routes = compile(&config(false, targets()), &["a1", "a2", "b1"]);
    assert_eq!((used(&routes, A), used(&routes, B)), (vec!["a1", "a2"], vec!["b1"]));
    let routes = compile(&config(true, targets()), &["a1", "a2", "b1"]);
    assert_eq!(
        (used(&routes, A), used(&routes, B)),
        (vec!["a1", "a2", "b1"], vec!["a1", "a2", "b1"])
    );
}

#[test]
fn the_target_group_overrules_the_load_balancer() {
    let mut config = config(true, targets());
    config.target_groups[0].cross_zone = Some(false);
    assert_eq!(used(&compile(&config, &["a1", "a2", "b1"]), B), ["b1"]);
}

#[test]
fn only_healthy_targets_are_used_and_all_when_none_is() {
    let routes = compile(&config(false, targets()), &["a2"]);
    assert_eq!((used(&routes, A), used(&routes, B)), (vec!["a2"], vec!["b1"]));
}

#[test]
fn draining_targets_are_never_used() {
    let mut targets = targets();
    targets[2].state = TargetState::Draining;
    let routes = compile(&config(false, targets), &[]);
    assert_eq!((used(&routes, A), used(&routes, B)), (vec!["a1", "a2"], vec![]));
}

#[test]
fn zones_without_healthy_targets_leave_dns_unless_all_do() {
    for (cross_zone, healthy, expected) in [
        (false, vec!["a1", "b1"], vec![A, B]),
        (false, vec!["a1"], vec![A]),
        (true, vec!["a1"], vec![A, B]),
        (false, vec![], vec![A, B]),
    ] {
        let routes = compile(&config(cross_zone, targets()), &healthy);
        assert_eq!(routes.names["web.test"], expected, "{cross_zone} {healthy:?}");
        assert_eq!(routes.names["b.web.test"], [B]);
    }
}

#[test]
fn protocols_and_what_they_run_over() {
    for (protocol, expected) in [
        (Protocol::Tcp, vec![Transport::Tcp]),
        (Protocol::Tls, vec![Transport::Tcp]),
        (Protocol::Udp, vec![Transport::Udp]),
        (Protocol::TcpUdp, vec![Transport::Tcp, Transport::Udp]),
    ] {
        let mut config = config(false, targets());
        if let ListenerKind::Network(network) = &mut config.load_balancers[0].listeners[0].kind {
            network.protocol = protocol;
        }
        let routes = compile(&config, &[]);
        assert_eq!(routes.listeners.len(), 2 * expected.len(), "{protocol:?}");
        for transport in expected {
            let Service::Flows(to) = &routes.listeners[&endpoint(transport, A)].service else {
                panic!("no flows");
            };
            let idle_timeout = match transport {
                Transport::Tcp => DEFAULT_IDLE_TIMEOUT,
                Transport::Udp => Duration::from_secs(120),
            };
            assert_eq!(to.idle_timeout, idle_timeout, "{protocol:?}");
        }
    }
}
