//! Bad input: the error names the object, the annotation or field, the value, and the remedy.

use crate::world::{PREFIX, classes_with, config, facts, ingress, path, plan_with, refusal, rule, subnet, with_rules};
use seatrial_plan::PlanError;
use serde_json::{Value, json};

#[test]
fn each_names_annotation_and_value() {
    let both = r#"{"type":"forward","targetGroupARN":"a","forwardConfig":{}}"#;
    let rows: &[(&str, &str)] = &[
        ("group.order", "first"),
        ("group.order", "1001"),
        ("load-balancer-name", "a-name-that-is-longer-than-32-bytes"),
        ("scheme", "public"),
        ("ip-address-type", "ipv6"),
        ("ip-address-type", "dualstack"),
        ("ip-address-type", ""),
        ("subnets", "subnet-0,subnet-9"),
        ("subnets", "subnet-0"),
        ("customer-owned-ipv4-pool", ""),
        ("load-balancer-attributes", "deletion_protection.enabled"),
        ("minimum-load-balancer-capacity", "Units=5"),
        ("tags", "team"),
        ("security-groups", "sg-9"),
        ("wafv2-acl-name", "nowhere"),
        ("shield-advanced-protection", "yes"),
        ("listen-ports", "80"),
        ("listen-ports", "[]"),
        ("listen-ports", r#"[{"HTTP": 0}]"#),
        ("listen-ports", r#"[{"TCP": 80}]"#),
        ("listen-ports", r#"[{"http": 80}]"#),
        ("ssl-redirect", "443"),
        ("ssl-redirect", "80"),
        ("ssl-redirect", "https"),
        ("inbound-cidrs", "10.0.0.0/8,everyone"),
        ("listener-attributes.HTTP-80", "a"),
        ("mutual-authentication", "[]"),
        ("mutual-authentication", r#"[{"port": 443}]"#),
        ("mutual-authentication", r#"[{"port": 443, "mode": "strict"}]"#),
        ("mutual-authentication", r#"[{"port": 443, "mode": "verify"}]"#),
        (
            "mutual-authentication",
            r#"[{"port": 443, "mode": "verify", "trustStore": "nowhere"}]"#,
        ),
        (
            "mutual-authentication",
            r#"[{"port": 443, "mode": "off", "trustStore": "store"}]"#,
        ),
        (
            "mutual-authentication",
            r#"[{"port": 443, "mode": "off", "ignoreClientCertificateExpiry": true}]"#,
        ),
        (
            "mutual-authentication",
            r#"[{"port": 443, "mode": "off", "advertiseTrustStoreCaNames": "on"}]"#,
        ),
        ("mutual-authentication", r#"[{"port": 70000, "mode": "off"}]"#),
        ("use-regex-path-match", "maybe"),
        ("target-type", "pod"),
        ("backend-protocol", "http"),
        ("backend-protocol-version", "HTTP3"),
        ("target-group-attributes", "=true"),
        ("healthcheck-port", "admin"),
        ("healthcheck-protocol", "TCP"),
        ("healthcheck-interval-seconds", "10s"),
        ("healthcheck-interval-seconds", "4"),
        ("healthcheck-timeout-seconds", "soon"),
        ("healthcheck-timeout-seconds", "121"),
        ("healthy-threshold-count", "two"),
        ("unhealthy-threshold-count", "two"),
        ("unhealthy-threshold-count", "1"),
        ("target-node-labels", "front"),
        ("multi-cluster-target-group", "both"),
        ("target-control-port.web.80", "3000"),
        ("auth-type", "basic"),
        ("auth-type", "cognito"),
        ("auth-type", "oidc"),
        ("auth-idp-cognito", "{"),
        ("auth-idp-oidc", "{"),
        ("jwt-validation", "{}"),
        (
            "jwt-validation",
            r#"{"jwksEndpoint":"j","issuer":"i","additionalClaims":[{"name":"n"}]}"#,
        ),
        ("conditions.web", "{"),
        ("conditions.web", r#"[{"field":"host-header"}]"#),
        (
            "conditions.web",
            r#"[{"field":"path-pattern","pathPatternConfig":{"values":["/a"],"regexValues":["b"]}}]"#,
        ),
        (
            "conditions.web",
            r#"[{"field":"host-header","hostHeaderConfig":{"regexValues":["b"]}}]"#,
        ),
        ("conditions.web", r#"[{"field":"http-request-method"}]"#),
        (
            "conditions.web",
            r#"[{"field":"query-string","queryStringConfig":{"values":[{"key":"k"}]}}]"#,
        ),
        ("conditions.web", r#"[{"field":"source-ip"}]"#),
        (
            "conditions.web",
            r#"[{"field":"source-ip","sourceIpConfig":{"values":["everyone"]}}]"#,
        ),
        ("transforms.web", r#"[{"type":"url-rewrite"}]"#),
        ("transforms.web", r#"[{"type":"rewrite"}]"#),
        ("enable-frontend-nlb", "yes"),
        ("actions.do", "{"),
        ("actions.do", r#"{"type":"teleport"}"#),
        ("actions.do", r#"{"type":"redirect","redirectConfig":{}}"#),
        (
            "actions.do",
            r#"{"type":"redirect","redirectConfig":{"statusCode":"301"}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","path":"x"}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"FTP"}}"#,
        ),
        ("actions.do", r#"{"type":"fixed-response"}"#),
        (
            "actions.do",
            r#"{"type":"fixed-response","fixedResponseConfig":{"statusCode":"302"}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200","contentType":"image/png"}}"#,
        ),
        ("actions.do", r#"{"type":"forward"}"#),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[]}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[{"targetGroupARN":"a","weight":1000}]}}"#,
        ),
        ("actions.do", both),
        ("actions.do", r#"{"type":"forward","targetGroupName":"nowhere"}"#),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[{}]}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web"}]}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"targetGroupARN":"a"}]}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[{"targetGroupARN":"a"},{"targetGroupARN":"b","weight":1}]}}"#,
        ),
        (
            "actions.do",
            r#"{"type":"forward","forwardConfig":{"targetGroups":[{"targetGroupARN":"a","weight":0.5}]}}"#,
        ),
    ];
    for (key, value) in rows {
        let rules = json!([rule("h", &[path("/a", "Exact", "web"), path("/b", "Exact", "!do")])]);
        let error = refusal(with_rules("a", &[(key, value)], rules));
        assert!(
            error.contains(&format!("annotation {PREFIX}{key} of Ingress golden/a")),
            "{key}={value}: {error}"
        );
        assert!(error.contains(&format!("{value:?}")), "{key}={value}: {error}");
        let remedy = error.rsplit("; ").next().unwrap_or_default();
        assert!(!remedy.is_empty() && remedy != error, "no remedy: {error}");
    }
}

#[test]
fn each_names_the_field() {
    let backend = |backend: Value| {
        json!([rule(
            "h",
            &[json!({ "path": "/", "pathType": "Prefix", "backend": backend })]
        )])
    };
    let service = |name: &str, port: Value| backend(json!({ "service": { "name": name, "port": port } }));
    for (rules, words) in [
        (
            service("web", json!({ "number": 81 })),
            &["backend.service.port: 81", "has no such port", "http (80)"][..],
        ),
        (
            service("web", json!({ "name": "admin" })),
            &["backend.service.port: admin"],
        ),
        (
            backend(json!({ "resource": { "kind": "Bucket", "name": "b" } })),
            &["backend.resource: b", "is no Service"],
        ),
        (
            json!([rule("h", &[path("/a*", "Prefix", "web")])]),
            &["path: /a*", "ImplementationSpecific"],
        ),
        (json!([rule("h", &[path("/a?", "Exact", "web")])]), &["path: /a?"]),
        (
            json!([rule("h", &[path(&"/long".repeat(26), "Prefix", "web")])]),
            &["path: /long", "128"],
        ),
        (
            json!([rule("h", &[path("/a", "Glob", "web")])]),
            &["pathType: Glob", "Exact, Prefix"],
        ),
    ] {
        let error = refusal(with_rules("a", &[], rules));
        assert!(error.starts_with("Ingress golden/a: spec."), "{error}");
        words
            .iter()
            .for_each(|word| assert!(error.contains(word), "{error} lacks {word}"));
    }
}

#[test]
fn each_names_the_other_object() {
    let mut facts = facts();
    let mut cluster_ip = crate::world::service("web", &[]);
    cluster_ip.spec.as_mut().unwrap().type_ = Some("ClusterIP".to_owned());
    facts
        .services
        .insert(("golden".to_owned(), "web".to_owned()), cluster_ip);
    let error = |facts: &_| {
        let planned = plan_with(&[ingress("a", &[])], &crate::world::classes(), facts, &config());
        planned.unwrap_err().error.to_string()
    };
    let text = error(&facts);
    assert!(
        text.starts_with("Service golden/web: spec.type: ClusterIP") && text.contains("targets of type ip"),
        "{text}"
    );
    let annotated = crate::world::service("web", &[("healthcheck-path", "/"), ("backend-protocol", "TLS")]);
    facts
        .services
        .insert(("golden".to_owned(), "web".to_owned()), annotated);
    assert!(error(&facts).contains("backend-protocol of Service golden/web: \"TLS\""));
}

#[test]
fn parameters_of_a_class_are_checked_too() {
    let mut config = config();
    config.external_managed_tags = ["k".to_owned()].into();
    for (params, words) in [
        (
            json!({ "loadBalancerName": "a-name-that-is-longer-than-32-bytes" }),
            "spec.loadBalancerName",
        ),
        (json!({ "sslRedirectPort": "https" }), "spec.sslRedirectPort: https"),
        (json!({ "inboundCIDRs": ["everyone"] }), "spec.inboundCIDRs: everyone"),
        (json!({ "tags": [{ "key": "k", "value": "v" }] }), "spec.tags: k"),
        (
            json!({ "subnets": { "ids": ["subnet-9"] } }),
            "spec.subnets.ids: subnet-9",
        ),
        (json!({ "subnets": { "tags": { "no": ["such"] } } }), "the tags no=such"),
    ] {
        let mut asked = ingress("a", &[]);
        asked.spec.as_mut().unwrap().ingress_class_name = Some("albp".to_owned());
        let error = plan_with(&[asked], &classes_with(params), &facts(), &config)
            .unwrap_err()
            .error
            .to_string();
        assert!(error.contains(words) && error.contains("IngressClassParams"), "{error}");
    }
    let error = plan_with(
        &[ingress("a", &[("tags", "k=v")])],
        &crate::world::classes(),
        &facts(),
        &config,
    );
    assert!(error.unwrap_err().error.to_string().contains("--external-managed-tags"));
}

#[test]
fn hosts_without_a_certificate() {
    let error = refusal(ingress("a", &[("listen-ports", r#"[{"HTTPS": 443}]"#)]));
    assert!(
        error.contains("app.example.com") && error.contains("certificate-arn"),
        "{error}"
    );
}

#[test]
fn too_few_subnets() {
    let mut facts = facts();
    let role = [("kubernetes.io/role/internal-elb", "1")];
    facts.subnets = vec![
        subnet("subnet-a", "us-west-2a", &role),
        subnet("subnet-b", "us-west-2a", &role),
    ];
    let plan = |facts: &_, config: &_| plan_with(&[ingress("a", &[])], &crate::world::classes(), facts, config);
    let error = *plan(&facts, &config()).unwrap_err().error;
    assert!(
        matches!(&error, PlanError::FewSubnets { needed: 2, chosen, .. } if chosen == "subnet-a"),
        "{error}"
    );
    let mut single = config();
    single.gates.alb_single_subnet = true;
    assert_eq!(
        plan(&facts, &single)
            .unwrap()
            .stack
            .load_balancer
            .unwrap()
            .subnets
            .len(),
        1
    );
    facts.subnets.clear();
    let error = plan(&facts, &config()).unwrap_err().error.to_string();
    assert!(
        error.contains("kubernetes.io/role/internal-elb") && error.contains(&format!("{PREFIX}subnets")),
        "{error}"
    );
}
