use super::*;

fn network() -> Value {
    json!({"Name": "web", "Type": "network", "Subnets": [SUBNET_A, SUBNET_B], "SecurityGroups": [GROUP]})
}

#[test]
fn creating_one_checks_what_it_is_asked_for() {
    let many: Vec<Value> = (0..51).map(|n| json!({"Key": format!("k{n}"), "Value": ""})).collect();
    for (changes, code) in [
        (json!({}), "ok"),
        (json!({"Name": "a".repeat(32)}), "ok"),
        (json!({"Name": "a".repeat(33)}), "ValidationError"),
        (json!({"Name": "-web"}), "ValidationError"),
        (json!({"Name": "we_b"}), "ValidationError"),
        (json!({"Name": "internal-web"}), "ValidationError"),
        (json!({"Name": null}), "ValidationError"),
        (json!({"Type": null}), "ok"),
        (json!({"Type": "gateway"}), "InvalidConfigurationRequest"),
        (json!({"Type": "classic"}), "ValidationError"),
        (
            json!({"IpAddressType": "dualstack-without-public-ipv4"}),
            "ValidationError",
        ),
        (
            json!({"CustomerOwnedIpv4Pool": "ipv4pool-coip-0a"}),
            "InvalidConfigurationRequest",
        ),
        (json!({"Scheme": "internal"}), "ok"),
        (json!({"Scheme": "outside"}), "ValidationError"),
        (json!({"Subnets": []}), "ValidationError"),
        (json!({"SubnetMappings": [{"SubnetId": SUBNET_A}]}), "ValidationError"),
        (json!({"Subnets": ["subnet-0nowhere"]}), "SubnetNotFound"),
        (json!({"Subnets": [SUBNET_A, SUBNET_A]}), "InvalidConfigurationRequest"),
        (json!({"SecurityGroups": ["sg-0nowhere"]}), "InvalidSecurityGroup"),
        (json!({"SecurityGroups": null}), "ok"),
        (json!({"IpAddressType": "dualstack"}), "InvalidSubnet"),
        (json!({"Tags": many}), "TooManyTags"),
        (
            json!({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}),
            "DuplicateTagKeys",
        ),
    ] {
        assert_eq!(
            Lab::new().code("CreateLoadBalancer", with(&network(), changes.clone())),
            code,
            "{changes}"
        );
    }
}

#[test]
fn addresses_are_had_where_they_can_be() {
    let elastic = "eipalloc-0a00000000000000a";
    for (scheme, mapping, code) in [
        ("internet-facing", json!({"AllocationId": elastic}), "ok"),
        (
            "internet-facing",
            json!({"AllocationId": "eipalloc-0nowhere"}),
            "AllocationIdNotFound",
        ),
        (
            "internal",
            json!({"AllocationId": elastic}),
            "InvalidConfigurationRequest",
        ),
        ("internal", json!({"PrivateIPv4Address": "192.168.9.9"}), "ok"),
        (
            "internal",
            json!({"PrivateIPv4Address": "192.168.40.9"}),
            "InvalidConfigurationRequest",
        ),
        (
            "internal",
            json!({"PrivateIPv4Address": "192.168.0.4"}),
            "InvalidConfigurationRequest",
        ),
        (
            "internet-facing",
            json!({"PrivateIPv4Address": "192.168.9.9"}),
            "InvalidConfigurationRequest",
        ),
    ] {
        let mapping = with(&mapping, json!({"SubnetId": SUBNET_A}));
        let wanted = json!({"Subnets": null, "Scheme": scheme, "SubnetMappings": [{"SubnetId": SUBNET_B}, mapping]});
        let mut lab = Lab::new();
        assert_eq!(
            lab.code("CreateLoadBalancer", with(&network(), wanted.clone())),
            code,
            "{wanted}"
        );
        assert_eq!(lab.interfaces().len(), if code == "ok" { 2 } else { 0 }, "{wanted}");
    }
}

#[test]
fn an_elastic_address_is_shown_and_freed() {
    let mut lab = Lab::new();
    let mapping = json!([{"SubnetId": SUBNET_A, "AllocationId": "eipalloc-0a00000000000000a"}]);
    let wanted = with(&network(), json!({"Subnets": null, "SubnetMappings": mapping}));
    let made = lab.call("CreateLoadBalancer", wanted.clone()).unwrap();
    let zone = &made["LoadBalancers"][0]["AvailabilityZones"][0];
    assert_eq!(zone["LoadBalancerAddresses"][0]["IpAddress"], "198.51.100.10");
    assert_eq!(
        lab.code("CreateLoadBalancer", with(&wanted, json!({"Name": "other"}))),
        "ResourceInUse"
    );
    lab.call(
        "DeleteLoadBalancer",
        json!({"LoadBalancerArn": made["LoadBalancers"][0]["LoadBalancerArn"]}),
    )
    .unwrap();
    assert_eq!(
        lab.code("CreateLoadBalancer", with(&wanted, json!({"Name": "other"}))),
        "ok"
    );
}

