//! The rows of the annotation tables about the load balancer and what is attached to it.

use crate::world::{classes, config, facts, field, ingress, of_annotations, of_facts, plan_with, printed, tags};
use model::{AddOns, Association, SecurityGroupRef};
use seatrial_plan::ingress::Facts;
use seatrial_plan::{Config, LiveLoadBalancer};
use serde_json::{Value, json};

#[test]
fn of_the_load_balancer() {
    for (key, value, pointer, expected) in [
        ("load-balancer-name", "mine", "/name", json!("mine")),
        ("scheme", "internet-facing", "/scheme", json!("internet-facing")),
        ("scheme", "internal", "/scheme", json!("internal")),
        (
            "subnets",
            "subnet-1,subnet-0",
            "/subnetMapping",
            json!([{ "subnetID": "subnet-1" }, { "subnetID": "subnet-0" }]),
        ),
        (
            "customer-owned-ipv4-pool",
            "pool",
            "/customerOwnedIPv4Pool",
            json!("pool"),
        ),
        ("ipam-ipv4-pool-id", "ipam", "/ipv4IPAMPool", json!("ipam")),
        ("ipam-ipv4-pool-id", "", "/ipv4IPAMPool", Value::Null),
        (
            "load-balancer-attributes",
            "idle_timeout.timeout_seconds=9",
            "/loadBalancerAttributes",
            json!([{ "key": "idle_timeout.timeout_seconds", "value": "9" }]),
        ),
        (
            "minimum-load-balancer-capacity",
            "CapacityUnits=500",
            "/minimumLoadBalancerCapacity/capacityUnits",
            json!(500),
        ),
        (
            "minimum-load-balancer-capacity",
            "CapacityUnits=0",
            "/minimumLoadBalancerCapacity/capacityUnits",
            json!(0),
        ),
        ("tags", "team=shop", "/tags", json!({ "team": "shop" })),
        (
            "security-groups",
            "extra, sg-more",
            "/securityGroups",
            json!(["sg-more", "sg-extra"]),
        ),
        (
            "security-groups",
            "",
            "/securityGroups/1",
            json!("$backend-security-group"),
        ),
    ] {
        assert_eq!(
            field(
                &of_annotations(&[(key, value)]),
                "LoadBalancer",
                "LoadBalancer",
                pointer
            ),
            expected,
            "{key}={value}"
        );
    }
    let default = printed(&of_annotations(&[]), "LoadBalancer", "LoadBalancer");
    assert_eq!(
        (&default["scheme"], &default["ipAddressType"]),
        (&json!("internal"), &json!("ipv4"))
    );
}

#[test]
fn ip_address_types_take_subnets_with_ipv6() {
    let mut facts = facts();
    for subnet in &mut facts.subnets {
        subnet.ipv6_cidrs = vec!["2001:db8::/64".to_owned()];
    }
    for kind in ["dualstack", "dualstack-without-public-ipv4"] {
        let stack = of_facts(&[("ip-address-type", kind)], &facts);
        assert_eq!(stack.load_balancer.as_ref().unwrap().ip_address_type, kind);
        let ranges = printed(&stack, "SecurityGroup", "ManagedLBSecurityGroup")["ingress"].to_string();
        assert!(ranges.contains("0.0.0.0/0") && ranges.contains("::/0"), "{ranges}");
    }
}

#[test]
fn subnets_stay_until_the_scheme_changes() {
    let mut facts = facts();
    let live = |scheme: &str| LiveLoadBalancer {
        scheme: scheme.to_owned(),
        subnet_ids: vec!["subnet-1".to_owned()],
        ..LiveLoadBalancer::default()
    };
    let subnets = |facts: &Facts| of_facts(&[], facts).load_balancer.unwrap().subnets.len();
    facts.live = Some(live("internal"));
    assert_eq!(subnets(&facts), 1);
    facts.live = Some(live("internet-facing"));
    assert_eq!(subnets(&facts), 2);
}

#[test]
fn security_groups_of_ones_own() {
    let own = ("security-groups", "extra");
    let stack = of_annotations(&[own]);
    assert!(stack.managed_security_group.is_none() && !stack.needs_backend_security_group);
    assert_eq!(stack.bindings[0].spec.get("networking"), None);
    let stack = of_annotations(&[own, ("manage-backend-security-group-rules", "true")]);
    let groups = &stack.load_balancer.as_ref().unwrap().security_groups;
    assert_eq!(
        groups[..],
        [SecurityGroupRef::Id("sg-extra".to_owned()), SecurityGroupRef::Backend]
    );
    assert!(stack.needs_backend_security_group && stack.bindings[0].spec.get("networking").is_some());
}

