//! The rows of the annotation tables about listeners and certificates.

use crate::world::{
    classes, config, facts, field, ingress, of_annotations, path, plan_with, printed, read, rule, stack, with_rules,
};
use model::CertificateRef;
use seatrial_plan::Config;
use serde_json::{Value, json};

const HTTPS: (&str, &str) = ("listen-ports", r#"[{"HTTPS": 443}]"#);
const CERTIFICATE: (&str, &str) = ("certificate-arn", "cert");

#[test]
fn of_listeners() {
    for (annotations, id, pointer, expected) in [
        (&[][..], "80", "/protocol", json!("HTTP")),
        (&[CERTIFICATE], "443", "/protocol", json!("HTTPS")),
        (&[CERTIFICATE], "443", "/sslPolicy", json!("ELBSecurityPolicy-2016-08")),
        (
            &[CERTIFICATE, ("ssl-policy", "newer")],
            "443",
            "/sslPolicy",
            json!("newer"),
        ),
        (&[("ssl-policy", "newer")], "80", "/sslPolicy", Value::Null),
        (
            &[("certificate-arn", "b, a,b")],
            "443",
            "/certificates",
            json!([{ "certificateARN": "b" }, { "certificateARN": "a" }]),
        ),
        (&[("listen-ports", r#"[{"HTTP": 8080}]"#)], "8080", "/port", json!(8080)),
        (
            &[("listener-attributes.HTTP-80", "a=b")],
            "80",
            "/listenerAttributes",
            json!([{ "Key": "a", "Value": "b" }]),
        ),
        (
            &[("listener-attributes.HTTPS-80", "a=b")],
            "80",
            "/listenerAttributes",
            Value::Null,
        ),
        (
            &[
                CERTIFICATE,
                (
                    "mutual-authentication",
                    r#"[{"port": 443, "mode": "verify", "trustStore": "store"}]"#,
                ),
            ],
            "443",
            "/mutualAuthentication",
            json!({ "mode": "verify", "trustStoreArn": "arn:store", "ignoreClientCertificateExpiry": false }),
        ),
        (
            &[
                CERTIFICATE,
                ("mutual-authentication", r#"[{"Port": 443, "Mode": "passthrough"}]"#),
            ],
            "443",
            "/mutualAuthentication",
            json!({ "mode": "passthrough" }),
        ),
        (
            &[("mutual-authentication", r#"[{"port": 80, "mode": "off"}]"#)],
            "80",
            "/mutualAuthentication",
            Value::Null,
        ),
    ] {
        assert_eq!(
            field(&of_annotations(annotations), "Listener", id, pointer),
            expected,
            "{annotations:?}"
        );
    }
}

#[test]
fn who_may_come() {
    let peers = |annotations: &[(&str, &str)]| {
        let rules = printed(&of_annotations(annotations), "SecurityGroup", "ManagedLBSecurityGroup")["ingress"].clone();
        let peer = |rule: &Value| {
            let lists = ["ipRanges", "prefixLists"]
                .iter()
                .filter_map(|list| rule.get(*list))
                .next()
                .unwrap();
            lists[0]
                .as_object()
                .unwrap()
                .values()
                .next()
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        rules.as_array().unwrap().iter().map(peer).collect::<Vec<_>>()
    };
    assert_eq!(peers(&[]), ["0.0.0.0/0"]);
    assert_eq!(
        peers(&[("inbound-cidrs", "10.1.0.0/16, 10.0.0.0/16,2001:db8::/32")]),
        ["10.0.0.0/16", "10.1.0.0/16"]
    );
    assert_eq!(peers(&[("security-group-prefix-lists", "pl-1")]), ["pl-1"]);
    assert_eq!(
        peers(&[
            ("security-group-prefix-lists", "pl-1"),
            ("inbound-cidrs", "10.0.0.0/16")
        ]),
        ["10.0.0.0/16", "pl-1"]
    );
}

#[test]
fn certificates_are_discovered_by_host() {
    let rules = json!([rule("secure.example.com", &[path("/", "Prefix", "web")])]);
    let mut asked = with_rules("a", &[HTTPS], rules);
    asked.spec.as_mut().unwrap().tls = Some(read(json!([{ "hosts": ["other.example.com"] }])));
    let certificates = stack(&[asked]).listeners[0].certificates.clone();
    assert_eq!(
        certificates,
        ["cert", "cert2"].map(|arn| CertificateRef::Arn(arn.to_owned()))
    );
}

#[test]
fn certificates_are_made_where_the_gate_allows() {
    let mut config = config();
    let asked = [ingress(
        "a",
        &[("create-acm-cert", "true"), ("acm-pca-arn", "arn:pca"), ("tags", "a=b")],
    )];
    let plan = |config: &Config| plan_with(&asked, &classes(), &facts(), config).unwrap().stack;
    assert_eq!(
        (plan(&config).certificates.len(), plan(&config).listeners[0].port),
        (0, 80)
    );
    config.gates.certificate_management = true;
    let made = plan(&config);
    let certificate = &made.certificates[0];
    assert_eq!(
        (certificate.domain_name.as_str(), certificate.kind()),
        ("app.example.com", "PRIVATE")
    );
    assert!(
        certificate.id.starts_with("private/app.example.com-"),
        "{}",
        certificate.id
    );
    assert_eq!(certificate.tags["ingress.k8s.aws/resource"], certificate.id);
    assert_eq!(
        (made.listeners[0].port, &made.listeners[0].certificates[..]),
        (443, &[CertificateRef::Id(certificate.id.clone())][..])
    );
    let named = [ingress("a", &[("create-acm-cert", "true"), CERTIFICATE])];
    assert_eq!(
        plan_with(&named, &classes(), &facts(), &config)
            .unwrap()
            .stack
            .certificates,
        []
    );
}

#[test]
fn http_is_redirected_and_has_no_rules() {
    let both = ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#);
    let stack = of_annotations(&[both, CERTIFICATE, ("ssl-redirect", "443")]);
    let [plain, secure] = &stack.listeners[..] else {
        panic!("two listeners")
    };
    assert_eq!((plain.rules.len(), secure.rules.len()), (0, 1));
    let expected = json!([{ "type": "redirect", "redirectConfig": { "port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301" } }]);
    assert_eq!(field(&stack, "Listener", "80", "/defaultActions"), expected);
}
