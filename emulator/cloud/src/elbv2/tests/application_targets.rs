use super::*;

fn http(changes: Value) -> Value {
    let base = json!({"Name": "t", "Protocol": "HTTP", "Port": 80, "VpcId": VPC, "TargetType": "ip"});
    with(&base, changes)
}

fn function() -> Value {
    json!({"TargetType": "lambda", "Protocol": null, "Port": null, "VpcId": null})
}

#[test]
fn target_groups_have_protocol_versions_and_matchers() {
    let alb = |changes: Value| with(&json!({"TargetType": "alb", "Protocol": "TCP"}), changes);
    for (changes, code) in [
        (json!({}), "ok"),
        (json!({"Protocol": "HTTPS", "ProtocolVersion": "HTTP2"}), "ok"),
        (
            json!({"Protocol": "TCP", "ProtocolVersion": "HTTP1"}),
            "ValidationError",
        ),
        (json!({"ProtocolVersion": "HTTP3"}), "ValidationError"),
        (
            json!({"ProtocolVersion": "GRPC", "Matcher": {"GrpcCode": "0-5,12"}}),
            "ok",
        ),
        (
            json!({"ProtocolVersion": "GRPC", "Matcher": {"HttpCode": "200"}}),
            "ValidationError",
        ),
        (json!({"Matcher": {"GrpcCode": "0"}}), "ValidationError"),
        (json!({"Matcher": {"HttpCode": "200-499"}}), "ok"),
        (json!({"Matcher": {"HttpCode": "200-500"}}), "ValidationError"),
        (json!({"Matcher": {"HttpCode": "300-200"}}), "ValidationError"),
        (json!({"HealthCheckProtocol": "TCP"}), "InvalidConfigurationRequest"),
        (json!({"HealthCheckPath": "relative"}), "ValidationError"),
        (json!({"TargetControlPort": 3000}), "ok"),
        (json!({"Port": null}), "ValidationError"),
        (function(), "ok"),
        (with(&function(), json!({"Port": 80})), "ValidationError"),
        (with(&function(), json!({"HealthCheckEnabled": true})), "ok"),
        (alb(json!({})), "ok"),
        (alb(json!({"Protocol": "HTTP"})), "ValidationError"),
        (
            alb(json!({"HealthCheckProtocol": "TCP"})),
            "InvalidConfigurationRequest",
        ),
    ] {
        assert_eq!(
            Lab::new().code("CreateTargetGroup", http(changes.clone())),
            code,
            "{changes}"
        );
    }
}

#[test]
fn health_checks_have_the_defaults_of_type_and_version() {
    let shown = |changes: Value| {
        let made = Lab::new().call("CreateTargetGroup", http(changes)).unwrap()["TargetGroups"][0].clone();
        with(
            &made,
            json!({"TargetGroupArn": null, "VpcId": null, "TargetGroupName": null, "LoadBalancerArns": null}),
        )
    };
    assert_eq!(
        shown(json!({})),
        json!({"Protocol": "HTTP", "ProtocolVersion": "HTTP1", "Port": 80, "TargetType": "ip", "IpAddressType": "ipv4",
            "HealthCheckProtocol": "HTTP", "HealthCheckPort": "traffic-port", "HealthCheckEnabled": true, "HealthCheckPath": "/",
            "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5,
            "UnhealthyThresholdCount": 2, "Matcher": {"HttpCode": "200"}})
    );
    let grpc = shown(json!({"ProtocolVersion": "GRPC"}));
    assert_eq!(
        (&grpc["HealthCheckPath"], &grpc["Matcher"]),
        (&json!("/AWS.ALB/healthcheck"), &json!({"GrpcCode": "12"}))
    );
    assert_eq!(
        shown(function()),
        json!({"TargetType": "lambda", "HealthCheckEnabled": false, "HealthCheckPath": "/", "HealthCheckIntervalSeconds": 35,
            "HealthCheckTimeoutSeconds": 30, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2,
            "Matcher": {"HttpCode": "200"}})
    );
    let alb = shown(json!({"TargetType": "alb", "Protocol": "TCP"}));
    assert_eq!(
        (&alb["HealthCheckProtocol"], &alb["Matcher"]),
        (&json!("HTTP"), &json!({"HttpCode": "200-399"}))
    );
}

