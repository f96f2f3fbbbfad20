//! Rules: paths, conditions, actions, transforms, who asks.

use crate::world::{
    PREFIX, classes, config, facts, ingress, path, plan_with, printed, read, refusal, rule, service, stack, with_rules,
};
use k8s_openapi::api::networking::v1::Ingress;
use model::Stack;
use serde_json::{Value, json};

/// What the rules of port 80 look at, in order.
fn conditions(stack: &Stack) -> Vec<Value> {
    (1..=stack.listeners[0].rules.len())
        .map(|priority| printed(stack, "ListenerRule", &format!("80:{priority}"))["conditions"].clone())
        .collect()
}

fn paths(rules: &[Value]) -> Vec<Vec<String>> {
    let values = |conditions: &Value| read(conditions[1]["pathPatternConfig"]["values"].clone());
    conditions(&stack(&[with_rules("a", &[], json!(rules))]))
        .iter()
        .map(values)
        .collect()
}

#[test]
fn path_types() {
    for (kind, text, patterns) in [
        ("Exact", "/a", &["/a"][..]),
        ("Prefix", "/", &["/*"]),
        ("Prefix", "/a", &["/a", "/a/*"]),
        ("Prefix", "/a/", &["/a", "/a/*"]),
        ("Prefix", "/a//", &["/a/", "/a//*"]),
        ("ImplementationSpecific", "/*", &["/*"]),
        ("ImplementationSpecific", "/img/?.png", &["/img/?.png"]),
    ] {
        assert_eq!(
            paths(&[rule("h", &[path(text, kind, "web")])]),
            [patterns],
            "{kind} {text}"
        );
    }
}

#[test]
fn paths_are_sorted_within_a_rule_only() {
    let first = [
        path("/", "Prefix", "web"),
        path("/i", "ImplementationSpecific", "web"),
        path("/long/er", "Prefix", "web"),
        path("/z", "Exact", "web"),
        path("/long", "Prefix", "web"),
        path("/a", "Exact", "web"),
    ];
    let second = [path("/exact", "Exact", "web2")];
    let order: Vec<_> = paths(&[rule("h", &first), rule("h", &second)])
        .iter()
        .map(|all| all[0].clone())
        .collect();
    assert_eq!(order, ["/z", "/a", "/long/er", "/long", "/*", "/i", "/exact"]);
}

#[test]
fn a_rule_without_conditions_matches_every_path() {
    let rules = json!([{ "http": { "paths": [path("", "ImplementationSpecific", "web")] } }, {}]);
    let expected = json!([{ "field": "path-pattern", "pathPatternConfig": { "values": ["/*"] } }]);
    assert_eq!(conditions(&stack(&[with_rules("a", &[], rules)])), [expected]);
}

#[test]
fn regular_expressions_lose_their_first_character() {
    let rules = json!([rule(
        "h",
        &[
            path("/^/a[0-9]+$", "ImplementationSpecific", "web"),
            path("/p", "Prefix", "web")
        ]
    )]);
    let stack = stack(&[with_rules("a", &[("use-regex-path-match", "true")], rules)]);
    let all = conditions(&stack);
    assert_eq!(all[0][1]["pathPatternConfig"], json!({ "values": ["/p", "/p/*"] }));
    assert_eq!(all[1][1]["pathPatternConfig"], json!({ "regexValues": ["^/a[0-9]+$"] }));
}

#[test]
fn annotated_conditions_join_those_of_host_and_path() {
    let written = json!([
        { "field": "source-ip", "sourceIpConfig": { "Values": ["10.0.0.0/8"] } },
        { "field": "path-pattern", "pathPatternConfig": { "values": ["/more"] } },
        { "field": "host-header", "HostHeaderConfig": { "values": ["b.test"] } },
        { "field": "http-header", "httpHeaderConfig": { "httpHeaderName": "x", "regexValues": ["^y$"] } },
        { "field": "weather", "weatherConfig": { "values": ["rain"] } },
    ]);
    let rules = json!([rule("a.test", &[path("/a", "Exact", "web")])]);
    let stack = stack(&[with_rules("a", &[("conditions.web", &written.to_string())], rules)]);
    let expected = json!([
        { "field": "source-ip", "sourceIPConfig": { "values": ["10.0.0.0/8"] } },
        { "field": "http-header", "httpHeaderConfig": { "httpHeaderName": "x", "regexValues": ["^y$"] } },
        { "field": "host-header", "hostHeaderConfig": { "values": ["a.test", "b.test"] } },
        { "field": "path-pattern", "pathPatternConfig": { "values": ["/a", "/more"] } },
    ]);
    assert_eq!(conditions(&stack), [expected]);
}

