//! The rows of the annotation tables about target groups and bindings.

use crate::world::{
    classes, config, facts, field, ingress, of_annotations, of_facts, path, plan_with, printed, rule, service, stack,
    with_rules,
};
use k8s_openapi::api::networking::v1::Ingress;
use serde_json::{Value, json};

#[test]
fn of_target_groups() {
    const ID: &str = "golden/a-web:80";
    for (key, value, pointer, expected) in [
        ("target-type", "instance", "/targetType", json!("instance")),
        ("target-type", "instance", "/port", json!(30186)),
        ("target-type", "ip", "/port", json!(80)),
        ("backend-protocol", "HTTPS", "/protocol", json!("HTTPS")),
        (
            "backend-protocol",
            "HTTPS",
            "/healthCheckConfig/protocol",
            json!("HTTPS"),
        ),
        ("backend-protocol-version", "HTTP2", "/protocolVersion", json!("HTTP2")),
        (
            "backend-protocol-version",
            "GRPC",
            "/healthCheckConfig/matcher",
            json!({ "grpcCode": "12" }),
        ),
        (
            "backend-protocol-version",
            "GRPC",
            "/healthCheckConfig/path",
            json!("/AWS.ALB/healthcheck"),
        ),
        (
            "target-group-attributes",
            "a=b",
            "/targetGroupAttributes",
            json!([{ "key": "a", "value": "b" }]),
        ),
        (
            "healthcheck-port",
            "traffic-port",
            "/healthCheckConfig/port",
            json!("traffic-port"),
        ),
        ("healthcheck-port", "8081", "/healthCheckConfig/port", json!("8081")),
        ("healthcheck-port", "http", "/healthCheckConfig/port", json!("30186")),
        (
            "healthcheck-protocol",
            "HTTPS",
            "/healthCheckConfig/protocol",
            json!("HTTPS"),
        ),
        ("healthcheck-path", "/ping", "/healthCheckConfig/path", json!("/ping")),
        (
            "healthcheck-interval-seconds",
            "30",
            "/healthCheckConfig/intervalSeconds",
            json!(30),
        ),
        (
            "healthcheck-timeout-seconds",
            "3",
            "/healthCheckConfig/timeoutSeconds",
            json!(3),
        ),
        (
            "healthy-threshold-count",
            "4",
            "/healthCheckConfig/healthyThresholdCount",
            json!(4),
        ),
        (
            "unhealthy-threshold-count",
            "6",
            "/healthCheckConfig/unhealthyThresholdCount",
            json!(6),
        ),
        (
            "success-codes",
            "200-299",
            "/healthCheckConfig/matcher",
            json!({ "httpCode": "200-299" }),
        ),
        ("tags", "team=shop", "/tags", json!({ "team": "shop" })),
    ] {
        assert_eq!(
            field(&of_annotations(&[(key, value)]), "TargetGroup", ID, pointer),
            expected,
            "{key}={value}"
        );
    }
    let ip = ("target-type", "ip");
    assert_eq!(
        field(
            &of_annotations(&[ip, ("healthcheck-port", "http")]),
            "TargetGroup",
            ID,
            "/healthCheckConfig/port"
        ),
        json!("80")
    );
    let controlled = of_annotations(&[ip, ("target-control-port.web.80", "3000")]);
    assert_eq!(field(&controlled, "TargetGroup", ID, "/targetControlPort"), json!(3000));
}

#[test]
fn of_bindings() {
    const ID: &str = "golden/a-web:80";
    let spec = |annotations: &[(&str, &str)], pointer: &str| {
        field(
            &of_annotations(annotations),
            "TargetGroupBinding",
            ID,
            &format!("/template/spec{pointer}"),
        )
    };
    let ip = ("target-type", "ip");
    let labels = ("target-node-labels", "pool=front");
    assert_eq!(
        spec(&[labels], "/nodeSelector"),
        json!({ "matchLabels": { "pool": "front" } })
    );
    assert_eq!(spec(&[labels, ip], "/nodeSelector"), Value::Null);
    assert_eq!(
        spec(&[("multi-cluster-target-group", "true")], "/multiClusterTargetGroup"),
        json!(true)
    );
    let ports = |annotations: &[(&str, &str)]| {
        let rules = spec(annotations, "/networking/ingress");
        let port = |rule: &Value| rule["ports"][0]["port"].clone();
        rules.as_array().unwrap().iter().map(port).collect::<Vec<_>>()
    };
    assert_eq!(ports(&[]), [30186]);
    assert_eq!(
        ports(&[ip, ("healthcheck-port", "8081"), ("target-control-port.web.80", "3000")]),
        [80, 8081, 3000]
    );
}

#[test]
fn what_a_service_says_wins() {
    let to = |service: &str| -> Ingress {
        let rules = json!([rule("h", &[path("/", "Prefix", service)])]);
        with_rules(
            "a",
            &[
                ("target-type", "ip"),
                ("healthcheck-path", "/ing"),
                ("success-codes", "204"),
            ],
            rules,
        )
    };
    let group = printed(&stack(&[to("webo")]), "TargetGroup", "golden/a-webo:80");
    assert_eq!(
        (&group["targetType"], &group["protocol"]),
        (&json!("instance"), &json!("HTTPS"))
    );
    assert_eq!(group["healthCheckConfig"]["path"], "/svc");
    assert_eq!(group["healthCheckConfig"]["matcher"]["httpCode"], "204");
}

#[test]
fn a_service_of_ipv6_makes_targets_of_ipv6() {
    let mut facts = facts();
    for subnet in &mut facts.subnets {
        subnet.ipv6_cidrs = vec!["2001:db8::/64".to_owned()];
    }
    let mut six = service("web", &[]);
    six.spec.as_mut().unwrap().ip_families = Some(vec!["IPv6".to_owned()]);
    facts.services.insert(("golden".to_owned(), "web".to_owned()), six);
    let stack = of_facts(&[("ip-address-type", "dualstack"), ("target-type", "ip")], &facts);
    assert_eq!(stack.target_groups[0].ip_address_type, "ipv6");
    assert_eq!(stack.bindings[0].spec["ipAddressType"], "ipv6");
    let error = plan_with(&[ingress("a", &[])], &classes(), &facts, &config())
        .unwrap_err()
        .error
        .to_string();
    assert!(
        error.contains("Service golden/web") && error.contains("ip-address-type to dualstack"),
        "{error}"
    );
}
