use super::*;

const DRAINING: (&str, &str) = ("draining", "Target.DeregistrationInProgress");
const UNUSED: (&str, &str) = ("unused", "Target.NotInUse");

/// A lab whose load balancer routes to a group of addresses that drain for ten seconds.
fn lab() -> (Lab, String, String) {
    let mut lab = Lab::new();
    let (arn, group) = (lab.load_balancer("web"), lab.target_group("t", "ip"));
    lab.listener(&arn, 80, &group);
    let delay = json!({"TargetGroupArn": group, "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "10"}]});
    lab.call("ModifyTargetGroupAttributes", delay).unwrap();
    (lab, arn, group)
}

fn targets(group: &str, targets: Value) -> Value {
    json!({"TargetGroupArn": group, "Targets": targets})
}

/// State and reason of the only target.
fn only(lab: &mut Lab, group: &str) -> (String, String) {
    let [(_, _, state, reason)] = <[_; 1]>::try_from(lab.health(group)).unwrap();
    (state, reason)
}

fn owned((state, reason): (&str, &str)) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

#[test]
fn targets_are_checked_before_any_is_registered() {
    for (target_type, target, code) in [
        ("instance", json!({"Id": NODE_A}), "ok"),
        ("instance", json!({"Id": "i-0nowhere"}), "InvalidTarget"),
        (
            "instance",
            json!({"Id": NODE_A, "AvailabilityZone": "us-west-2a"}),
            "InvalidTarget",
        ),
        ("ip", json!({"Id": "192.168.4.1"}), "ok"),
        (
            "ip",
            json!({"Id": "192.168.4.1", "AvailabilityZone": "us-west-2a"}),
            "ok",
        ),
        (
            "ip",
            json!({"Id": "192.168.4.1", "AvailabilityZone": "us-west-2b"}),
            "InvalidTarget",
        ),
        (
            "ip",
            json!({"Id": "192.168.4.1", "AvailabilityZone": "all"}),
            "InvalidTarget",
        ),
        ("ip", json!({"Id": "10.1.2.3"}), "InvalidTarget"),
        ("ip", json!({"Id": "10.1.2.3", "AvailabilityZone": "all"}), "ok"),
        (
            "ip",
            json!({"Id": "100.64.0.9", "AvailabilityZone": "us-west-2b"}),
            "ok",
        ),
        (
            "ip",
            json!({"Id": "8.8.8.8", "AvailabilityZone": "all"}),
            "InvalidTarget",
        ),
        ("ip", json!({"Id": NODE_A}), "ValidationError"),
    ] {
        let mut lab = Lab::new();
        let group = lab.target_group("t", target_type);
        let good = if target_type == "ip" { "192.168.4.2" } else { NODE_B };
        let input = targets(&group, json!([{"Id": good}, target]));
        assert_eq!(lab.code("RegisterTargets", input.clone()), code, "{input}");
        assert_eq!(lab.health(&group).len(), if code == "ok" { 2 } else { 0 }, "{input}");
    }
}

#[test]
fn targets_are_told_apart_by_id_and_port() {
    let mut lab = Lab::new();
    let group = lab.target_group("t", "instance");
    let both = json!([{"Id": NODE_A}, {"Id": NODE_A, "Port": 81}, {"Id": NODE_A, "Port": 80}]);
    lab.call("RegisterTargets", targets(&group, both)).unwrap();
    let line = |port| {
        (
            NODE_A.to_owned(),
            port,
            "unused".to_owned(),
            "Target.NotInUse".to_owned(),
        )
    };
    assert_eq!(lab.health(&group), [line(80), line(81)]);
    let one = json!([{"Id": NODE_A, "Port": 81}]);
    lab.call("DeregisterTargets", targets(&group, one.clone())).unwrap();
    assert_eq!(
        lab.health(&group),
        [line(80)],
        "where nothing routes to the group, nothing drains"
    );
    let asked = lab.call("DescribeTargetHealth", targets(&group, one)).unwrap();
    assert_eq!(
        asked["TargetHealthDescriptions"][0]["TargetHealth"]["Reason"],
        "Target.NotRegistered"
    );
    assert_eq!(
        lab.code("DescribeTargetHealth", json!({"TargetGroupArn": format!("{group}0")})),
        "TargetGroupNotFound"
    );
}

#[test]
fn health_goes_from_registration_through_checks_to_what_is_observed() {
    let (mut lab, _, group) = lab();
    lab.call(
        "RegisterTargets",
        targets(&group, json!([{"Id": "192.168.4.1", "Port": 8080}])),
    )
    .unwrap();
    assert_eq!(only(&mut lab, &group), owned(("initial", "Elb.RegistrationInProgress")));
    lab.wait(10);
    assert_eq!(only(&mut lab, &group), owned(("initial", "Elb.InitialHealthChecking")));
    lab.observe(&group, "192.168.4.1", 80, HealthState::Unhealthy, None);
    assert_eq!(only(&mut lab, &group).0, "initial", "another port is another target");
    lab.observe(&group, "192.168.4.1", 8080, HealthState::Healthy, None);
    assert_eq!(only(&mut lab, &group), owned(("healthy", "")));
    lab.observe(
        &group,
        "192.168.4.1",
        8080,
        HealthState::Unhealthy,
        Some("Target.FailedHealthChecks"),
    );
    assert_eq!(
        only(&mut lab, &group),
        owned(("unhealthy", "Target.FailedHealthChecks"))
    );
    lab.call(
        "RegisterTargets",
        targets(&group, json!([{"Id": "192.168.4.1", "Port": 8080}])),
    )
    .unwrap();
    assert_eq!(
        only(&mut lab, &group).0,
        "unhealthy",
        "registering again changes nothing"
    );
    let shown = lab
        .call("DescribeTargetHealth", json!({"TargetGroupArn": group}))
        .unwrap();
    assert_eq!(shown["TargetHealthDescriptions"][0]["HealthCheckPort"], "8080");
    assert_eq!(
        shown["TargetHealthDescriptions"][0]["Target"]["AvailabilityZone"],
        "us-west-2a"
    );
}

#[test]
fn deregistered_targets_drain_for_the_delay_and_leave() {
    let (mut lab, _, group) = lab();
    let one = targets(&group, json!([{"Id": "192.168.4.1"}]));
    lab.call("RegisterTargets", one.clone()).unwrap();
    lab.observe(&group, "192.168.4.1", 80, HealthState::Healthy, None);
    lab.call("DeregisterTargets", one.clone()).unwrap();
    lab.wait(9_999);
    assert_eq!(only(&mut lab, &group), owned(DRAINING));
    lab.call("DeregisterTargets", one.clone()).unwrap();
    lab.wait(1);
    assert!(lab.health(&group).is_empty(), "deregistering again does not prolong it");
    assert_eq!(lab.code("DeregisterTargets", one), "ok");
}

#[test]
fn registering_a_draining_target_begins_anew() {
    let (mut lab, _, group) = lab();
    let one = targets(&group, json!([{"Id": "192.168.4.1"}]));
    lab.call("RegisterTargets", one.clone()).unwrap();
    lab.observe(&group, "192.168.4.1", 80, HealthState::Healthy, None);
    lab.call("DeregisterTargets", one.clone()).unwrap();
    lab.wait(5_000);
    lab.call("RegisterTargets", one).unwrap();
    lab.wait(20_000);
    assert_eq!(only(&mut lab, &group), owned(("initial", "Elb.InitialHealthChecking")));
}

#[test]
fn a_target_in_a_zone_without_a_node_is_used_across_zones_only() {
    let (mut lab, arn, group) = lab();
    lab.call("SetSubnets", json!({"LoadBalancerArn": arn, "Subnets": [SUBNET_A]}))
        .unwrap();
    lab.call("RegisterTargets", targets(&group, json!([{"Id": "192.168.36.1"}])))
        .unwrap();
    lab.wait(10);
    let key = "load_balancing.cross_zone.enabled";
    for (balancer, own, expected) in [
        ("false", "use_load_balancer_configuration", "unused"),
        ("true", "use_load_balancer_configuration", "initial"),
        ("true", "false", "unused"),
        ("false", "true", "initial"),
    ] {
        let attributes = |value| json!([{"Key": key, "Value": value}]);
        let change = json!({"LoadBalancerArn": arn, "Attributes": attributes(balancer)});
        lab.call("ModifyLoadBalancerAttributes", change).unwrap();
        let change = json!({"TargetGroupArn": group, "Attributes": attributes(own)});
        lab.call("ModifyTargetGroupAttributes", change).unwrap();
        assert_eq!(only(&mut lab, &group).0, expected, "{balancer} {own}");
    }
}

#[test]
fn what_was_observed_is_forgotten_when_nothing_routes_there() {
    let (mut lab, arn, group) = lab();
    lab.call("RegisterTargets", targets(&group, json!([{"Id": "192.168.4.1"}])))
        .unwrap();
    lab.wait(10);
    lab.observe(&group, "192.168.4.1", 80, HealthState::Healthy, None);
    let listener = lab.state().listeners.keys().next().unwrap().clone();
    lab.call("DeleteListener", json!({"ListenerArn": listener})).unwrap();
    assert_eq!(only(&mut lab, &group), owned(UNUSED));
    lab.listener(&arn, 81, &group);
    assert_eq!(only(&mut lab, &group), owned(("initial", "Elb.InitialHealthChecking")));
}

#[test]
fn a_group_holds_a_thousand_targets() {
    let (mut lab, _, group) = lab();
    let some = |from: u32, to: u32| {
        let ports = from..=to;
        targets(
            &group,
            ports.map(|port| json!({"Id": "192.168.4.1", "Port": port})).collect(),
        )
    };
    assert_eq!(lab.code("RegisterTargets", some(1, 1000)), "ok");
    assert_eq!(lab.code("RegisterTargets", some(1000, 1001)), "TooManyTargets");
    assert_eq!(lab.code("RegisterTargets", some(1, 200)), "ok");
}