#[test]
fn transforms_are_kept() {
    let written = json!([
        { "type": "url-rewrite", "urlRewriteConfig": { "rewrites": [{ "regex": "^/a", "replace": "/b" }] } },
        { "Type": "host-header-rewrite", "HostHeaderRewriteConfig": { "Rewrites": [{ "Regex": "a", "Replace": "b" }] } },
    ]);
    let stack = stack(&[ingress("a", &[("transforms.web", &written.to_string())])]);
    let expected = json!([
        { "type": "url-rewrite", "urlRewriteConfig": { "rewrites": [{ "regex": "^/a", "replace": "/b" }] } },
        { "type": "host-header-rewrite", "hostHeaderRewriteConfig": { "rewrites": [{ "regex": "a", "replace": "b" }] } },
    ]);
    assert_eq!(printed(&stack, "ListenerRule", "80:1")["transforms"], expected);
}

fn with_action(written: &Value) -> Ingress {
    let rules = json!([rule("h", &[path("/", "Prefix", "!do")])]);
    with_rules(
        "a",
        &[("actions.do", &written.to_string()), ("target-type", "ip")],
        rules,
    )
}

#[test]
fn actions_of_all_kinds() {
    let own = json!({ "targetGroupARN": "arn:own" });
    for (written, expected) in [
        (
            json!({ "type": "redirect", "redirectConfig": { "protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301" } }),
            json!({ "type": "redirect", "redirectConfig": { "protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301" } }),
        ),
        (
            json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "200", "MessageBody": "hello" } }),
            json!({ "type": "fixed-response", "fixedResponseConfig": { "statusCode": "200", "messageBody": "hello" } }),
        ),
        (
            json!({ "type": "forward", "targetGroupARN": "arn:own" }),
            json!({ "type": "forward", "forwardConfig": { "targetGroups": [own] } }),
        ),
        (
            json!({ "type": "forward", "targetGroupName": "own" }),
            json!({ "type": "forward", "forwardConfig": { "targetGroups": [own] } }),
        ),
        (
            json!({ "type": "forward", "forwardConfig": {
                "targetGroups": [{ "targetGroupName": "own", "weight": 1 }, { "serviceName": "web", "servicePort": "80", "weight": 3 }],
                "TargetGroupStickinessConfig": { "Enabled": true, "DurationSeconds": 60 },
            } }),
            json!({ "type": "forward", "forwardConfig": {
                "targetGroups": [
                    { "targetGroupARN": "arn:own", "weight": 1 },
                    { "targetGroupARN": { "$ref": "#/resources/AWS::ElasticLoadBalancingV2::TargetGroup/golden/a-web:80/status/targetGroupARN" }, "weight": 3 },
                ],
                "targetGroupStickinessConfig": { "enabled": true, "durationSeconds": 60 },
            } }),
        ),
    ] {
        let stack = stack(&[with_action(&written)]);
        assert_eq!(printed(&stack, "ListenerRule", "80:1")["actions"], json!([expected]));
    }
}

#[test]
fn what_is_missing_answers_503() {
    let body = |ingress: Ingress| {
        let stack = stack(&[ingress]);
        printed(&stack, "ListenerRule", "80:1")["actions"][0]["fixedResponseConfig"].clone()
    };
    let unavailable = |body: &str| json!({ "contentType": "text/plain", "messageBody": body, "statusCode": "503" });
    let rules = |service| json!([rule("h", &[path("/", "Prefix", service)])]);
    let no_service = with_rules("a", &[], rules("nowhere"));
    assert_eq!(body(no_service.clone()), unavailable("Backend service does not exist"));
    let no_action = with_rules("a", &[], rules("!nothing"));
    assert_eq!(body(no_action.clone()), unavailable("Backend action does not exist"));

    let mut strict = config();
    strict.tolerate_non_existent_backend_service = false;
    strict.tolerate_non_existent_backend_action = false;
    for (ingress, words) in [
        (no_service, "there is no Service golden/nowhere"),
        (no_action, "actions.nothing"),
    ] {
        let error = plan_with(&[ingress], &classes(), &facts(), &strict)
            .unwrap_err()
            .error
            .to_string();
        assert!(error.contains(words), "{error}");
    }
    let several = json!({ "type": "forward", "forwardConfig": { "targetGroups": [
        { "serviceName": "web", "servicePort": 80, "weight": 1 },
        { "serviceName": "nowhere", "servicePort": 80, "weight": 1 },
    ] } });
    assert!(refusal(with_action(&several)).contains("there is no Service golden/nowhere"));
}

#[test]
fn redirects_that_would_loop_take_no_priority() {
    let loops =
        json!({ "type": "redirect", "redirectConfig": { "protocol": "#{protocol}", "statusCode": "HTTP_301" } });
    let rules = json!([rule("h", &[path("/a", "Exact", "!do"), path("/b", "Exact", "web")])]);
    let stack = stack(&[with_rules("a", &[("actions.do", &loops.to_string())], rules)]);
    assert_eq!(stack.listeners[0].rules.len(), 1);
    let values = &printed(&stack, "ListenerRule", "80:1")["conditions"][1]["pathPatternConfig"]["values"];
    assert_eq!(values, &json!(["/b"]));
}

