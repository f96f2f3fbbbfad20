use super::*;

fn application() -> Value {
    json!({"Name": "web", "Subnets": [SUBNET_A, SUBNET_B], "SecurityGroups": [GROUP]})
}

#[test]
fn creating_one_checks_what_it_is_asked_for() {
    for (changes, code) in [
        (json!({}), "ok"),
        (json!({"Type": "application", "Scheme": "internal"}), "ok"),
        (json!({"Subnets": [SUBNET_A]}), "ValidationError"),
        (
            json!({"IpAddressType": "dualstack-without-public-ipv4"}),
            "InvalidSubnet",
        ),
        (json!({"CustomerOwnedIpv4Pool": "ipv4pool-coip-0a"}), "ok"),
        (json!({"IpamPools": {"Ipv4IpamPoolId": "ipam-pool-0a"}}), "ok"),
        (
            json!({"Subnets": null, "SubnetMappings": [{"SubnetId": SUBNET_A}, {"SubnetId": SUBNET_B}]}),
            "ok",
        ),
        (
            json!({"Subnets": null, "SubnetMappings": [{"SubnetId": SUBNET_A, "AllocationId": "eipalloc-0a00000000000000a"},
                {"SubnetId": SUBNET_B}]}),
            "InvalidConfigurationRequest",
        ),
    ] {
        assert_eq!(
            Lab::new().code("CreateLoadBalancer", with(&application(), changes.clone())),
            code,
            "{changes}"
        );
    }
}

#[test]
fn dual_stack_needs_subnets_with_ipv6() {
    let mut world = World::default();
    for (number, subnet) in world.subnets.iter_mut().enumerate() {
        subnet.ipv6_cidr = Some(format!("2001:db8:0:{number}::/64").parse().unwrap());
    }
    for kind in ["dualstack", "dualstack-without-public-ipv4"] {
        let mut lab = Lab::of(world.clone(), Timing::Instant);
        let made = with(&application(), json!({"IpAddressType": kind}));
        let shown = lab.call("CreateLoadBalancer", made).unwrap()["LoadBalancers"][0].clone();
        assert_eq!(shown["IpAddressType"], kind);
        let set = json!({"LoadBalancerArn": shown["LoadBalancerArn"], "IpAddressType": "ipv4"});
        assert_eq!(
            lab.call("SetIpAddressType", set).unwrap(),
            json!({"IpAddressType": "ipv4"})
        );
        let subnets = lab.ask(Service::Ec2, "DescribeSubnets", json!({})).unwrap();
        let block = &subnets["subnetSet"][0]["ipv6CidrBlockAssociationSet"][0];
        assert_eq!(
            (&block["ipv6CidrBlock"], &block["ipv6CidrBlockState"]["state"]),
            (&json!("2001:db8::/64"), &json!("associated"))
        );
    }
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let set = json!({"LoadBalancerArn": arn, "IpAddressType": "dualstack"});
    assert_eq!(lab.code("SetIpAddressType", set), "InvalidSubnet");
}

#[test]
fn one_is_described_as_aws_does() {
    for (scheme, prefix) in [("internet-facing", "web-"), ("internal", "internal-web-")] {
        let made = with(
            &application(),
            json!({"Scheme": scheme, "IpamPools": {"Ipv4IpamPoolId": "ipam-pool-0a"}}),
        );
        let shown = Lab::new().call("CreateLoadBalancer", made).unwrap()["LoadBalancers"][0].clone();
        let (arn, dns_name) = (text(&shown["LoadBalancerArn"]), text(&shown["DNSName"]));
        assert!(arn.contains(":loadbalancer/app/web/"), "{arn}");
        assert!(
            dns_name.starts_with(prefix) && dns_name.ends_with(".us-west-2.elb.seatrial.test"),
            "{dns_name}"
        );
        assert_eq!(
            with(
                &shown,
                json!({"LoadBalancerArn": null, "DNSName": null, "AvailabilityZones": null})
            ),
            json!({"LoadBalancerName": "web", "Type": "application", "Scheme": scheme, "VpcId": VPC,
                "State": {"Code": "provisioning"}, "SecurityGroups": [GROUP], "IpAddressType": "ipv4",
                "CreatedTime": "2026-01-01T00:00:00.000Z", "CanonicalHostedZoneId": "Z1H1FL5HABSF5",
                "IpamPools": {"Ipv4IpamPoolId": "ipam-pool-0a"}})
        );
    }
}

#[test]
fn its_interfaces_are_plain_ones_of_elastic_load_balancing() {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let described = format!("ELB {}", arn.split_once(":loadbalancer/").unwrap().1);
    assert_eq!(lab.interfaces(), [described.as_str(), described.as_str()]);
    let in_use = json!({"GroupId": GROUP});
    assert_eq!(
        lab.ask(Service::Ec2, "DeleteSecurityGroup", in_use).unwrap_err().code,
        "DependencyViolation"
    );
    let kinds = |lab: &Lab| {
        let interfaces = lab.cloud.region(REGION).ec2.interfaces.values();
        interfaces
            .filter(|found| found.description == described)
            .map(|found| found.kind.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&lab), ["interface", "interface"]);
    lab.call("DeleteLoadBalancer", json!({"LoadBalancerArn": arn})).unwrap();
    assert!(kinds(&lab).is_empty());
}

