//! What the Go controller 3.5.0 made of the same manifests.

use crate::world::{planned, service, tags};
use aws_api::ec2::Peer;
use aws_api::elbv2::Matcher;
use model::{Binding, CertificateRef, SecurityGroupRef, Stack};
use serde_json::{Value, json};

fn subnets(stack: &Stack) -> Vec<&str> {
    stack
        .load_balancer
        .as_ref()
        .unwrap()
        .subnets
        .iter()
        .map(|mapping| mapping.subnet_id.as_str())
        .collect()
}

fn opened(stack: &Stack) -> Vec<Value> {
    stack
        .bindings
        .iter()
        .map(|binding| binding.spec["networking"]["ingress"][0].clone())
        .collect()
}

fn from_backend(ports: Value) -> Value {
    json!({ "from": [{ "securityGroup": { "groupID": Binding::BACKEND_GROUP } }], "ports": ports })
}

fn let_in(stack: &Stack) -> Vec<(String, i32, Peer)> {
    let rules = &stack.managed_security_group.as_ref().unwrap().ingress;
    rules
        .iter()
        .map(|rule| (rule.protocol.clone(), rule.from_port.unwrap(), rule.peer.clone()))
        .collect()
}

fn world_open() -> Peer {
    Peer::Ipv4("0.0.0.0/0".to_owned())
}

#[test]
fn instance() {
    let stack = planned(&service("instance", &[], json!({}))).unwrap();
    let load_balancer = stack.load_balancer.as_ref().unwrap();
    assert_eq!(
        (load_balancer.scheme.as_str(), load_balancer.ip_address_type.as_str()),
        ("internet-facing", "ipv4")
    );
    assert_eq!(
        load_balancer.security_groups,
        [SecurityGroupRef::Managed, SecurityGroupRef::Backend]
    );
    assert!(load_balancer.attributes.is_empty() && stack.needs_backend_security_group);
    assert_eq!(subnets(&stack), ["subnet-0", "subnet-1"]);
    let expected = |resource| {
        tags(&[
            ("elbv2.k8s.aws/cluster", "lab"),
            ("service.k8s.aws/resource", resource),
            ("service.k8s.aws/stack", "golden/a"),
        ])
    };
    assert_eq!(load_balancer.tags, expected("LoadBalancer"));
    assert_eq!(stack.listeners[0].tags, expected("80"));
    assert_eq!(let_in(&stack), [("tcp".to_owned(), 80, world_open())]);
    let group = &stack.target_groups[0];
    assert_eq!(group.tags, expected("golden/a:80"));
    assert_eq!(
        (group.port, group.target_type.as_str(), group.protocol.as_str()),
        (31058, "instance", "TCP")
    );
    assert_eq!(group.attributes, tags(&[("proxy_protocol_v2.enabled", "false")]));
    let check = &group.health_check;
    assert_eq!(
        (
            check.protocol.as_str(),
            check.port.as_str(),
            &check.path,
            &check.matcher
        ),
        ("TCP", "traffic-port", &None, &None)
    );
    assert_eq!(
        (
            check.interval,
            check.timeout,
            check.healthy_threshold,
            check.unhealthy_threshold
        ),
        (10, 10, 3, 3)
    );
    assert_eq!(
        opened(&stack),
        [from_backend(json!([{ "protocol": "TCP", "port": 31058 }]))]
    );
}

#[test]
fn ip() {
    let stack = planned(&service("ip", &[], json!({}))).unwrap();
    assert_eq!(
        (stack.target_groups[0].port, stack.target_groups[0].target_type.as_str()),
        (80, "ip")
    );
    assert_eq!(
        opened(&stack),
        [from_backend(json!([{ "protocol": "TCP", "port": 80 }]))]
    );
    let binding = &stack.bindings[0];
    assert_eq!(binding.name, stack.target_groups[0].name);
    assert_eq!(binding.spec["serviceRef"], json!({ "name": "a", "port": 80 }));
    assert_eq!(
        (&binding.spec["ipAddressType"], &binding.spec["vpcID"]),
        (&json!("ipv4"), &json!("vpc-1"))
    );
}

#[test]
fn elastic_addresses_and_subnets() {
    let asked = [
        ("aws-load-balancer-eip-allocations", "eip0,eip1"),
        ("aws-load-balancer-subnets", "subnet-0,subnet-1"),
    ];
    let stack = planned(&service("instance", &asked, json!({}))).unwrap();
    let mappings = &stack.load_balancer.as_ref().unwrap().subnets;
    let pairs: Vec<_> = mappings
        .iter()
        .map(|one| (one.subnet_id.as_str(), one.allocation_id.as_deref().unwrap()))
        .collect();
    assert_eq!(pairs, [("subnet-0", "eip0"), ("subnet-1", "eip1")]);
}

