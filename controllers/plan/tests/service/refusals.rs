//! Bad input: the error names annotation, value and remedy.

use crate::world::{PREFIX, config, facts, planned, service, subnet};
use seatrial_plan::PlanError;
use seatrial_plan::service::plan;
use serde_json::json;

#[test]
fn each_names_annotation_and_value() {
    let rows: &[(&str, &str)] = &[
        ("aws-load-balancer-scheme", "public"),
        ("aws-load-balancer-ip-address-type", "ipv6"),
        ("aws-load-balancer-ip-address-type", "dualstack"),
        ("aws-load-balancer-subnets", "subnet-0,subnet-missing"),
        ("aws-load-balancer-subnets", "subnet-0,subnet-0"),
        ("aws-load-balancer-eip-allocations", "eip0,eip1,eip2"),
        ("aws-load-balancer-private-ipv4-addresses", "192.168.0.9,192.168.32.9"),
        ("aws-load-balancer-ipv6-addresses", "fd00::1,fd00::2"),
        ("aws-load-balancer-enable-prefix-for-ipv6-source-nat", "on"),
        (
            "aws-load-balancer-source-nat-ipv6-prefixes",
            "auto_assigned,auto_assigned",
        ),
        ("aws-load-balancer-name", "a-name-that-is-longer-than-32-characters"),
        ("aws-load-balancer-minimum-load-balancer-capacity", "Units=5"),
        ("aws-load-balancer-attributes", "deletion_protection.enabled"),
        (
            "aws-load-balancer-attributes",
            "dns_record.client_routing_policy=nearest",
        ),
        ("aws-load-balancer-target-group-attributes", "=true"),
        (
            "aws-load-balancer-target-group-attributes.80",
            "preserve_client_ip.enabled=maybe",
        ),
        ("aws-load-balancer-cross-zone-load-balancing-enabled", "yes"),
        ("aws-load-balancer-access-log-enabled", "on"),
        ("aws-load-balancer-disable-nlb-sg", "yes"),
        ("aws-load-balancer-security-groups", "sg-missing"),
        ("aws-load-balancer-inbound-sg-rules-on-private-link-traffic", "yes"),
        ("load-balancer-source-ranges", "10.0.0.0/8,everyone"),
        ("aws-load-balancer-ssl-ports", "444"),
        ("aws-load-balancer-quic-enabled-ports", "80"),
        ("aws-load-balancer-enable-tcp-udp-listener", "yes"),
        (
            "aws-load-balancer-listener-attributes.TCP-80",
            "tcp.idle_timeout.seconds",
        ),
        ("actions.TCP-80", "{\"type\":\"forward\"}"),
        ("actions.TCP-80", "{\"type\":\"redirect\"}"),
        ("aws-load-balancer-proxy-protocol", "on"),
        ("aws-load-balancer-proxy-protocol-per-target-group", "p0"),
        ("aws-load-balancer-target-node-labels", "front"),
        ("aws-load-balancer-multi-cluster-target-group", "both"),
        ("aws-load-balancer-healthcheck-protocol", "udp"),
        ("aws-load-balancer-healthcheck-port", "admin"),
        ("aws-load-balancer-healthcheck-interval", "10s"),
        ("aws-load-balancer-healthcheck-timeout", "soon"),
        ("aws-load-balancer-healthcheck-healthy-threshold", "two"),
        ("aws-load-balancer-healthcheck-unhealthy-threshold", "two"),
        ("aws-load-balancer-additional-resource-tags", "team"),
    ];
    for (key, value) in rows {
        let error = planned(&service("ip", &[(key, value)], json!({})))
            .expect_err(key)
            .to_string();
        assert!(
            error.contains(&format!("{PREFIX}{key}")) && error.contains(&format!("{value:?}")),
            "{error}"
        );
        let remedy = error.split("; ").nth(1).unwrap_or_default();
        assert!(!remedy.is_empty(), "no remedy: {error}");
    }
}

