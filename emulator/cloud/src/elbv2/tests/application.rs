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
