//! What members of a group must agree on: the later one, by order, is refused.

use crate::world::{PREFIX, ingress, path, planned, rule, stack, with_rules};
use k8s_openapi::api::networking::v1::Ingress;
use model::CertificateRef;
use serde_json::json;

const GROUP: (&str, &str) = ("group.name", "g");

fn member(name: &str, annotations: &[(&str, &str)]) -> Ingress {
    ingress(name, &[&[GROUP], annotations].concat())
}

#[test]
fn the_later_of_two_is_refused() {
    let https = ("listen-ports", r#"[{"HTTPS": 443}]"#);
    let certificate = ("certificate-arn", "cert");
    let frontend = ("enable-frontend-nlb", "true");
    for (key, one, other, more) in [
        ("load-balancer-name", "one", "other", &[][..]),
        ("scheme", "internal", "internet-facing", &[]),
        ("ip-address-type", "ipv4", "dualstack", &[]),
        ("subnets", "subnet-0,subnet-1", "subnet-0,subnet-9", &[]),
        ("customer-owned-ipv4-pool", "one", "other", &[]),
        ("ipam-ipv4-pool-id", "one", "other", &[]),
        ("load-balancer-attributes", "k=one", "k=other", &[]),
        (
            "minimum-load-balancer-capacity",
            "CapacityUnits=1",
            "CapacityUnits=2",
            &[],
        ),
        ("tags", "k=one", "k=other", &[]),
        ("security-groups", "extra,more", "more,extra", &[]),
        (
            "manage-backend-security-group-rules",
            "true",
            "false",
            &[("security-groups", "extra")],
        ),
        ("wafv2-acl-arn", "one", "none", &[]),
        ("wafv2-acl-name", "acl", "other", &[]),
        ("waf-acl-id", "one", "none", &[]),
        ("shield-advanced-protection", "true", "false", &[]),
        (
            "listen-ports",
            r#"[{"HTTP": 80}]"#,
            r#"[{"HTTPS": 80}]"#,
            &[certificate],
        ),
        ("inbound-cidrs", "10.0.0.0/8", "10.0.0.0/16", &[]),
        ("security-group-prefix-lists", "pl-1", "pl-2", &[]),
        ("ssl-policy", "one", "other", &[https, certificate]),
        (
            "ssl-redirect",
            "443",
            "8443",
            &[("listen-ports", r#"[{"HTTPS": 443}, {"HTTPS": 8443}]"#), certificate],
        ),
        (
            "mutual-authentication",
            r#"[{"port": 443, "mode": "off"}]"#,
            r#"[{"port": 443, "mode": "passthrough"}]"#,
            &[https, certificate],
        ),
        ("listener-attributes.HTTP-80", "k=one", "k=other", &[]),
        ("enable-frontend-nlb", "true", "false", &[]),
        ("frontend-nlb-scheme", "internal", "internet-facing", &[frontend]),
        ("frontend-nlb-subnets", "subnet-0", "subnet-1", &[frontend]),
        ("frontend-nlb-security-groups", "extra,more", "more,extra", &[frontend]),
        ("frontend-nlb-attributes", "k=one", "k=other", &[frontend]),
        ("frontend-nlb-tags", "k=one", "k=other", &[frontend]),
        ("frontend-nlb-healthcheck-path", "/one", "/other", &[frontend]),
        (
            "frontend-nlb-listener-port-mapping",
            "81=80",
            "81=82",
            &[frontend, ("listen-ports", r#"[{"HTTP": 80}, {"HTTP": 82}]"#)],
        ),
    ] {
        let with = |name: &str, value: &str| member(name, &[more, &[(key, value)]].concat());
        let plan = planned(&[with("b", other), with("a", one)]).unwrap();
        let [refusal] = &plan.refused[..] else {
            panic!("{key}: {:?}", plan.refused)
        };
        let error = refusal.error.to_string();
        assert_eq!(refusal.key.name, "b", "{key}: {error}");
        assert!(
            !refusal.keeps_rules && error.contains(&format!("{PREFIX}{key}")),
            "{key}: {error}"
        );
        assert!(
            error.contains("golden/a") && error.contains("golden/b") || key == "subnets",
            "{key}: {error}"
        );
        assert!(
            plan.stack.listeners.iter().all(|listener| listener.rules.len() <= 1),
            "{key}"
        );
        // Whoever says nothing, or the same, does not contradict.
        assert_eq!(planned(&[with("a", one), with("b", one)]).unwrap().refused, [], "{key}");
        assert_eq!(
            planned(&[with("a", one), member("b", more)]).unwrap().refused,
            [],
            "{key}"
        );
    }
}

#[test]
fn order_decides_who_is_later() {
    let first = member("z", &[("scheme", "internal"), ("group.order", "-5")]);
    let second = member("a", &[("scheme", "internet-facing")]);
    let plan = planned(&[second, first]).unwrap();
    assert_eq!(plan.refused[0].key.name, "a");
    assert_eq!(plan.stack.load_balancer.unwrap().scheme, "internal");
}

#[test]
fn lists_of_subnets_may_differ_in_order() {
    let with = |name, list| member(name, &[("subnets", list)]);
    let stack = stack(&[with("a", "subnet-1,subnet-0"), with("b", "subnet-0,subnet-1")]);
    assert_eq!(stack.load_balancer.unwrap().subnets[0].subnet_id, "subnet-1");
}

#[test]
fn one_default_backend_per_port() {
    let with_default = |name, ports: &str| {
        let mut one = member(name, &[("listen-ports", ports)]);
        let backend = json!({ "service": { "name": "web", "port": { "number": 80 } } });
        one.spec.as_mut().unwrap().default_backend = Some(serde_json::from_value(backend).unwrap());
        one
    };
    let plan = planned(&[
        with_default("a", r#"[{"HTTP": 80}]"#),
        with_default("b", r#"[{"HTTP": 80}]"#),
    ])
    .unwrap();
    let error = plan.refused[0].error.to_string();
    assert!(
        plan.refused[0].key.name == "b" && error.contains("spec.defaultBackend"),
        "{error}"
    );
    let apart = [
        with_default("a", r#"[{"HTTP": 80}]"#),
        with_default("b", r#"[{"HTTP": 81}]"#),
    ];
    let stack = stack(&apart);
    assert!(
        stack
            .listeners
            .iter()
            .all(|listener| listener.default_actions[0].target_groups().count() == 1)
    );
}

#[test]
fn certificates_and_ports_add_up() {
    let https = |name, certificates| {
        member(
            name,
            &[
                ("listen-ports", r#"[{"HTTPS": 443}]"#),
                ("certificate-arn", certificates),
            ],
        )
    };
    let stack = stack(&[https("b", "y,x"), https("a", "x,z"), member("c", &[])]);
    let ports: Vec<_> = stack
        .listeners
        .iter()
        .map(|listener| (listener.port, listener.rules.len()))
        .collect();
    assert_eq!(ports, [(80, 1), (443, 2)]);
    assert_eq!(
        stack.listeners[1].certificates,
        ["x", "z", "y"].map(|arn| CertificateRef::Arn(arn.to_owned()))
    );
}

#[test]
fn ids_that_mean_two_target_groups_are_refused() {
    let to =
        |name: &str, service: &str| with_rules(name, &[GROUP], json!([rule("h", &[path("/", "Prefix", service)])]));
    let mut facts = crate::world::facts();
    for name in ["b-c", "c"] {
        facts
            .services
            .insert(("golden".to_owned(), name.to_owned()), crate::world::service(name, &[]));
    }
    let both = [to("a", "b-c"), to("a-b", "c")];
    let (classes, config) = (crate::world::classes(), crate::world::config());
    let plan = crate::world::plan_with(&both, &classes, &facts, &config).unwrap();
    let error = plan.refused[0].error.to_string();
    assert!(error.contains("golden/a-b-c:80") && error.contains("rename"), "{error}");
}
