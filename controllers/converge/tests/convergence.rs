//! Properties of diff: its changes lead from any state to the desired one, also when they are interrupted anywhere,
//! and never ask AWS for what it would refuse.
#![allow(clippy::unwrap_used)]

use aws_api::Tags;
use aws_api::ec2::{Peer, Permission, SecurityGroup};
use aws_api::elbv2::{self, Action, Attributes, Forward, HealthCheck, LoadBalancerZone, SubnetMapping};
use model::tags::{MANAGED_SECURITY_GROUP_ID, Owner};
use model::{Binding, CertificateRef, Listener, LoadBalancer, SecurityGroupRef, Stack, TargetGroup, TargetGroupRef};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use seatrial_converge::tags::ExternalTags;
use seatrial_converge::{Change, Made, Observed, diff};

const STACK: &str = "shop/web";

fn tags(resource: &str, user: &Tags) -> Tags {
    Owner::Service.resource_tags("c", STACK, resource, user)
}

fn user_tags() -> impl Strategy<Value = Tags> {
    let key = select(vec!["team", "env"]).prop_map(str::to_owned);
    proptest::collection::btree_map(key, select(vec!["a", "b"]).prop_map(str::to_owned), 0..=2)
}

fn attributes(keys: Vec<&'static str>) -> impl Strategy<Value = Attributes> {
    let key = select(keys).prop_map(str::to_owned);
    proptest::collection::btree_map(key, select(vec!["true", "false"]).prop_map(str::to_owned), 0..=2)
}

/// One port of a Service.
#[derive(Debug, Clone)]
struct Port {
    port: i32,
    protocol: &'static str,
    target_type: &'static str,
    attributes: Attributes,
    interval: i32,
}

fn port(port: i32) -> impl Strategy<Value = Port> {
    let attributes = attributes(vec!["proxy_protocol_v2.enabled", "preserve_client_ip.enabled"]);
    (
        select(vec!["TCP", "UDP", "TLS"]),
        select(vec!["ip", "instance"]),
        attributes,
        select(vec![10, 30]),
    )
        .prop_map(move |(protocol, target_type, attributes, interval)| Port {
            port,
            protocol,
            target_type,
            attributes,
            interval,
        })
}

fn target_group(port: &Port, user: &Tags) -> TargetGroup {
    let id = format!("{STACK}:{}", port.port);
    TargetGroup {
        name: format!("tg-{}-{}-{}", port.port, port.protocol, port.target_type),
        target_type: port.target_type.to_owned(),
        protocol: port.protocol.to_owned(),
        port: port.port,
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck {
            protocol: "TCP".to_owned(),
            interval: port.interval,
            ..HealthCheck::default()
        },
        attributes: port.attributes.clone(),
        tags: tags(&id, user),
        id,
        ..TargetGroup::default()
    }
}

fn listener(port: &Port, user: &Tags) -> Listener {
    Listener {
        port: port.port,
        protocol: port.protocol.to_owned(),
        default_actions: vec![Action::Forward(Forward::to(TargetGroupRef::Id(format!(
            "{STACK}:{}",
            port.port
        ))))],
        certificates: if port.protocol == "TLS" {
            vec![CertificateRef::Arn("cert-1".to_owned())]
        } else {
            Vec::new()
        },
        tags: tags(&port.port.to_string(), user),
        ..Listener::default()
    }
}

fn binding(group: &TargetGroup, managed: bool) -> Binding {
    let peer = if managed {
        Binding::MANAGED_GROUP
    } else {
        Binding::BACKEND_GROUP
    };
    Binding {
        namespace: "shop".to_owned(),
        name: group.name.clone(),
        target_group: group.id.clone(),
        labels: Tags::new(),
        spec: serde_json::json!({ "targetType": group.target_type, "from": [{ "groupID": peer }] }),
    }
}

fn managed_group(ports: &[Port], user: &Tags) -> model::SecurityGroup {
    let rule = |port: &Port| Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(port.port),
        to_port: Some(port.port),
        peer: Peer::Ipv4("0.0.0.0/0".to_owned()),
        description: None,
    };
    model::SecurityGroup {
        id: MANAGED_SECURITY_GROUP_ID.to_owned(),
        name: "managed".to_owned(),
        description: "managed".to_owned(),
        ingress: ports.iter().map(rule).collect(),
        tags: tags(MANAGED_SECURITY_GROUP_ID, user),
    }
}