#[test]
fn target_groups_have_attributes_that_depend_on_each_other() {
    let mut lab = Lab::new();
    let arn = lab.http_group("t");
    let shown = lab
        .call("DescribeTargetGroupAttributes", json!({"TargetGroupArn": arn}))
        .unwrap();
    insta::assert_snapshot!(attributes(&shown).join("\n"), @r"
    deregistration_delay.timeout_seconds=300
    load_balancing.algorithm.anomaly_mitigation=off
    load_balancing.algorithm.type=round_robin
    load_balancing.cross_zone.enabled=use_load_balancer_configuration
    slow_start.duration_seconds=0
    stickiness.app_cookie.cookie_name=
    stickiness.app_cookie.duration_seconds=86400
    stickiness.enabled=false
    stickiness.lb_cookie.duration_seconds=86400
    stickiness.type=lb_cookie
    target_group_health.dns_failover.minimum_healthy_targets.count=1
    target_group_health.dns_failover.minimum_healthy_targets.percentage=off
    target_group_health.unhealthy_state_routing.minimum_healthy_targets.count=1
    target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage=off
    ");
    for (changes, code) in [
        (
            &[("slow_start.duration_seconds", "29")][..],
            "InvalidConfigurationRequest",
        ),
        (&[("slow_start.duration_seconds", "30")], "ok"),
        (
            &[("load_balancing.algorithm.type", "least_outstanding_requests")],
            "InvalidConfigurationRequest",
        ),
        (
            &[
                ("slow_start.duration_seconds", "0"),
                ("load_balancing.algorithm.type", "least_outstanding_requests"),
            ],
            "ok",
        ),
        (
            &[("load_balancing.algorithm.anomaly_mitigation", "on")],
            "InvalidConfigurationRequest",
        ),
        (
            &[
                ("load_balancing.algorithm.type", "weighted_random"),
                ("load_balancing.algorithm.anomaly_mitigation", "on"),
            ],
            "ok",
        ),
        (
            &[("stickiness.enabled", "true"), ("stickiness.type", "app_cookie")],
            "InvalidConfigurationRequest",
        ),
        (
            &[("stickiness.app_cookie.cookie_name", "AWSALBAPP-0")],
            "InvalidConfigurationRequest",
        ),
        (
            &[
                ("stickiness.enabled", "true"),
                ("stickiness.type", "app_cookie"),
                ("stickiness.app_cookie.cookie_name", "SESSION"),
            ],
            "ok",
        ),
        (&[("preserve_client_ip.enabled", "true")], "ValidationError"),
    ] {
        let list: Vec<Value> = changes
            .iter()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        let change = json!({"TargetGroupArn": arn, "Attributes": list});
        assert_eq!(lab.code("ModifyTargetGroupAttributes", change), code, "{changes:?}");
    }
}

#[test]
fn a_network_load_balancer_forwards_to_an_application_load_balancer() {
    let mut lab = Lab::new();
    let (front, back) = (lab.load_balancer("front"), lab.application("back"));
    let made = http(json!({"Name": "alb", "TargetType": "alb", "Protocol": "TCP"}));
    let group = text(&lab.call("CreateTargetGroup", made).unwrap()["TargetGroups"][0]["TargetGroupArn"]);
    lab.listener(&front, 80, &group);
    let targets = |id: &str, port: Value| json!({"TargetGroupArn": group, "Targets": [{"Id": id, "Port": port}]});
    assert_eq!(
        lab.code("RegisterTargets", targets(&back, json!(80))),
        "InvalidTarget",
        "there is no listener yet"
    );
    lab.http_listener(&back, 80);
    lab.http_listener(&back, 81);
    assert_eq!(lab.code("RegisterTargets", targets(&front, json!(80))), "InvalidTarget");
    assert_eq!(
        lab.code("RegisterTargets", targets("192.168.4.1", json!(80))),
        "InvalidTarget"
    );
    assert_eq!(lab.code("RegisterTargets", targets(&back, json!(80))), "ok");
    assert_eq!(
        lab.code("RegisterTargets", targets(&back, json!(81))),
        "InvalidTarget",
        "one is the most"
    );
    let health = lab.health(&group);
    assert_eq!((&*health[0].0, health[0].1, &*health[0].2), (&*back, 80, "initial"));
    let delete = json!({"LoadBalancerArn": back});
    assert_eq!(lab.code("DeleteLoadBalancer", delete.clone()), "ResourceInUse");
    lab.call("DeregisterTargets", targets(&back, json!(80))).unwrap();
    assert_eq!(lab.code("DeleteLoadBalancer", delete), "ok");
}

#[test]
fn a_function_is_a_target_without_a_port() {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let made = lab.call("CreateTargetGroup", http(function())).unwrap();
    let group = text(&made["TargetGroups"][0]["TargetGroupArn"]);
    let wanted = json!({"LoadBalancerArn": arn, "Protocol": "HTTP", "Port": 80, "DefaultActions": [forward(&group)]});
    lab.call("CreateListener", wanted).unwrap();
    let function = "arn:aws:lambda:us-west-2:123456789012:function:f";
    let targets = |target: Value| json!({"TargetGroupArn": group, "Targets": [target]});
    assert_eq!(
        lab.code("RegisterTargets", targets(json!({"Id": function, "Port": 80}))),
        "InvalidTarget"
    );
    assert_eq!(
        lab.code("RegisterTargets", targets(json!({"Id": "f"}))),
        "InvalidTarget"
    );
    assert_eq!(lab.code("RegisterTargets", targets(json!({"Id": function}))), "ok");
    let shown = lab
        .call("DescribeTargetHealth", json!({"TargetGroupArn": group}))
        .unwrap();
    assert_eq!(
        shown["TargetHealthDescriptions"],
        json!([{"Target": {"Id": function}, "TargetHealth": {"State": "unavailable", "Reason": "Target.HealthCheckDisabled",
            "Description": "Health checks are not enabled for this target"}}])
    );
}

#[test]
fn an_application_load_balancer_has_so_many_targets() {
    let mut world = World::default();
    world
        .quotas
        .insert("targets-per-application-load-balancer".to_owned(), 3);
    let mut lab = Lab::of(world, Timing::Instant);
    let arn = lab.application("web");
    let groups = [lab.http_group("a"), lab.http_group("b")];
    for (group, port) in groups.iter().zip([80, 81]) {
        let wanted =
            json!({"LoadBalancerArn": arn, "Protocol": "HTTP", "Port": port, "DefaultActions": [forward(group)]});
        lab.call("CreateListener", wanted).unwrap();
    }
    let register = |group: &str, ports: &[u16]| {
        let targets = ports.iter().map(|port| json!({"Id": "192.168.4.1", "Port": port}));
        json!({"TargetGroupArn": group, "Targets": targets.collect::<Vec<_>>()})
    };
    assert_eq!(lab.code("RegisterTargets", register(&groups[0], &[1, 2])), "ok");
    assert_eq!(
        lab.code("RegisterTargets", register(&groups[1], &[1, 2])),
        "TooManyTargets"
    );
    assert_eq!(lab.code("RegisterTargets", register(&groups[1], &[1])), "ok");
}