#[test]
fn the_same_again_is_the_same_and_another_is_a_duplicate() {
    let mut lab = Lab::new();
    let first = lab.call("CreateLoadBalancer", network()).unwrap();
    let again = lab
        .call(
            "CreateLoadBalancer",
            with(&network(), json!({"Subnets": [SUBNET_B, SUBNET_A]})),
        )
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(lab.interfaces().len(), 2);
    for changes in [
        json!({"Scheme": "internal"}),
        json!({"Subnets": [SUBNET_A]}),
        json!({"SecurityGroups": null}),
        json!({"Tags": [{"Key": "a", "Value": "b"}]}),
    ] {
        assert_eq!(
            lab.code("CreateLoadBalancer", with(&network(), changes)),
            "DuplicateLoadBalancerName"
        );
    }
}

#[test]
fn one_is_described_as_aws_does_and_becomes_active() {
    for (timing, ready) in [(Timing::Instant, 20), (Timing::Realistic, 120_000)] {
        let mut lab = Lab::with(timing);
        let arn = lab.load_balancer("web");
        let id = arn.rsplit('/').next().unwrap().to_owned();
        assert_eq!(
            arn,
            format!("arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/web/{id}")
        );
        assert_eq!(id.len(), 16);
        assert_eq!(lab.interfaces(), vec![format!("ELB net/web/{id}"); 2]);
        let mut state = || {
            let found = lab.call("DescribeLoadBalancers", json!({"Names": ["web"]})).unwrap();
            lab.wait(ready - 1);
            found["LoadBalancers"][0].clone()
        };
        let found = state();
        assert_eq!(found["DNSName"], format!("web-{id}.elb.us-west-2.seatrial.test"));
        assert_eq!(found["CanonicalHostedZoneId"], "Z18D5FSROUN65G");
        assert_eq!(found["SecurityGroups"], json!([GROUP]));
        assert_eq!(
            found["AvailabilityZones"][1],
            json!({"ZoneName": "us-west-2b", "SubnetId": SUBNET_B})
        );
        assert_eq!(found["State"]["Code"], "provisioning");
        assert_eq!(state()["State"]["Code"], "provisioning");
        assert_eq!(state()["State"]["Code"], "active");
    }
}

#[test]
fn deleting_takes_listeners_and_interfaces_and_frees_target_groups() {
    let mut lab = Lab::new();
    let (arn, group) = (lab.load_balancer("web"), lab.target_group("t", "instance"));
    lab.listener(&arn, 80, &group);
    let protect =
        |value| json!({"LoadBalancerArn": arn, "Attributes": [{"Key": "deletion_protection.enabled", "Value": value}]});
    lab.call("ModifyLoadBalancerAttributes", protect("true")).unwrap();
    assert_eq!(
        lab.code("DeleteLoadBalancer", json!({"LoadBalancerArn": arn})),
        "OperationNotPermitted"
    );
    lab.call("ModifyLoadBalancerAttributes", protect("false")).unwrap();
    assert_eq!(
        lab.code("DeleteTargetGroup", json!({"TargetGroupArn": group})),
        "ResourceInUse"
    );
    for _ in 0..2 {
        assert_eq!(lab.code("DeleteLoadBalancer", json!({"LoadBalancerArn": arn})), "ok");
    }
    assert_eq!((lab.interfaces().len(), lab.state().listeners.len()), (0, 0));
    assert_eq!(lab.code("DeleteTargetGroup", json!({"TargetGroupArn": group})), "ok");
    assert_eq!(
        lab.code("DeleteLoadBalancer", json!({"LoadBalancerArn": "web"})),
        "ValidationError"
    );
}

#[test]
fn describing_selects_and_pages() {
    let mut lab = Lab::new();
    let arns: Vec<String> = (0..5).map(|n| lab.load_balancer(&format!("web{n}"))).collect();
    for (input, code) in [
        (json!({"LoadBalancerArns": [arns[0]]}), "ok"),
        (
            json!({"LoadBalancerArns": [arns[0], format!("{}0", arns[0])]}),
            "LoadBalancerNotFound",
        ),
        (json!({"Names": ["web0", "nobody"]}), "LoadBalancerNotFound"),
        (
            json!({"Names": ["web0"], "LoadBalancerArns": [arns[0]]}),
            "ValidationError",
        ),
        (json!({"Names": vec!["web0"; 21]}), "ValidationError"),
        (json!({"PageSize": 0}), "ValidationError"),
        (json!({"PageSize": 401}), "ValidationError"),
    ] {
        assert_eq!(lab.code("DescribeLoadBalancers", input.clone()), code, "{input}");
    }
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let page = lab
            .call("DescribeLoadBalancers", json!({"PageSize": 2, "Marker": marker}))
            .unwrap();
        seen.extend(
            page["LoadBalancers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|found| text(&found["LoadBalancerArn"])),
        );
        marker = page["NextMarker"].clone();
        if marker.is_null() {
            break;
        }
    }
    seen.sort();
    let mut expected = arns;
    expected.sort();
    assert_eq!(seen, expected);
}