prop_compose! {
    fn load_balancer()(
        scheme in select(vec!["internal", "internet-facing"]),
        subnets in subsequence(vec!["subnet-a", "subnet-b", "subnet-c"], 1..=3),
        attributes in attributes(vec!["load_balancing.cross_zone.enabled", "deletion_protection.enabled"]),
        minimum_capacity in proptest::option::of(select(vec![0, 500])),
        private_link in proptest::option::of(select(vec!["on", "off"])),
    ) -> LoadBalancer {
        let mapping = |id: &str| SubnetMapping { subnet_id: id.to_owned(), ..SubnetMapping::default() };
        LoadBalancer {
            name: format!("lb-{scheme}"),
            scheme: scheme.to_owned(),
            ip_address_type: "ipv4".to_owned(),
            subnets: subnets.into_iter().map(mapping).collect(),
            enforce_inbound_rules_on_private_link: private_link.map(str::to_owned),
            attributes,
            minimum_capacity,
            ..LoadBalancer::default()
        }
    }
}

prop_compose! {
    fn full_stack()(
        load_balancer in load_balancer(),
        ports in (port(80), port(443), port(8080)),
        chosen in subsequence(vec![0_usize, 1, 2], 1..=3),
        user in user_tags(),
        managed in any::<bool>(),
    ) -> Stack {
        let all = [ports.0, ports.1, ports.2];
        let ports: Vec<Port> = chosen.into_iter().map(|index| all[index].clone()).collect();
        let target_groups: Vec<_> = ports.iter().map(|port| target_group(port, &user)).collect();
        let front = if managed { SecurityGroupRef::Managed } else { SecurityGroupRef::Id("sg-given".to_owned()) };
        Stack {
            id: STACK.to_owned(),
            load_balancer: Some(LoadBalancer {
                security_groups: vec![front, SecurityGroupRef::Backend],
                tags: tags("LoadBalancer", &user),
                ..load_balancer
            }),
            managed_security_group: managed.then(|| managed_group(&ports, &user)),
            needs_backend_security_group: true,
            listeners: ports.iter().map(|port| listener(port, &user)).collect(),
            bindings: target_groups.iter().map(|group| binding(group, managed)).collect(),
            target_groups,
            ..Stack::default()
        }
    }
}

fn stack() -> impl Strategy<Value = Stack> {
    prop_oneof![4 => full_stack(), 1 => Just(Stack { id: STACK.to_owned(), ..Stack::default() })]
}

/// AWS, as far as the answers to changes go.
#[derive(Default)]
struct Answers {
    made: usize,
}

impl Answers {
    fn to(&mut self, change: &Change, observed: &Observed, desired: &Stack) -> Made {
        self.made += 1;
        let id = self.made;
        match change {
            Change::CreateSecurityGroup(new) => Made::SecurityGroup(SecurityGroup {
                id: format!("sg-{id}"),
                name: new.name.clone(),
                tags: new.tags.clone(),
                ..SecurityGroup::default()
            }),
            Change::CreateTargetGroup(new) => Made::TargetGroup(elbv2::TargetGroup {
                arn: format!("arn:tg/{id}"),
                target_type: new.target_type.clone(),
                protocol: new.protocol.clone(),
                health_check: new.health_check.clone(),
                ..elbv2::TargetGroup::default()
            }),
            Change::CreateLoadBalancer(_, new) => {
                let group = |group| observed.security_group_id(group).unwrap().to_owned();
                let zone = |subnet: &SubnetMapping| LoadBalancerZone {
                    subnet_id: subnet.subnet_id.clone(),
                    ..LoadBalancerZone::default()
                };
                Made::LoadBalancer(elbv2::LoadBalancer {
                    arn: format!("arn:lb/{id}"),
                    kind: "network".to_owned(),
                    scheme: new.scheme.clone(),
                    ip_address_type: new.ip_address_type.clone(),
                    zones: new.subnets.iter().map(zone).collect(),
                    security_groups: new.security_groups.iter().map(group).collect(),
                    enforce_inbound_rules_on_private_link: Some("on".to_owned()),
                    ..elbv2::LoadBalancer::default()
                })
            }
            Change::CreateListener(_, new) => Made::Listener(elbv2::Listener {
                arn: format!("arn:listener/{id}"),
                spec: observed.listener_spec(new, desired).unwrap(),
                ..elbv2::Listener::default()
            }),
            _ => Made::Done,
        }
    }
}

/// What AWS refuses: deleting what is in use, a second listener of a port, a name twice.
fn check_order(change: &Change, observed: &Observed) {
    let balancers = &observed.load_balancers;
    let listeners = || balancers.iter().filter_map(|live| live.listeners.as_ref()).flatten();
    match change {
        Change::DeleteTargetGroup { arn } => {
            let names = |live: &seatrial_converge::LiveListener| {
                let actions = &live.listener.spec.default_actions;
                actions.iter().flat_map(Action::target_groups).any(|group| group == arn)
            };
            assert!(!listeners().any(names), "{change} while a listener names it");
            let bound = observed
                .bindings
                .iter()
                .any(|live| live.target_group_arn() == Some(arn));
            assert!(!bound, "{change} while it is bound");
        }
        Change::DeleteSecurityGroup { id } => {
            assert!(
                !balancers
                    .iter()
                    .any(|live| live.load_balancer.security_groups.contains(id)),
                "{change} in use"
            );
        }
        Change::CreateListener(_, new) => {
            assert!(
                !listeners().any(|live| live.listener.spec.port == new.port),
                "{change} twice"
            );
        }
        Change::CreateLoadBalancer(..) => assert!(balancers.is_empty(), "{change} beside another"),
        _ => {}
    }
}

