//! Properties of diff: its changes lead from any state to the desired one, also when they are interrupted anywhere,
//! and never ask AWS for what it would refuse.
#![allow(clippy::unwrap_used)]

use aws_api::Tags;
use aws_api::ec2::{Peer, Permission, SecurityGroup};
use aws_api::elbv2::{
    self, Action, Attributes, Condition, Forward, HealthCheck, LoadBalancerZone, Patterns, RuleSpec, SubnetMapping,
};
use model::tags::{FRONTEND_NLB_ID, LOAD_BALANCER_ID, MANAGED_SECURITY_GROUP_ID, Owner};
use model::{
    AddOns, AlbTargetGroup, Association, Binding, Certificate, CertificateRef, FrontendNlb, Listener, LoadBalancer,
    LoadBalancerKind, Rule, SecurityGroupRef, Stack, TargetGroup, TargetGroupRef,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use seatrial_converge::tags::ExternalTags;
use seatrial_converge::{
    Change, ListenerChange, LiveListener, LiveLoadBalancer, LoadBalancerChange, Made, Observed, Role, diff,
};

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

fn forward(port: i32) -> Action<TargetGroupRef> {
    Action::Forward(Forward::to(TargetGroupRef::Id(format!("{STACK}:{port}"))))
}

fn listener(port: &Port, user: &Tags) -> Listener {
    Listener {
        port: port.port,
        protocol: port.protocol.to_owned(),
        default_actions: vec![forward(port.port)],
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

/// A rule of an application load balancer: some paths, to one of the stack's target groups.
fn rules() -> impl Strategy<Value = Vec<(&'static str, usize)>> {
    proptest::collection::vec((select(vec!["/a", "/a/*", "/b", "/*"]), 0_usize..3), 0..5)
}

fn rule((priority, (path, target)): (i32, (&'static str, usize)), ports: &[i32], user: &Tags) -> Rule {
    let spec = RuleSpec {
        priority,
        conditions: vec![Condition::PathPattern(Patterns::Globs(vec![path.to_owned()]))],
        actions: vec![forward(ports[target % ports.len()])],
        transforms: Vec::new(),
    };
    Rule {
        spec,
        tags: tags(&format!("80:{priority}"), user),
    }
}

fn certificate(names: &[&str], user: &Tags) -> Certificate {
    Certificate {
        id: "certificate".to_owned(),
        domain_name: names[0].to_owned(),
        subject_alternative_names: names.iter().map(|name| (*name).to_owned()).collect(),
        certificate_authority_arn: None,
        tags: tags("certificate", user),
    }
}

/// A network load balancer whose only target is the other one.
fn frontend(user: &Tags, scheme: &str) -> FrontendNlb {
    let id = "front:80".to_owned();
    FrontendNlb {
        load_balancer: LoadBalancer {
            name: format!("front-{scheme}"),
            scheme: scheme.to_owned(),
            tags: tags(FRONTEND_NLB_ID, user),
            ..LoadBalancer::default()
        },
        listeners: vec![Listener {
            port: 80,
            protocol: "TCP".to_owned(),
            default_actions: vec![Action::Forward(Forward::to(TargetGroupRef::Id(id.clone())))],
            tags: tags("front-80", user),
            ..Listener::default()
        }],
        target_groups: vec![AlbTargetGroup {
            group: TargetGroup {
                name: "front".to_owned(),
                target_type: "alb".to_owned(),
                protocol: "TCP".to_owned(),
                port: 80,
                tags: tags(&id, user),
                id,
                ..TargetGroup::default()
            },
            alb_port: 80,
        }],
    }
}

fn add_ons() -> impl Strategy<Value = AddOns> {
    let wish = || {
        proptest::option::of(prop_oneof![
            Just(Association::None),
            Just(Association::With("acl".to_owned()))
        ])
    };
    let shield = proptest::option::of(any::<bool>());
    (wish(), wish(), shield).prop_map(|(wafv2, waf_regional, shield)| AddOns {
        wafv2,
        waf_regional,
        shield,
    })
}

prop_compose! {
    /// What a group of Ingresses asks for, over the target groups and security groups of a Service.
    fn group_stack()(
        base in full_stack(),
        rules in rules(),
        names in proptest::option::of(select(vec![vec!["a.test"], vec!["a.test", "b.test"]])),
        front in proptest::option::of(select(vec!["internal", "internet-facing"])),
        pool in proptest::option::of(Just("pool".to_owned())),
        version in select(vec!["HTTP1", "GRPC"]),
        add_ons in add_ons(),
        user in user_tags(),
    ) -> Stack {
        let ports: Vec<i32> = base.listeners.iter().map(|listener| listener.port).collect();
        let rules = (1..).zip(rules).map(|numbered| rule(numbered, &ports, &user)).collect();
        let certificate = names.map(|names| certificate(&names, &user));
        let listener = Listener {
            port: 80,
            protocol: if certificate.is_some() { "HTTPS" } else { "HTTP" }.to_owned(),
            default_actions: vec![forward(ports[0])],
            certificates: certificate.iter().map(|one| CertificateRef::Id(one.id.clone())).collect(),
            rules,
            tags: tags("80", &user),
            ..Listener::default()
        };
        let target_groups = base.target_groups.into_iter().map(|group| TargetGroup {
            protocol: "HTTP".to_owned(),
            protocol_version: Some(version.to_owned()),
            ..group
        });
        Stack {
            load_balancer: base.load_balancer.map(|balancer| LoadBalancer {
                kind: LoadBalancerKind::Application,
                ipv4_ipam_pool: pool,
                tags: tags(LOAD_BALANCER_ID, &user),
                ..balancer
            }),
            target_groups: target_groups.collect(),
            listeners: vec![listener],
            certificates: certificate.into_iter().collect(),
            frontend: front.map(|scheme| frontend(&user, scheme)),
            add_ons,
            ..base
        }
    }
}

fn stack() -> impl Strategy<Value = Stack> {
    prop_oneof![4 => full_stack(), 4 => group_stack(), 1 => Just(Stack { id: STACK.to_owned(), ..Stack::default() })]
}

/// AWS, as far as the answers to changes go.
#[derive(Debug, Default)]
struct Answers {
    made: usize,
    /// What new objects begin with, if it can be read.
    attributes: Option<Attributes>,
}

impl Answers {
    fn to(&mut self, change: &Change, observed: &Observed, desired: &Stack) -> Made {
        self.made += 1;
        let (id, attributes) = (self.made, self.attributes.clone());
        match change {
            Change::CreateSecurityGroup(new) => Made::SecurityGroup(SecurityGroup {
                id: format!("sg-{id}"),
                name: new.name.clone(),
                tags: new.tags.clone(),
                ..SecurityGroup::default()
            }),
            Change::CreateTargetGroup(new) => Made::TargetGroup(
                elbv2::TargetGroup {
                    arn: format!("arn:tg/{id}"),
                    target_type: new.target_type.clone(),
                    protocol: new.protocol.clone(),
                    protocol_version: new.protocol_version.clone(),
                    health_check: new.health_check.clone(),
                    ..elbv2::TargetGroup::default()
                },
                attributes,
            ),
            Change::CreateLoadBalancer(_, new) => {
                let group = |group| observed.security_group_id(group).unwrap().to_owned();
                let zone = |subnet: &SubnetMapping| LoadBalancerZone {
                    subnet_id: subnet.subnet_id.clone(),
                    ..LoadBalancerZone::default()
                };
                Made::LoadBalancer(
                    elbv2::LoadBalancer {
                        arn: format!("arn:lb/{id}"),
                        kind: new.kind.as_str().to_owned(),
                        scheme: new.scheme.clone(),
                        ip_address_type: new.ip_address_type.clone(),
                        zones: new.subnets.iter().map(zone).collect(),
                        security_groups: new.security_groups.iter().map(group).collect(),
                        enforce_inbound_rules_on_private_link: Some("on".to_owned()),
                        ipv4_ipam_pool: new.ipv4_ipam_pool.clone(),
                        ..elbv2::LoadBalancer::default()
                    },
                    attributes,
                )
            }
            Change::CreateListener(_, new) => Made::Listener(
                elbv2::Listener {
                    arn: format!("arn:listener/{id}"),
                    spec: observed.listener_spec(new, desired).unwrap(),
                    ..elbv2::Listener::default()
                },
                attributes,
            ),
            Change::Listener {
                change: ListenerChange::CreateRule(new),
                ..
            } => Made::Rule(elbv2::Rule {
                arn: format!("arn:rule/{id}"),
                spec: observed.rule_spec(new, desired).unwrap(),
                is_default: false,
            }),
            Change::RequestCertificate(new) => Made::Certificate(aws_api::acm::Certificate {
                arn: format!("arn:certificate/{id}"),
                subject_alternative_names: new.subject_alternative_names.clone(),
                ..Default::default()
            }),
            Change::AwaitCertificate { .. } => {
                let known = observed.certificate(&desired.certificates[0]).unwrap();
                Made::Certificate(aws_api::acm::Certificate {
                    status: "ISSUED".to_owned(),
                    ..known.certificate.clone()
                })
            }
            Change::RegisterLoadBalancer { port, .. } => {
                let main = observed.load_balancer(desired.load_balancer.as_ref().unwrap()).unwrap();
                Made::Target(elbv2::Target {
                    id: main.load_balancer.arn.clone(),
                    port: *port,
                    zone: None,
                })
            }
            Change::LoadBalancer(_, LoadBalancerChange::Protect) => Made::Protection("p".to_owned()),
            _ => Made::Done,
        }
    }
}

/// An endpoint whose defaults may not be those that AWS documents.
fn answers() -> impl Strategy<Value = Answers> {
    let keys = vec![
        "proxy_protocol_v2.enabled",
        "preserve_client_ip.enabled",
        "load_balancing.cross_zone.enabled",
    ];
    proptest::option::of(attributes(keys)).prop_map(|attributes| Answers { made: 0, attributes })
}

fn role_of(live: &LiveLoadBalancer) -> Role {
    match live.tags.values().any(|value| value == FRONTEND_NLB_ID) {
        true => Role::Frontend,
        false => Role::Main,
    }
}

/// What AWS refuses: deleting what is in use, a second listener of a port, a name twice.
fn check_order(change: &Change, observed: &Observed) {
    let balancers = &observed.load_balancers;
    let listeners = || balancers.iter().filter_map(|live| live.listeners.as_ref()).flatten();
    match change {
        Change::DeleteTargetGroup { arn } => {
            let names = |live: &LiveListener| {
                let rules = live.rules.iter().flatten().flat_map(|live| &live.rule.spec.actions);
                let mut actions = live.listener.spec.default_actions.iter().chain(rules);
                actions.any(|action| action.target_groups().any(|group| group == arn))
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
        Change::CreateListener(role, new) => {
            let of_role = |live: &&LiveLoadBalancer| role_of(live) == *role;
            let mut there = balancers
                .iter()
                .filter(of_role)
                .flat_map(|live| live.listeners.iter().flatten());
            assert!(!there.any(|live| live.listener.spec.port == new.port), "{change} twice");
        }
        Change::DeleteLoadBalancer { arn } => {
            let mut targets = observed
                .target_groups
                .iter()
                .flat_map(|live| live.targets.iter().flatten());
            assert!(
                !targets.any(|target| target.id == *arn),
                "{change} while it is a target"
            );
        }
        Change::DeleteCertificate { arn } => {
            let uses = |live: &LiveListener| {
                live.listener.spec.certificate.as_ref() == Some(arn)
                    || live.certificates.iter().flatten().any(|other| other == arn)
            };
            assert!(!listeners().any(uses), "{change} in use");
        }
        Change::CreateLoadBalancer(role, _) => {
            assert!(
                balancers.iter().all(|live| role_of(live) != *role),
                "{change} beside another"
            );
        }
        _ => {}
    }
}

/// Goes all the way, twice, as the objects that are made may begin otherwise than AWS documents.
fn reach(observed: &mut Observed, desired: &Stack, answers: &mut Answers) {
    advance(observed, desired, answers, usize::MAX);
    advance(observed, desired, answers, usize::MAX);
    assert_reached(observed, desired);
}

/// Makes at most `steps` changes.
fn advance(observed: &mut Observed, desired: &Stack, answers: &mut Answers, steps: usize) {
    observed.backend_security_group = desired.needs_backend_security_group.then(|| "sg-backend".to_owned());
    let changes = diff(observed, desired, &ExternalTags::new());
    for change in changes.iter().take(steps) {
        check_order(change, observed);
        assert!(!change.to_string().is_empty());
        let made = answers.to(change, observed, desired);
        observed.record(change, made, desired);
    }
}

fn assert_reached(observed: &Observed, desired: &Stack) {
    assert_eq!(diff(observed, desired, &ExternalTags::new()), []);
    let frontend = usize::from(desired.frontend.is_some());
    assert_eq!(observed.target_groups.len(), desired.target_groups.len() + frontend);
    assert_eq!(observed.bindings.len(), desired.bindings.len());
    assert_eq!(observed.certificates.len(), desired.certificates.len());
    assert_eq!(
        observed.load_balancers.len(),
        usize::from(desired.load_balancer.is_some()) + frontend
    );
    assert_eq!(
        observed.security_groups.len(),
        usize::from(desired.managed_security_group.is_some())
    );
    let listeners = observed
        .load_balancers
        .iter()
        .flat_map(|live| live.listeners.iter().flatten());
    assert_eq!(listeners.clone().count(), desired.listeners.len() + frontend);
    let rules = |listener: &Listener| listener.rules.len();
    assert_eq!(
        listeners.flat_map(|live| live.rules.iter().flatten()).count(),
        desired.listeners.iter().map(rules).sum::<usize>()
    );
}

proptest! {
    #[test]
    fn changes_lead_to_what_is_desired(stacks in proptest::collection::vec(stack(), 1..4), answers in answers()) {
        let (mut observed, mut answers) = (Observed::default(), answers);
        for desired in &stacks {
            reach(&mut observed, desired, &mut answers);
        }
    }

    #[test]
    fn an_interruption_anywhere_is_made_good(
        first in stack(), second in stack(), steps in 0_usize..20, again in 0_usize..20, answers in answers(),
    ) {
        let (mut observed, mut answers) = (Observed::default(), answers);
        advance(&mut observed, &first, &mut answers, steps);
        advance(&mut observed, &second, &mut answers, again);
        reach(&mut observed, &second, &mut answers);
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
