use super::*;

fn tcp() -> Value {
    json!({"Name": "t", "Protocol": "TCP", "Port": 80, "VpcId": VPC, "TargetType": "ip"})
}

#[test]
fn creating_one_checks_what_it_is_asked_for() {
    for (changes, code) in [
        (json!({}), "ok"),
        (json!({"Protocol": "UDP"}), "ok"),
        (json!({"Protocol": "GOPHER"}), "ValidationError"),
        (json!({"Port": 0}), "ValidationError"),
        (json!({"VpcId": "vpc-0nowhere"}), "ValidationError"),
        (json!({"Name": "a".repeat(33)}), "ValidationError"),
        (json!({"TargetType": "lambda"}), "ValidationError"),
        (json!({"IpAddressType": "ipv4"}), "ok"),
        (json!({"IpAddressType": "ipv6"}), "InvalidConfigurationRequest"),
        (
            json!({"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 10}),
            "ok",
        ),
        (json!({"HealthCheckIntervalSeconds": 5}), "ValidationError"),
        (json!({"HealthyThresholdCount": 11}), "ValidationError"),
        (json!({"HealthCheckPort": "http"}), "ValidationError"),
        (json!({"HealthCheckPort": "8080"}), "ok"),
        (json!({"HealthCheckEnabled": false}), "InvalidConfigurationRequest"),
        (json!({"HealthCheckPath": "/healthz"}), "InvalidConfigurationRequest"),
        (
            json!({"HealthCheckProtocol": "HTTP", "HealthCheckPath": "/healthz"}),
            "ok",
        ),
    ] {
        assert_eq!(
            Lab::new().code("CreateTargetGroup", with(&tcp(), changes.clone())),
            code,
            "{changes}"
        );
    }
}

#[test]
fn health_checks_have_the_defaults_of_their_protocol() {
    let check = |protocol: &str| {
        let made = with(&tcp(), json!({"HealthCheckProtocol": protocol}));
        let made = Lab::new().call("CreateTargetGroup", made).unwrap()["TargetGroups"][0].clone();
        with(&made, json!({"TargetGroupArn": null, "VpcId": null}))
    };
    assert_eq!(
        check("TCP"),
        json!({"TargetGroupName": "t", "Protocol": "TCP", "Port": 80, "TargetType": "ip", "IpAddressType": "ipv4",
            "LoadBalancerArns": [], "HealthCheckProtocol": "TCP", "HealthCheckPort": "traffic-port", "HealthCheckEnabled": true,
            "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 10, "HealthyThresholdCount": 5,
            "UnhealthyThresholdCount": 2})
    );
    assert_eq!(check("HTTP")["HealthCheckTimeoutSeconds"], 6);
    assert_eq!(check("HTTP")["HealthCheckPath"], "/");
    assert_eq!(check("HTTPS")["Matcher"]["HttpCode"], "200-399");
}

#[test]
fn the_same_again_is_the_same_and_another_is_a_duplicate() {
    let mut lab = Lab::new();
    let first = lab.call("CreateTargetGroup", tcp()).unwrap();
    assert_eq!(lab.call("CreateTargetGroup", tcp()).unwrap(), first);
    for changes in [
        json!({"Port": 81}),
        json!({"TargetType": "instance"}),
        json!({"HealthyThresholdCount": 3}),
    ] {
        assert_eq!(
            lab.code("CreateTargetGroup", with(&tcp(), changes)),
            "DuplicateTargetGroupName"
        );
    }
}

#[test]
fn health_checks_change_and_keep_what_is_not_named() {
    let mut lab = Lab::new();
    let arn = lab.target_group("t", "ip");
    for (changes, code) in [
        (
            json!({"HealthCheckProtocol": "HTTP", "HealthCheckPath": "/ready", "Matcher": {"HttpCode": "200"}}),
            "ok",
        ),
        (json!({"HealthCheckIntervalSeconds": 10}), "ok"),
        (json!({"HealthCheckTimeoutSeconds": 11}), "ValidationError"),
        (json!({"TargetGroupArn": format!("{arn}0")}), "TargetGroupNotFound"),
    ] {
        let change = with(&json!({"TargetGroupArn": arn}), changes.clone());
        assert_eq!(lab.code("ModifyTargetGroup", change), code, "{changes}");
    }
    let shown = lab.call("DescribeTargetGroups", json!({"Names": ["t"]})).unwrap()["TargetGroups"][0].clone();
    assert_eq!(shown["HealthCheckPath"], "/ready");
    assert_eq!(shown["Matcher"]["HttpCode"], "200");
    assert_eq!(shown["HealthCheckIntervalSeconds"], 10);
    lab.call(
        "ModifyTargetGroup",
        json!({"TargetGroupArn": arn, "HealthCheckProtocol": "TCP"}),
    )
    .unwrap();
    assert!(lab.state().target_groups[&arn].health_check.path.is_none());
}

#[test]
fn attributes_depend_on_what_targets_are() {
    let mut lab = Lab::new();
    let (by_address, by_instance) = (lab.target_group("a", "ip"), lab.target_group("i", "instance"));
    let shown = lab
        .call("DescribeTargetGroupAttributes", json!({"TargetGroupArn": by_address}))
        .unwrap();
    insta::assert_snapshot!(attributes(&shown).join("\n"), @r"
    deregistration_delay.connection_termination.enabled=false
    deregistration_delay.timeout_seconds=300
    load_balancing.cross_zone.enabled=use_load_balancer_configuration
    preserve_client_ip.enabled=false
    proxy_protocol_v2.enabled=false
    stickiness.enabled=false
    stickiness.type=source_ip
    target_group_health.dns_failover.minimum_healthy_targets.count=1
    target_group_health.dns_failover.minimum_healthy_targets.percentage=off
    target_group_health.unhealthy_state_routing.minimum_healthy_targets.count=1
    target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage=off
    target_health_state.unhealthy.connection_termination.enabled=true
    target_health_state.unhealthy.draining_interval_seconds=0
    ");
    let shown = lab
        .call("DescribeTargetGroupAttributes", json!({"TargetGroupArn": by_instance}))
        .unwrap();
    assert!(attributes(&shown).contains(&"preserve_client_ip.enabled=true".to_owned()));
    for (key, value, code) in [
        ("deregistration_delay.timeout_seconds", "3600", "ok"),
        (
            "deregistration_delay.timeout_seconds",
            "3601",
            "InvalidConfigurationRequest",
        ),
        ("stickiness.type", "lb_cookie", "InvalidConfigurationRequest"),
        ("slow_start.duration_seconds", "30", "ValidationError"),
    ] {
        let change = json!({"TargetGroupArn": by_address, "Attributes": [{"Key": key, "Value": value}]});
        assert_eq!(lab.code("ModifyTargetGroupAttributes", change), code, "{key}={value}");
    }
}

#[test]
fn describing_selects_by_load_balancer_and_deleting_is_idempotent() {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let (used, unused) = (lab.target_group("used", "ip"), lab.target_group("unused", "ip"));
    lab.listener(&arn, 80, &used);
    let shown = lab
        .call("DescribeTargetGroups", json!({"LoadBalancerArn": arn}))
        .unwrap();
    assert_eq!(shown["TargetGroups"].as_array().unwrap().len(), 1);
    assert_eq!(shown["TargetGroups"][0]["LoadBalancerArns"], json!([arn]));
    for _ in 0..2 {
        assert_eq!(lab.code("DeleteTargetGroup", json!({"TargetGroupArn": unused})), "ok");
    }
    assert_eq!(
        lab.code("DescribeTargetGroups", json!({"TargetGroupArns": [unused]})),
        "TargetGroupNotFound"
    );
    assert_eq!(
        lab.code("DescribeTargetGroups", json!({"Names": ["unused"]})),
        "TargetGroupNotFound"
    );
}