/// Makes at most `steps` changes. Whether that was all.
fn advance(observed: &mut Observed, desired: &Stack, answers: &mut Answers, steps: usize) -> bool {
    observed.backend_security_group = desired.needs_backend_security_group.then(|| "sg-backend".to_owned());
    let changes = diff(observed, desired, &ExternalTags::new());
    for change in changes.iter().take(steps) {
        check_order(change, observed);
        assert!(!change.to_string().is_empty());
        let made = answers.to(change, observed, desired);
        observed.record(change, made, desired);
    }
    changes.len() <= steps
}

fn assert_reached(observed: &Observed, desired: &Stack) {
    assert_eq!(diff(observed, desired, &ExternalTags::new()), []);
    assert_eq!(observed.target_groups.len(), desired.target_groups.len());
    assert_eq!(observed.bindings.len(), desired.bindings.len());
    assert_eq!(
        observed.load_balancers.len(),
        usize::from(desired.load_balancer.is_some())
    );
    assert_eq!(
        observed.security_groups.len(),
        usize::from(desired.managed_security_group.is_some())
    );
    let listeners = observed
        .load_balancers
        .iter()
        .filter_map(|live| live.listeners.as_ref())
        .flatten();
    assert_eq!(listeners.count(), desired.listeners.len());
}

proptest! {
    #[test]
    fn changes_lead_to_what_is_desired(stacks in proptest::collection::vec(stack(), 1..4)) {
        let (mut observed, mut answers) = (Observed::default(), Answers::default());
        for desired in &stacks {
            prop_assert!(advance(&mut observed, desired, &mut answers, usize::MAX));
            assert_reached(&observed, desired);
        }
    }

    #[test]
    fn an_interruption_anywhere_is_made_good(first in stack(), second in stack(), steps in 0_usize..20, again in 0_usize..20) {
        let (mut observed, mut answers) = (Observed::default(), Answers::default());
        advance(&mut observed, &first, &mut answers, steps);
        advance(&mut observed, &second, &mut answers, again);
        advance(&mut observed, &second, &mut answers, usize::MAX);
        assert_reached(&observed, &second);
        let nothing = Stack { id: STACK.to_owned(), ..Stack::default() };
        advance(&mut observed, &nothing, &mut answers, usize::MAX);
        prop_assert!(observed.is_empty());
        prop_assert!(observed.bindings.is_empty());
    }
}

/// The budget of a new Service: six calls that change something, and RegisterTargets makes seven.
#[test]
fn a_new_service_takes_six_mutating_calls() {
    let user = Tags::new();
    let attributes = Attributes::from([("proxy_protocol_v2.enabled".to_owned(), "false".to_owned())]);
    let port = Port {
        port: 8080,
        protocol: "TCP",
        target_type: "instance",
        attributes,
        interval: 10,
    };
    let group = target_group(&port, &user);
    let cross_zone = Attributes::from([("load_balancing.cross_zone.enabled".to_owned(), "true".to_owned())]);
    let desired = Stack {
        id: STACK.to_owned(),
        load_balancer: Some(LoadBalancer {
            name: "web".to_owned(),
            scheme: "internet-facing".to_owned(),
            security_groups: vec![SecurityGroupRef::Managed, SecurityGroupRef::Backend],
            attributes: cross_zone,
            ..LoadBalancer::default()
        }),
        managed_security_group: Some(managed_group(std::slice::from_ref(&port), &user)),
        needs_backend_security_group: true,
        listeners: vec![listener(&port, &user)],
        bindings: vec![binding(&group, false)],
        target_groups: vec![group],
        ..Stack::default()
    };
    let changes = diff(&Observed::default(), &desired, &ExternalTags::new());
    let printed: Vec<_> = changes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(printed.join("\n"), @r"
    + security group managed
    + rules of the managed security group: tcp 8080-8080 from 0.0.0.0/0
    + target group tg-8080-TCP-instance (instance TCP:8080)
    + load balancer web (internet-facing)
    ~ attributes of the load balancer: load_balancing.cross_zone.enabled=true
    + listener TCP:8080
    + binding shop/tg-8080-TCP-instance
    ");
}
