//! What the parameters of a class decide.

use crate::world::{classes_with, config, facts, field, ingress, plan_with};
use model::Stack;
use serde_json::{Value, json};

const CERTIFICATE: (&str, &str) = ("certificate-arn", "cert");

/// An Ingress whose class has these parameters.
fn of_class(params: Value, annotations: &[(&str, &str)]) -> Stack {
    let mut asked = ingress("a", annotations);
    asked.spec.as_mut().unwrap().ingress_class_name = Some("albp".to_owned());
    let plan = plan_with(&[asked], &classes_with(params), &facts(), &config()).unwrap();
    assert_eq!(plan.refused, []);
    plan.stack
}

#[test]
fn what_a_class_says_wins_over_annotations() {
    for (params, annotation, kind, id, pointer, expected) in [
        (
            json!({ "loadBalancerName": "c" }),
            ("load-balancer-name", "a"),
            "LoadBalancer",
            "LoadBalancer",
            "/name",
            json!("c"),
        ),
        (
            json!({ "scheme": "internal" }),
            ("scheme", "internet-facing"),
            "LoadBalancer",
            "LoadBalancer",
            "/scheme",
            json!("internal"),
        ),
        (
            json!({ "ipAddressType": "ipv4" }),
            ("ip-address-type", "dualstack"),
            "LoadBalancer",
            "LoadBalancer",
            "/ipAddressType",
            json!("ipv4"),
        ),
        (
            json!({ "subnets": { "ids": ["subnet-1", "subnet-0"] } }),
            ("subnets", "subnet-9"),
            "LoadBalancer",
            "LoadBalancer",
            "/subnetMapping/0/subnetID",
            json!("subnet-1"),
        ),
        (
            json!({ "subnets": { "tags": { "kubernetes.io/role/elb": ["1"] } } }),
            ("subnets", "subnet-9"),
            "LoadBalancer",
            "LoadBalancer",
            "/subnetMapping/0/subnetID",
            json!("subnet-0"),
        ),
        (
            json!({ "inboundCIDRs": ["10.9.0.0/16"] }),
            ("inbound-cidrs", "10.0.0.0/8"),
            "SecurityGroup",
            "ManagedLBSecurityGroup",
            "/ingress/0/ipRanges/0/cidrIP",
            json!("10.9.0.0/16"),
        ),
        (
            json!({ "prefixListsIDs": ["pl-c"] }),
            ("security-group-prefix-lists", "pl-a"),
            "SecurityGroup",
            "ManagedLBSecurityGroup",
            "/ingress/0/prefixLists/0/listID",
            json!("pl-c"),
        ),
        (
            json!({ "PrefixListsIDs": ["pl-c"] }),
            ("security-group-prefix-lists", "pl-a"),
            "SecurityGroup",
            "ManagedLBSecurityGroup",
            "/ingress/0/prefixLists/0/listID",
            json!("pl-c"),
        ),
        (
            json!({ "certificateArn": ["c"] }),
            ("certificate-arn", "a"),
            "Listener",
            "443",
            "/certificates",
            json!([{ "certificateARN": "c" }]),
        ),
        (
            json!({ "sslPolicy": "c", "certificateArn": ["c"] }),
            ("ssl-policy", "a"),
            "Listener",
            "443",
            "/sslPolicy",
            json!("c"),
        ),
        (
            json!({ "tags": [{ "key": "k", "value": "c" }] }),
            ("tags", "k=a,l=a"),
            "LoadBalancer",
            "LoadBalancer",
            "/tags",
            json!({ "k": "c", "l": "a" }),
        ),
        (
            json!({ "targetType": "ip" }),
            ("target-type", "instance"),
            "TargetGroup",
            "golden/a-web:80",
            "/targetType",
            json!("ip"),
        ),
        (
            json!({ "loadBalancerAttributes": [{ "key": "k", "value": "c" }] }),
            ("load-balancer-attributes", "k=a,l=a"),
            "LoadBalancer",
            "LoadBalancer",
            "/loadBalancerAttributes",
            json!([{ "key": "k", "value": "c" }, { "key": "l", "value": "a" }]),
        ),
        (
            json!({ "listeners": [{ "protocol": "HTTP", "port": 80, "listenerAttributes": [{ "key": "k", "value": "c" }] }] }),
            ("listener-attributes.HTTP-80", "k=a"),
            "Listener",
            "80",
            "/listenerAttributes",
            json!([{ "Key": "k", "Value": "c" }]),
        ),
        (
            json!({ "minimumLoadBalancerCapacity": { "capacityUnits": 7 } }),
            ("minimum-load-balancer-capacity", "CapacityUnits=5"),
            "LoadBalancer",
            "LoadBalancer",
            "/minimumLoadBalancerCapacity/capacityUnits",
            json!(7),
        ),
        (
            json!({ "ipamConfiguration": { "ipv4IPAMPoolId": "c" } }),
            ("ipam-ipv4-pool-id", "a"),
            "LoadBalancer",
            "LoadBalancer",
            "/ipv4IPAMPool",
            json!("c"),
        ),
        (
            json!({ "wafv2AclArn": "c" }),
            ("wafv2-acl-arn", "a"),
            "WebACLAssociation",
            "LoadBalancer",
            "/webACLARN",
            json!("c"),
        ),
        (
            json!({ "wafv2AclName": "acl" }),
            ("wafv2-acl-arn", "a"),
            "WebACLAssociation",
            "LoadBalancer",
            "/webACLARN",
            json!("arn:acl"),
        ),
    ] {
        assert_eq!(
            field(&of_class(params.clone(), &[annotation]), kind, id, pointer),
            expected,
            "{params}"
        );
    }
    let redirected = of_class(
        json!({ "sslRedirectPort": "443" }),
        &[
            CERTIFICATE,
            ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#),
            ("ssl-redirect", "444"),
        ],
    );
    assert_eq!(redirected.listeners[0].rules, []);
}