const LISTEN: (&str, &str) = ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#);
const CERTIFICATE: (&str, &str) = ("certificate-arn", "cert");

#[test]
fn cognito_asks_on_https_only() {
    let cognito = json!({ "UserPoolArn": "arn:pool", "userPoolClientID": "client", "userPoolDomain": "domain",
        "authenticationRequestExtraParams": { "Display": "page" } });
    let stack = stack(&[ingress(
        "a",
        &[
            LISTEN,
            CERTIFICATE,
            ("auth-type", "cognito"),
            ("auth-idp-cognito", &cognito.to_string()),
        ],
    )]);
    let config = json!({
        "userPoolARN": "arn:pool", "userPoolClientID": "client", "userPoolDomain": "domain",
        "authenticationRequestExtraParams": { "Display": "page" },
        "onUnauthenticatedRequest": "authenticate", "scope": "openid",
        "sessionCookieName": "AWSELBAuthSessionCookie", "sessionTimeout": 604_800,
    });
    let secure = printed(&stack, "ListenerRule", "443:1")["actions"].clone();
    assert_eq!(
        secure[0],
        json!({ "type": "authenticate-cognito", "authenticateCognitoConfig": config })
    );
    assert_eq!(secure[1]["type"], "forward");
    assert_eq!(
        printed(&stack, "ListenerRule", "80:1")["actions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn oidc_reads_a_secret_and_never_prints_it() {
    let oidc = json!({ "issuer": "i", "authorizationEndpoint": "a", "tokenEndpoint": "t", "userInfoEndpoint": "u", "secretName": "s" });
    let mut facts = facts();
    let of_service = [
        ("auth-type", "oidc"),
        ("auth-idp-oidc", &oidc.to_string()),
        ("auth-scope", "email"),
    ];
    facts
        .services
        .insert(("golden".to_owned(), "web".to_owned()), service("web", &of_service));
    let asked = ingress("a", &[LISTEN, CERTIFICATE]);
    let plan = |facts: &_| plan_with(std::slice::from_ref(&asked), &classes(), facts, &config());
    let missing = plan(&facts).unwrap_err().error.to_string();
    assert!(
        missing.contains("Service golden/web") && missing.contains("Secret golden/s"),
        "{missing}"
    );

    let secret = |data: Value| read(json!({ "metadata": { "namespace": "golden", "name": "s" }, "data": data }));
    facts.secrets.insert(
        ("golden".to_owned(), "s".to_owned()),
        secret(json!({ "clientId": "Y2xpZW50Cg==" })),
    );
    assert!(
        plan(&facts)
            .unwrap_err()
            .error
            .to_string()
            .contains("no key clientSecret")
    );
    let whole = secret(json!({ "clientId": "Y2xpZW50Cg==", "clientSecret": "aHVzaAo=" }));
    facts.secrets.insert(("golden".to_owned(), "s".to_owned()), whole);
    let stack = plan(&facts).unwrap().stack;
    let text = model::printed(&stack).to_string();
    assert!(!text.contains("hush") && text.contains("[REDACTED]"), "{text}");
    let rule = stack
        .listeners
        .iter()
        .find(|listener| listener.port == 443)
        .unwrap()
        .rules[0]
        .clone();
    let aws_api::elbv2::Action::AuthenticateOidc(action) = &rule.spec.actions[0] else {
        panic!("authentication comes first")
    };
    assert_eq!(
        (action.client_id.as_str(), action.client_secret.as_deref()),
        ("client", Some("hush"))
    );
    assert!(!serde_json::to_string(&stack).unwrap().contains("hush"));
    assert_eq!(action.authentication.scope.as_deref(), Some("email"));
}

#[test]
fn tokens_are_checked() {
    let jwt = json!({ "jwksEndpoint": "j", "issuer": "i", "additionalClaims": [{ "format": "single-string", "name": "n", "values": ["v"] }] });
    let annotations = [LISTEN, CERTIFICATE, ("jwt-validation", &jwt.to_string())];
    let stack = stack(&[ingress("a", &annotations)]);
    assert_eq!(
        printed(&stack, "ListenerRule", "443:1")["actions"][0],
        json!({ "type": "jwt-validation", "jwtValidationConfig": jwt })
    );
    let cognito = json!({ "userPoolARN": "p", "userPoolClientID": "c", "userPoolDomain": "d" }).to_string();
    let both = [
        &annotations[..],
        &[("auth-type", "cognito"), ("auth-idp-cognito", &cognito)],
    ]
    .concat();
    assert!(refusal(ingress("a", &both)).contains(&format!("{PREFIX}jwt-validation")));
}
