//! Choices that depend on what is there: subnets, security groups, other Services.

use crate::world::{config, facts, planned, service, subnet, tags};
use aws_api::ec2::RouteTable;
use aws_api::elbv2::{Action, ForwardTarget};
use model::{Stack, TargetGroupRef};
use seatrial_plan::LiveLoadBalancer;
use seatrial_plan::service::{Facts, needs, plan};
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

fn live(scheme: &str, groups: &[&str]) -> Option<LiveLoadBalancer> {
    Some(LiveLoadBalancer {
        scheme: scheme.to_owned(),
        subnet_ids: vec!["subnet-1".to_owned()],
        security_groups: groups.iter().map(|&id| id.to_owned()).collect(),
    })
}

fn with_live(annotations: &[(&str, &str)], scheme: &str, groups: &[&str]) -> Result<Stack, seatrial_plan::PlanError> {
    let facts = Facts {
        live: live(scheme, groups),
        ..facts()
    };
    plan(&service("instance", annotations, json!({})), &facts, &config())
}

#[test]
fn a_live_load_balancer_keeps_its_subnets_unless_its_scheme_changes() {
    assert_eq!(
        subnets(&with_live(&[], "internet-facing", &["sg-1"]).unwrap()),
        ["subnet-1"]
    );
    assert_eq!(
        subnets(&with_live(&[], "internal", &["sg-1"]).unwrap()),
        ["subnet-0", "subnet-1"]
    );
}

#[test]
fn security_groups_cannot_be_taken_away() {
    let off = [("aws-load-balancer-disable-nlb-sg", "true")];
    let error = with_live(&off, "internet-facing", &["sg-1"]).unwrap_err().to_string();
    assert!(
        error.contains("aws-load-balancer-disable-nlb-sg") && error.contains("create it anew"),
        "{error}"
    );
}

fn opened(stack: &Stack) -> &Value {
    &stack.bindings[0].spec["networking"]["ingress"]
}

#[test]
fn without_security_groups_targets_are_opened_to_addresses() {
    let stack = with_live(&[], "internet-facing", &[]).unwrap();
    assert!(stack.load_balancer.as_ref().unwrap().security_groups.is_empty());
    let tcp = json!([{ "protocol": "TCP", "port": 31058 }]);
    assert_eq!(
        opened(&stack),
        &json!([{ "from": [{ "ipBlock": { "cidr": "0.0.0.0/0" } }], "ports": tcp }])
    );

    let internal = [("aws-load-balancer-scheme", "internal")];
    let stack = with_live(&internal, "internal", &[]).unwrap();
    assert_eq!(
        opened(&stack)[0]["from"],
        json!([{ "ipBlock": { "cidr": "192.168.0.0/16" } }])
    );

    let ranges = [("load-balancer-source-ranges", "10.0.0.0/8")];
    let stack = with_live(&ranges, "internet-facing", &[]).unwrap();
    let rule = |cidr: &str| json!({ "from": [{ "ipBlock": { "cidr": cidr } }], "ports": tcp });
    assert_eq!(opened(&stack), &json!([rule("10.0.0.0/8"), rule("192.168.32.0/19")]));

    let hidden = [(
        "aws-load-balancer-target-group-attributes",
        "preserve_client_ip.enabled=false",
    )];
    let stack = with_live(&hidden, "internet-facing", &[]).unwrap();
    assert_eq!(opened(&stack), &json!([rule("192.168.32.0/19")]));
}

#[test]
fn subnets_are_found_by_tag_then_by_route() {
    let own = [("kubernetes.io/role/elb", "1"), ("kubernetes.io/cluster/lab", "owned")];
    let mut facts = Facts {
        subnets: vec![
            subnet("subnet-a", "us-west-2a", "10.0.0.0/24", &own[..1]),
            subnet("subnet-b", "us-west-2a", "10.0.1.0/24", &own),
            subnet("subnet-c", "us-west-2b", "10.0.2.0/24", &[]),
        ],
        ..facts()
    };
    let wanted = service("ip", &[], json!({}));
    assert_eq!(subnets(&plan(&wanted, &facts, &config()).unwrap()), ["subnet-b"]);
    for subnet in &mut facts.subnets {
        subnet.tags.clear();
    }
    let table = |main, subnet: &str, gateway: &str| RouteTable {
        id: "rtb".to_owned(),
        main,
        subnet_ids: vec![subnet.to_owned()],
        gateway_ids: vec![gateway.to_owned()],
    };
    facts.route_tables = vec![table(true, "", "local"), table(false, "subnet-c", "igw-1")];
    assert_eq!(subnets(&plan(&wanted, &facts, &config()).unwrap()), ["subnet-c"]);
    assert!(needs(&wanted, &facts.subnets, &config()).route_tables);
}