#[test]
fn attributes_are_those_of_a_network_load_balancer() {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let shown = lab
        .call("DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": arn}))
        .unwrap();
    insta::assert_snapshot!(attributes(&shown).join("\n"), @r"
    access_logs.s3.bucket=
    access_logs.s3.enabled=false
    access_logs.s3.prefix=
    deletion_protection.enabled=false
    dns_record.client_routing_policy=any_availability_zone
    ipv6.deny_all_igw_traffic=false
    load_balancing.cross_zone.enabled=false
    secondary_ips.auto_assigned.per_subnet=0
    zonal_shift.config.enabled=false
    ");
    for (key, value, code) in [
        ("load_balancing.cross_zone.enabled", "true", "ok"),
        (
            "load_balancing.cross_zone.enabled",
            "yes",
            "InvalidConfigurationRequest",
        ),
        ("idle_timeout.timeout_seconds", "60", "ValidationError"),
    ] {
        let change = json!({"LoadBalancerArn": arn, "Attributes": [{"Key": key, "Value": value}]});
        assert_eq!(lab.code("ModifyLoadBalancerAttributes", change), code, "{key}={value}");
    }
    let shown = lab
        .call("DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": arn}))
        .unwrap();
    assert!(attributes(&shown).contains(&"load_balancing.cross_zone.enabled=true".to_owned()));
}

#[test]
fn security_groups_are_replaced_on_interfaces_too_and_never_come_or_go() {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let bare = with(&network(), json!({"Name": "bare", "SecurityGroups": null}));
    let bare = text(&lab.call("CreateLoadBalancer", bare).unwrap()["LoadBalancers"][0]["LoadBalancerArn"]);
    for (arn, groups, code) in [
        (&arn, json!([GROUP]), "ok"),
        (&arn, json!([]), "InvalidConfigurationRequest"),
        (&arn, json!(["sg-0nowhere"]), "InvalidSecurityGroup"),
        (&bare, json!([GROUP]), "InvalidConfigurationRequest"),
    ] {
        let input = json!({"LoadBalancerArn": arn, "SecurityGroups": groups});
        assert_eq!(lab.code("SetSecurityGroups", input.clone()), code, "{input}");
    }
    let off = json!({"LoadBalancerArn": arn, "SecurityGroups": [GROUP],
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"});
    let set = lab.call("SetSecurityGroups", off).unwrap();
    assert_eq!(set["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"], "off");
}

#[test]
fn subnets_come_and_go_with_their_interfaces() {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let interfaces = |lab: &Lab| {
        let zones = lab
            .state()
            .load_balancers
            .values()
            .flat_map(|found| found.zones.clone());
        zones.map(|zone| zone.interface_id).collect::<Vec<_>>()
    };
    let before = interfaces(&lab);
    for (subnets, code, count) in [
        (json!([SUBNET_A]), "ok", 1),
        (json!([]), "ValidationError", 1),
        (json!([SUBNET_A, "subnet-0nowhere"]), "SubnetNotFound", 1),
        (json!([SUBNET_B, SUBNET_A]), "ok", 2),
    ] {
        assert_eq!(
            lab.code("SetSubnets", json!({"LoadBalancerArn": arn, "Subnets": subnets})),
            code,
            "{subnets}"
        );
        assert_eq!(lab.interfaces().len(), count, "{subnets}");
    }
    let after = interfaces(&lab);
    assert_eq!(before[0], after[0], "the interface of a subnet that stays, stays");
    assert_ne!(before[1], after[1], "one that left and came back is another");
    assert_eq!(
        lab.code(
            "SetIpAddressType",
            json!({"LoadBalancerArn": arn, "IpAddressType": "ipv4"})
        ),
        "ok"
    );
    let dualstack = json!({"LoadBalancerArn": arn, "IpAddressType": "dualstack"});
    assert_eq!(lab.code("SetIpAddressType", dualstack), "InvalidSubnet");
}

#[test]
fn capacity_is_reserved_and_given_back() {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let reserve = json!({"LoadBalancerArn": arn, "MinimumLoadBalancerCapacity": {"CapacityUnits": 2750}});
    lab.call("ModifyCapacityReservation", reserve).unwrap();
    let shown = lab
        .call("DescribeCapacityReservation", json!({"LoadBalancerArn": arn}))
        .unwrap();
    assert_eq!(shown["MinimumLoadBalancerCapacity"]["CapacityUnits"], 2750);
    assert_eq!(shown["CapacityReservationState"][0]["EffectiveCapacityUnits"], 1375.0);
    assert_eq!(
        lab.code("ModifyCapacityReservation", json!({"LoadBalancerArn": arn})),
        "ValidationError"
    );
    let reset = json!({"LoadBalancerArn": arn, "ResetCapacityReservation": true});
    let shown = lab.call("ModifyCapacityReservation", reset).unwrap();
    assert_eq!(shown, json!({"CapacityReservationState": []}));
}

#[test]
fn quotas_are_listed() {
    let shown = Lab::new()
        .call("DescribeAccountLimits", json!({"PageSize": 1}))
        .unwrap();
    assert_eq!(
        shown["Limits"][0],
        json!({"Name": "application-load-balancers", "Max": "2000"})
    );
    assert!(shown["NextMarker"].is_string());
}