#[test]
fn without_the_shared_group_targets_are_opened_to_the_managed_one() {
    let mut config = config();
    config.enable_backend_security_group = false;
    let stack = plan_with(&[ingress("a", &[])], &classes(), &facts(), &config)
        .unwrap()
        .stack;
    assert_eq!(
        stack.load_balancer.as_ref().unwrap().security_groups,
        [SecurityGroupRef::Managed]
    );
    let from = field(
        &stack,
        "TargetGroupBinding",
        "golden/a-web:80",
        "/template/spec/networking/ingress/0/from",
    );
    let managed = "#/resources/AWS::EC2::SecurityGroup/ManagedLBSecurityGroup/status/groupID";
    assert_eq!(from, json!([{ "securityGroup": { "groupID": { "$ref": managed } } }]));
}

#[test]
fn firewalls_and_protection() {
    let with = |acl: &str| Some(Association::With(acl.to_owned()));
    let (none, nothing) = (Some(Association::None), AddOns::default());
    for (annotations, expected) in [
        (&[][..], nothing.clone()),
        (
            &[("wafv2-acl-arn", "arn:x")],
            AddOns {
                wafv2: with("arn:x"),
                ..nothing.clone()
            },
        ),
        (
            &[("wafv2-acl-arn", "none")],
            AddOns {
                wafv2: none.clone(),
                ..nothing.clone()
            },
        ),
        (
            &[("wafv2-acl-arn", "")],
            AddOns {
                wafv2: none.clone(),
                ..nothing.clone()
            },
        ),
        (
            &[("wafv2-acl-name", "acl"), ("wafv2-acl-arn", "arn:x")],
            AddOns {
                wafv2: with("arn:acl"),
                ..nothing.clone()
            },
        ),
        (
            &[("wafv2-acl-name", "none")],
            AddOns {
                wafv2: none.clone(),
                ..nothing.clone()
            },
        ),
        (&[("wafv2-acl-name", "")], nothing.clone()),
        (
            &[("waf-acl-id", "id")],
            AddOns {
                waf_regional: with("id"),
                ..nothing.clone()
            },
        ),
        (
            &[("web-acl-id", "id")],
            AddOns {
                waf_regional: with("id"),
                ..nothing.clone()
            },
        ),
        (&[("waf-acl-id", ""), ("web-acl-id", "id")], nothing.clone()),
        (
            &[("waf-acl-id", "none")],
            AddOns {
                waf_regional: none.clone(),
                ..nothing.clone()
            },
        ),
        (
            &[("shield-advanced-protection", "true")],
            AddOns {
                shield: Some(true),
                ..nothing.clone()
            },
        ),
        (
            &[("shield-advanced-protection", "f")],
            AddOns {
                shield: Some(false),
                ..nothing.clone()
            },
        ),
    ] {
        assert_eq!(of_annotations(annotations).add_ons, expected, "{annotations:?}");
    }
    let printed = model::printed(&of_annotations(&[("wafv2-acl-arn", "none")]));
    let resource = &printed["resources"]["AWS::WAFv2::WebACLAssociation"]["LoadBalancer"]["spec"];
    assert_eq!(resource["webACLARN"], "");
}

#[test]
fn default_tags_win_unless_a_gate_says_otherwise() {
    let mut config = config();
    config.default_tags = tags(&[("team", "platform"), ("all", "yes")]);
    let asked = [ingress("a", &[("tags", "team=shop")])];
    let tags = |config: &Config| {
        let stack = plan_with(&asked, &classes(), &facts(), config).unwrap().stack;
        let rule = stack.listeners[0].rules[0].tags.clone();
        let balancer = stack.load_balancer.unwrap().tags;
        [
            (balancer["team"].clone(), balancer["all"].clone()),
            (rule["team"].clone(), rule["all"].clone()),
        ]
    };
    let pair = |team: &str| (team.to_owned(), "yes".to_owned());
    assert_eq!(tags(&config), [pair("platform"), pair("platform")]);
    config.gates.default_tags_low_priority = true;
    assert_eq!(tags(&config), [pair("shop"), pair("shop")]);
}