#[test]
fn subnets_and_groups_by_name_keep_their_order() {
    let mut facts = facts();
    facts.subnets[0].tags.insert("Name".to_owned(), "net".to_owned());
    facts.subnets[1].tags.insert("Name".to_owned(), "net".to_owned());
    let asked = |list| service("ip", &[("aws-load-balancer-subnets", list)], json!({}));
    assert_eq!(
        subnets(&plan(&asked("net,net"), &facts, &config()).unwrap()),
        ["subnet-0", "subnet-1"]
    );
    assert_eq!(
        subnets(&plan(&asked("subnet-1,subnet-0"), &facts, &config()).unwrap()),
        ["subnet-1", "subnet-0"]
    );
}

#[test]
fn weighted_actions_share_out_the_traffic() {
    let action = json!({ "type": "forward", "forwardConfig": {
        "baseServiceWeight": 90,
        "targetGroups": [{ "serviceName": "b", "servicePort": "http", "weight": 10 }, { "targetGroupARN": "arn:x", "weight": 0 }],
    }});
    let wanted = service("ip", &[("actions.TCP-80", &action.to_string())], json!({}));
    assert_eq!(needs(&wanted, &facts().subnets, &config()).services, ["b"]);
    let missing = planned(&wanted).unwrap_err().to_string();
    assert!(
        missing.contains("actions.TCP-80") && missing.contains("no Service b"),
        "{missing}"
    );
    let other = json!({
        "metadata": { "namespace": "golden", "name": "b", "uid": "uid-2" },
        "spec": { "ports": [{ "name": "http", "port": 8080, "targetPort": "web" }] },
    });
    let mut facts = facts();
    facts
        .services
        .insert("b".to_owned(), serde_json::from_value(other).unwrap());
    let stack = plan(&wanted, &facts, &config()).unwrap();
    let id = |text: &str| TargetGroupRef::Id(text.to_owned());
    let targets = [
        (id("golden/a:80"), Some(90)),
        (id("golden/b:8080"), Some(10)),
        (TargetGroupRef::Arn("arn:x".to_owned()), Some(0)),
    ];
    let targets = targets.map(|(target_group, weight)| ForwardTarget { target_group, weight });
    let [Action::Forward(forward)] = &stack.listeners[0].default_actions[..] else {
        panic!("one forward")
    };
    assert_eq!(forward.targets, targets);
    assert_eq!((stack.target_groups[1].port, stack.bindings.len()), (1, 2));
    assert_eq!(
        stack.bindings[1].spec["networking"]["ingress"][0]["ports"][0]["port"],
        "web"
    );
}

#[test]
fn attributes_and_tags_in_layers() {
    let mut config = config();
    config.default_tags = tags(&[("team", "platform")]);
    let asked = [
        ("aws-load-balancer-additional-resource-tags", "team=shop,stage=test"),
        (
            "aws-load-balancer-attributes",
            "load_balancing.cross_zone.enabled=false,deletion_protection.enabled=true",
        ),
        ("aws-load-balancer-cross-zone-load-balancing-enabled", "true"),
        (
            "aws-load-balancer-target-group-attributes",
            "deregistration_delay.timeout_seconds=5",
        ),
        (
            "aws-load-balancer-target-group-attributes.80",
            "deregistration_delay.timeout_seconds=9",
        ),
        ("aws-load-balancer-proxy-protocol", "*"),
        ("aws-load-balancer-target-node-labels", "pool=front"),
    ];
    let stack = plan(&service("instance", &asked, json!({})), &facts(), &config).unwrap();
    let load_balancer = stack.load_balancer.unwrap();
    assert_eq!(
        (
            load_balancer.tags["team"].as_str(),
            load_balancer.tags["stage"].as_str()
        ),
        ("platform", "test")
    );
    let expected = tags(&[
        ("load_balancing.cross_zone.enabled", "true"),
        ("deletion_protection.enabled", "true"),
    ]);
    assert_eq!(load_balancer.attributes, expected);
    let expected = tags(&[
        ("deregistration_delay.timeout_seconds", "9"),
        ("proxy_protocol_v2.enabled", "true"),
    ]);
    assert_eq!(stack.target_groups[0].attributes, expected);
    assert_eq!(
        stack.bindings[0].spec["nodeSelector"],
        json!({ "matchLabels": { "pool": "front" } })
    );
}

#[test]
fn private_addresses_go_to_the_subnets_that_hold_them() {
    let asked = [
        ("aws-load-balancer-scheme", "internal"),
        ("aws-load-balancer-private-ipv4-addresses", "192.168.32.9, 192.168.0.9"),
    ];
    let mappings = planned(&service("ip", &asked, json!({})))
        .unwrap()
        .load_balancer
        .unwrap()
        .subnets;
    let addresses: Vec<_> = mappings
        .iter()
        .filter_map(|mapping| mapping.private_ipv4_address.as_deref())
        .collect();
    assert_eq!(addresses, ["192.168.0.9", "192.168.32.9"]);
}