#[test]
fn health_check_by_http() {
    let asked = [
        ("aws-load-balancer-healthcheck-healthy-threshold", "2"),
        ("aws-load-balancer-healthcheck-path", "/ping"),
        ("aws-load-balancer-healthcheck-port", "8081"),
        ("aws-load-balancer-healthcheck-protocol", "http"),
        ("aws-load-balancer-healthcheck-success-codes", "200-299"),
        ("aws-load-balancer-healthcheck-timeout", "5"),
    ];
    let stack = planned(&service("ip", &asked, json!({}))).unwrap();
    let check = &stack.target_groups[0].health_check;
    assert_eq!((check.protocol.as_str(), check.port.as_str()), ("HTTP", "8081"));
    assert_eq!(
        (check.path.as_deref(), check.matcher.clone()),
        (Some("/ping"), Some(Matcher::Http("200-299".to_owned())))
    );
    assert_eq!(
        (check.timeout, check.healthy_threshold, check.unhealthy_threshold),
        (5, 2, 3)
    );
    let ports = json!([{ "protocol": "TCP", "port": 80 }, { "protocol": "TCP", "port": 8081 }]);
    assert_eq!(opened(&stack), [from_backend(ports)]);
}

#[test]
fn own_security_groups_with_managed_rules() {
    let asked = [
        ("aws-load-balancer-security-groups", "extra"),
        ("aws-load-balancer-manage-backend-security-group-rules", "true"),
    ];
    let stack = planned(&service("ip", &asked, json!({}))).unwrap();
    let groups = &stack.load_balancer.as_ref().unwrap().security_groups;
    assert_eq!(
        groups[..],
        [SecurityGroupRef::Id("sg-extra".to_owned()), SecurityGroupRef::Backend]
    );
    assert!(stack.managed_security_group.is_none());
    let unmanaged = planned(&service("ip", &asked[..1], json!({}))).unwrap();
    assert_eq!(unmanaged.bindings[0].spec.get("networking"), None);
}

#[test]
fn source_ranges() {
    let ranges = ["10.1.0.0/16", "203.0.113.7/32"];
    let stack = planned(&service("instance", &[], json!({ "loadBalancerSourceRanges": ranges }))).unwrap();
    assert_eq!(
        let_in(&stack),
        ranges.map(|range| ("tcp".to_owned(), 80, Peer::Ipv4(range.to_owned())))
    );
}

#[test]
fn tls() {
    let asked = [
        ("aws-load-balancer-alpn-policy", "HTTP2Preferred"),
        ("aws-load-balancer-ssl-cert", "cert"),
        (
            "aws-load-balancer-ssl-negotiation-policy",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
        ),
        ("aws-load-balancer-ssl-ports", "443"),
    ];
    let ports = json!({ "ports": [
        { "name": "p0", "port": 443, "protocol": "TCP", "targetPort": 80 },
        { "name": "p1", "port": 80, "protocol": "TCP", "targetPort": 80 },
    ]});
    let stack = planned(&service("ip", &asked, ports)).unwrap();
    let [secure, plain] = &stack.listeners[..] else {
        panic!("two listeners")
    };
    assert_eq!(
        (
            secure.port,
            secure.protocol.as_str(),
            plain.port,
            plain.protocol.as_str()
        ),
        (443, "TLS", 80, "TCP")
    );
    assert_eq!(
        (secure.ssl_policy.as_deref(), secure.alpn_policy.as_deref()),
        (Some(asked[2].1), Some(asked[0].1))
    );
    assert_eq!(
        (&secure.certificates[..], &plain.certificates[..], &plain.ssl_policy),
        (&[CertificateRef::Arn("cert".to_owned())][..], &[][..], &None)
    );
    let groups: Vec<_> = stack
        .target_groups
        .iter()
        .map(|group| (group.id.as_str(), group.protocol.as_str(), group.port))
        .collect();
    assert_eq!(groups, [("golden/a:443", "TCP", 80), ("golden/a:80", "TCP", 80)]);
}

#[test]
fn udp_of_policy_local() {
    let spec = json!({
        "externalTrafficPolicy": "Local",
        "healthCheckNodePort": 30444,
        "ports": [{ "name": "p0", "port": 53, "protocol": "UDP", "targetPort": 53, "nodePort": 30959 }],
    });
    let stack = planned(&service("instance", &[], spec)).unwrap();
    assert_eq!(let_in(&stack), [("udp".to_owned(), 53, world_open())]);
    let check = &stack.target_groups[0].health_check;
    assert_eq!(
        (check.protocol.as_str(), check.port.as_str(), check.timeout),
        ("HTTP", "30444", 6)
    );
    assert_eq!(
        (check.path.as_deref(), check.matcher.clone(), check.healthy_threshold),
        (Some("/healthz"), Some(Matcher::Http("200-399".to_owned())), 2)
    );
    let ports = json!([{ "protocol": "UDP", "port": 30959 }, { "protocol": "TCP", "port": 30444 }]);
    assert_eq!(opened(&stack), [from_backend(ports)]);
}