#[test]
fn attributes_have_the_defaults_of_the_type() {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let shown = lab
        .call("DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": arn}))
        .unwrap();
    insta::assert_snapshot!(attributes(&shown).join("\n"), @r"
    access_logs.s3.bucket=
    access_logs.s3.enabled=false
    access_logs.s3.prefix=
    client_keep_alive.seconds=3600
    connection_logs.s3.bucket=
    connection_logs.s3.enabled=false
    connection_logs.s3.prefix=
    deletion_protection.enabled=false
    health_check_logs.s3.bucket=
    health_check_logs.s3.enabled=false
    health_check_logs.s3.prefix=
    idle_timeout.timeout_seconds=60
    ipv6.deny_all_igw_traffic=false
    load_balancing.cross_zone.enabled=true
    routing.http.desync_mitigation_mode=defensive
    routing.http.drop_invalid_header_fields.enabled=false
    routing.http.preserve_host_header.enabled=false
    routing.http.x_amzn_tls_version_and_cipher_suite.enabled=false
    routing.http.xff_client_port.enabled=false
    routing.http.xff_header_processing.mode=append
    routing.http2.enabled=true
    waf.fail_open.enabled=false
    zonal_shift.config.enabled=false
    ");
    let change = |changes: &[(&str, &str)]| {
        let changes = changes.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
        json!({"LoadBalancerArn": arn, "Attributes": changes.collect::<Vec<_>>()})
    };
    for (changes, code) in [
        (&[("idle_timeout.timeout_seconds", "4000")][..], "ok"),
        (
            &[("idle_timeout.timeout_seconds", "4001")],
            "InvalidConfigurationRequest",
        ),
        (
            &[("load_balancing.cross_zone.enabled", "false")],
            "InvalidConfigurationRequest",
        ),
        (&[("routing.http.xff_header_processing.mode", "preserve")], "ok"),
        (&[("access_logs.s3.enabled", "true")], "InvalidConfigurationRequest"),
        (
            &[("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "logs")],
            "ok",
        ),
        (
            &[("dns_record.client_routing_policy", "any_availability_zone")],
            "ValidationError",
        ),
    ] {
        assert_eq!(
            lab.code("ModifyLoadBalancerAttributes", change(changes)),
            code,
            "{changes:?}"
        );
    }
}

#[test]
fn listeners_have_attributes_of_their_protocol() {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let (http, https) = (lab.http_listener(&arn, 80), lab.https_listener(&arn, 443));
    let names = |lab: &mut Lab, listener: &str| {
        attributes(
            &lab.call("DescribeListenerAttributes", json!({"ListenerArn": listener}))
                .unwrap(),
        )
    };
    assert_eq!(names(&mut lab, &http).len(), 11);
    let of_https = names(&mut lab, &https);
    assert_eq!(of_https.len(), 19);
    let header = "routing.http.request.x_amzn_tls_version.header_name=X-Amzn-Tls-Version".to_owned();
    assert!(of_https.contains(&header), "{of_https:?}");
    for (listener, key, value, code) in [
        (&http, "routing.http.response.server.enabled", "false", "ok"),
        (
            &http,
            "routing.http.response.x_content_type_options.header_value",
            "sniff",
            "InvalidConfigurationRequest",
        ),
        (
            &http,
            "routing.http.request.x_amzn_tls_version.header_name",
            "X",
            "ValidationError",
        ),
        (
            &https,
            "routing.http.request.x_amzn_tls_version.header_name",
            "X-Tls",
            "ok",
        ),
        (
            &https,
            "routing.http.request.x_amzn_tls_version.header_name",
            "X Tls",
            "InvalidConfigurationRequest",
        ),
        (&http, "tcp.idle_timeout.seconds", "60", "ValidationError"),
    ] {
        let change = json!({"ListenerArn": listener, "Attributes": [{"Key": key, "Value": value}]});
        assert_eq!(lab.code("ModifyListenerAttributes", change), code, "{key}={value}");
    }
    let shown = lab.call("DescribeListeners", json!({"ListenerArns": [https]})).unwrap()["Listeners"][0].clone();
    assert_eq!(
        (&shown["MutualAuthentication"], &shown["SslPolicy"]),
        (&json!({"Mode": "off"}), &json!("ELBSecurityPolicy-2016-08"))
    );
}

#[test]
fn security_groups_and_pools_are_replaced() {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let set = |groups: Value| json!({"LoadBalancerArn": arn, "SecurityGroups": groups});
    assert_eq!(
        lab.code("SetSecurityGroups", set(json!([]))),
        "InvalidConfigurationRequest"
    );
    let shown = lab.call("SetSecurityGroups", set(json!([GROUP]))).unwrap();
    assert_eq!(shown, json!({"SecurityGroupIds": [GROUP]}));
    let pools = |changes: Value| with(&json!({"LoadBalancerArn": arn}), changes);
    for (changes, code, pool) in [
        (
            json!({"IpamPools": {"Ipv4IpamPoolId": "ipam-pool-0a"}}),
            "ok",
            Some("ipam-pool-0a"),
        ),
        (json!({}), "ValidationError", Some("ipam-pool-0a")),
        (
            json!({"RemoveIpamPools": ["ipv6"]}),
            "ValidationError",
            Some("ipam-pool-0a"),
        ),
        (json!({"RemoveIpamPools": ["ipv4"]}), "ok", None),
    ] {
        assert_eq!(lab.code("ModifyIpPools", pools(changes.clone())), code, "{changes}");
        assert_eq!(
            lab.state().load_balancers[&arn].ipv4_ipam_pool_id.as_deref(),
            pool,
            "{changes}"
        );
    }
    let subnets = json!({"LoadBalancerArn": arn, "Subnets": [SUBNET_A]});
    assert_eq!(lab.code("SetSubnets", subnets), "ValidationError");
}

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