#[test]
fn each_says_what_would_be_right() {
    for (annotations, words) in [
        (
            &[("aws-load-balancer-scheme", "public")][..],
            &["-scheme", "\"public\"", "internal, internet-facing"][..],
        ),
        (
            &[("aws-load-balancer-subnets", "subnet-x")],
            &["-subnets", "no subnet subnet-x", "by id or Name tag"],
        ),
        (
            &[
                ("aws-load-balancer-scheme", "internal"),
                ("aws-load-balancer-private-ipv4-addresses", "192.168.0.9"),
            ],
            &["1 given for 2 subnets", "give 2"],
        ),
        (
            &[("aws-load-balancer-attributes", "oops")],
            &["-attributes", "oops", "key1=value1"],
        ),
        (
            &[("aws-load-balancer-name", "a-name-of-more-than-thirty-two-characters")],
            &["-name", "shorten"],
        ),
        (
            &[("aws-load-balancer-healthcheck-protocol", "icmp")],
            &["-healthcheck-protocol", "tcp, http, https"],
        ),
        (
            &[("aws-load-balancer-healthcheck-interval", "often")],
            &["-interval", "a number"],
        ),
        (
            &[("aws-load-balancer-proxy-protocol", "yes")],
            &["-proxy-protocol", "\"*\""],
        ),
        (
            &[("aws-load-balancer-ssl-ports", "https")],
            &["-ssl-ports", "no port https"],
        ),
        (
            &[
                ("aws-load-balancer-scheme", "internal"),
                ("aws-load-balancer-eip-allocations", "eipalloc-1,eipalloc-2"),
            ],
            &["-eip-allocations", "internet-facing"],
        ),
        (
            &[("aws-load-balancer-security-groups", "sg-9")],
            &["-security-groups", "no sg-9"],
        ),
        (
            &[("load-balancer-source-ranges", "everywhere")],
            &["everywhere", "CIDR"],
        ),
        (
            &[("actions.TCP-80", r#"{"type":"forward"}"#)],
            &["actions.TCP-80", "forwardConfig is missing"],
        ),
        (
            &[("aws-load-balancer-ip-address-type", "ipv6")],
            &["-ip-address-type", "ipv4, dualstack"],
        ),
    ] {
        let error = planned(&service("instance", annotations, json!({})))
            .unwrap_err()
            .to_string();
        for word in words {
            assert!(error.contains(word), "{annotations:?}: {error:?} lacks {word:?}");
        }
    }
}

#[test]
fn one_number_for_tcp_and_udp_needs_to_be_asked_for() {
    let ports = json!({ "ports": [
        { "name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53 },
        { "name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53 },
    ]});
    let error = planned(&service("ip", &[], ports.clone())).unwrap_err().to_string();
    assert!(error.contains("aws-load-balancer-enable-tcp-udp-listener"), "{error}");
    let merged = planned(&service(
        "ip",
        &[("aws-load-balancer-enable-tcp-udp-listener", "true")],
        ports,
    ))
    .unwrap();
    assert_eq!(
        (merged.listeners.len(), merged.listeners[0].protocol.as_str()),
        (1, "TCP_UDP")
    );
}

#[test]
fn why_no_subnet_fits() {
    let mut facts = facts();
    let role = ("kubernetes.io/role/elb", "1");
    let mut full = subnet("subnet-2", "us-west-2a", "10.0.0.0/24", &[role]);
    full.available_addresses = 7;
    let foreign = subnet(
        "subnet-3",
        "us-west-2b",
        "10.0.1.0/24",
        &[role, ("kubernetes.io/cluster/other", "shared")],
    );
    facts.subnets = vec![full, foreign];
    let error = plan(&service("ip", &[], json!({})), &facts, &config()).unwrap_err();
    assert!(
        matches!(
            error,
            PlanError::NoSubnets {
                tagged: 2,
                other_cluster: 1,
                full: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_protected_load_balancer_is_not_removed() {
    let mut service = service(
        "ip",
        &[("aws-load-balancer-attributes", "deletion_protection.enabled=true")],
        json!({}),
    );
    service.metadata.deletion_timestamp = Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
    assert!(
        planned(&service)
            .unwrap_err()
            .to_string()
            .contains("deletion_protection")
    );
    service.metadata.annotations = None;
    assert_eq!(planned(&service).unwrap().load_balancer, None);
}
