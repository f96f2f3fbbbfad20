//! What the webhooks let through, and what they say where they do not.

use crate::world::{PREFIX, class, classes, config, ingress, path, read, rule, with_rules};
use k8s_openapi::api::networking::v1::Ingress;
use seatrial_plan::Config;
use seatrial_plan::ingress::Classes;
use seatrial_plan::ingress::admission;
use serde_json::{Value, json};

/// The check that an Ingress fails, and the words.
fn judged(old: Option<&Ingress>, new: &Ingress, classes: &Classes, config: &Config) -> Option<(&'static str, String)> {
    let refused = admission::ingress(old, new, classes, config).err()?;
    Some((refused.check, refused.to_string()))
}

fn check(old: Option<&Ingress>, new: &Ingress, config: &Config) -> Option<&'static str> {
    judged(old, new, &classes(), config).map(|(check, _)| check)
}

fn of_class(class: Option<&str>) -> Ingress {
    let mut ingress = ingress("a", &[]);
    ingress.spec.as_mut().unwrap().ingress_class_name = class.map(str::to_owned);
    ingress
}

fn annotated(key: &str, value: &str) -> Ingress {
    let mut ingress = of_class(None);
    let annotations = ingress.metadata.annotations.get_or_insert_default();
    annotations.insert(key.to_owned(), value.to_owned());
    ingress
}

fn with_conditions(text: &str) -> Ingress {
    ingress("a", &[("conditions.web", text)])
}

#[test]
fn a_class_must_exist_when_it_is_named() {
    let (usual, absent) = (config(), of_class(Some("absent")));
    assert_eq!(check(None, &absent, &usual), Some("checkIngressClass"));
    assert_eq!(
        check(Some(&of_class(Some("alb"))), &absent, &usual),
        Some("checkIngressClass")
    );
    assert_eq!(check(None, &of_class(Some("alb")), &usual), None);
    let (_, words) = judged(None, &absent, &classes(), &usual).unwrap();
    for word in ["Ingress golden/a", "spec.ingressClassName", "absent", "make it"] {
        assert!(words.contains(word), "{words}");
    }
}

#[test]
fn a_class_that_has_gone_keeps_nobody_from_writing() {
    let (before, mut after) = (of_class(Some("absent")), of_class(Some("absent")));
    after.metadata.finalizers = Some(vec!["ingress.k8s.aws/resources".to_owned()]);
    assert_eq!(check(Some(&after), &before, &config()), None);
    let mut changed = before.clone();
    changed
        .metadata
        .annotations
        .get_or_insert_default()
        .insert("note".to_owned(), "1".to_owned());
    assert_eq!(check(Some(&before), &changed, &config()), None);
    let mut leaving = of_class(Some("absent"));
    leaving.metadata.deletion_timestamp = Some(read(json!("2026-01-01T00:00:00Z")));
    assert_eq!(check(None, &leaving, &config()), None);
}

#[test]
fn parameters_of_a_class_do_not_count() {
    let mut classes = classes();
    classes.classes.insert("alb".to_owned(), class("alb", Some("absent")));
    assert_eq!(judged(None, &of_class(Some("alb")), &classes, &config()), None);
}

#[test]
fn what_is_not_ours_is_let_through() {
    let bad = |mut ingress: Ingress| {
        let key = format!("{PREFIX}conditions.web");
        ingress
            .metadata
            .annotations
            .get_or_insert_default()
            .insert(key, "{".to_owned());
        ingress
    };
    let mut classes = classes();
    let mut foreign = class("nginx", None);
    foreign.spec.as_mut().unwrap().controller = Some("k8s.io/ingress-nginx".to_owned());
    classes.classes.insert("nginx".to_owned(), foreign);
    for ingress in [
        of_class(Some("nginx")),
        of_class(None),
        annotated("kubernetes.io/ingress.class", "nginx"),
    ] {
        assert_eq!(
            judged(None, &bad(ingress.clone()), &classes, &config()),
            None,
            "{ingress:?}"
        );
    }
    let ours = bad(annotated("kubernetes.io/ingress.class", "alb"));
    assert!(judged(None, &ours, &classes, &config()).is_some());
}

#[test]
fn several_default_classes_leave_no_choice() {
    let mut classes = classes();
    for name in ["one", "other"] {
        let mut default = class(name, None);
        let mark = (
            "ingressclass.kubernetes.io/is-default-class".to_owned(),
            "true".to_owned(),
        );
        default.metadata.annotations = Some([mark].into());
        classes.classes.insert(name.to_owned(), default);
    }
    let (check, words) = judged(None, &of_class(None), &classes, &config()).unwrap();
    assert_eq!(check, "checkIngressClass");
    assert!(words.contains("one, other"), "{words}");
    assert_eq!(judged(None, &of_class(Some("one")), &classes, &config()), None);
}

#[test]
fn the_old_class_annotation_may_be_closed() {
    let closed = Config {
        disable_class_annotation: true,
        ..config()
    };
    let by_class = of_class(Some("alb"));
    let annotated = |class: &str| annotated("kubernetes.io/ingress.class", class);
    let refused = Some("checkIngressClassAnnotationUsage");
    let rows = [
        (None, annotated("alb"), &closed, refused),
        (Some(by_class.clone()), annotated("alb"), &closed, refused),
        (Some(annotated("nginx")), annotated("alb"), &closed, refused),
        (Some(annotated("alb")), annotated("alb"), &closed, None),
        (Some(annotated("alb")), by_class, &closed, None),
        (None, annotated("nginx"), &closed, None),
        (None, annotated("alb"), &config(), None),
    ];
    for (old, new, config, expected) in rows {
        assert_eq!(check(old.as_ref(), &new, config), expected, "{old:?} {new:?}");
    }
}

#[test]
fn the_group_annotation_may_be_closed() {
    let closed = Config {
        disable_group_name_annotation: true,
        ..config()
    };
    let of = |group: &str| ingress("a", &[("group.name", group)]);
    let none = || ingress("a", &[]);
    let labelled = |mut ingress: Ingress| {
        ingress.spec.as_mut().unwrap().rules = None;
        ingress
    };
    let refused = Some("checkGroupNameAnnotationUsage");
    let rows = [
        (None, of("web"), &closed, refused),
        (Some(none()), of("web"), &closed, refused),
        (Some(of("web")), of("other"), &closed, refused),
        (Some(of("web")), labelled(of("web")), &closed, None),
        (Some(of("web")), none(), &closed, None),
        (None, none(), &closed, None),
        (None, of("web"), &config(), None),
    ];
    for (old, new, config, expected) in rows {
        assert_eq!(check(old.as_ref(), &new, config), expected, "{old:?} {new:?}");
    }
    let (_, words) = judged(None, &of("web"), &classes(), &closed).unwrap();
    assert!(
        words.contains("group.name") && words.contains("spec.group.name"),
        "{words}"
    );
}

#[test]
fn conditions_are_read() {
    let values = |field: &str, config: &str, value: Value| json!([{ "field": field, config: value }]).to_string();
    let rows = [
        ("", true),
        ("{", true),
        ("[]", false),
        (&values("host-header", "hostHeaderConfig", json!({})), true),
        (
            &values(
                "host-header",
                "hostHeaderConfig",
                json!({ "values": ["a"], "regexValues": ["b"] }),
            ),
            true,
        ),
        (
            &values("host-header", "hostHeaderConfig", json!({ "values": ["a"] })),
            false,
        ),
        (
            &values("path-pattern", "pathPatternConfig", json!({ "values": [] })),
            true,
        ),
        (
            &values("http-header", "httpHeaderConfig", json!({ "httpHeaderName": "x" })),
            true,
        ),
        (
            &values("http-request-method", "httpRequestMethodConfig", json!({})),
            true,
        ),
        (
            &values(
                "query-string",
                "queryStringConfig",
                json!({ "values": [{ "key": "k" }] }),
            ),
            true,
        ),
        (&values("source-ip", "sourceIPConfig", json!({ "values": [] })), true),
        (&values("weather", "weatherConfig", json!({})), false),
    ];
    for (text, refused) in rows {
        let expected = refused.then_some("checkIngressAnnotationConditions");
        assert_eq!(check(None, &with_conditions(text), &config()), expected, "{text}");
    }
    // Nobody's conditions, and those of the default backend, are not.
    assert_eq!(
        check(None, &ingress("a", &[("conditions.other", "{")]), &config()),
        None
    );
    let mut default = ingress("a", &[("conditions.other", "{")]);
    let backend = json!({ "service": { "name": "other", "port": { "number": 80 } } });
    default.spec.as_mut().unwrap().default_backend = Some(read(backend));
    assert_eq!(check(None, &default, &config()), None);
}

#[test]
fn a_backend_that_is_no_service_is_refused_and_not_fatal() {
    let mut backend = path("/", "Prefix", "web");
    backend["backend"] = json!({ "resource": { "kind": "Bucket", "name": "assets" } });
    let ingress = with_rules("a", &[], json!([rule("a.test", &[backend])]));
    let (_, words) = judged(None, &ingress, &classes(), &config()).unwrap();
    for word in [
        "Ingress golden/a",
        "rules[].http.paths[].backend.resource",
        "assets",
        "name a Service",
    ] {
        assert!(words.contains(word), "{words}");
    }
}

#[test]
fn parameters_of_classes() {
    let judged = |old: Option<&Value>, spec: &Value| {
        let params = |spec: &Value| read(json!({ "metadata": { "name": "p" }, "spec": spec }));
        let old = old.map(params);
        admission::class_params(old.as_ref(), &params(spec))
            .err()
            .map(|refused| refused.to_string())
    };
    let rows: &[(Value, Option<&str>)] = &[
        (json!({}), None),
        (
            json!({ "inboundCIDRs": ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"] }),
            None,
        ),
        (
            json!({ "inboundCIDRs": ["10.0.0.0/8", "10.0.0.1/8"] }),
            Some("10.0.0.0/8"),
        ),
        (json!({ "inboundCIDRs": ["10.0.0.1"] }), Some("CIDR notation")),
        (json!({ "inboundCIDRs": ["everyone"] }), Some("everyone")),
        (json!({ "subnets": { "ids": ["subnet-1", "subnet-2"] } }), None),
        (
            json!({ "subnets": { "ids": ["subnet-1", "subnet-1"] } }),
            Some("subnet-1: is there twice"),
        ),
        (json!({ "subnets": { "tags": { "tier": ["front", "edge"] } } }), None),
        (json!({ "subnets": { "tags": {} } }), Some("has no key")),
        (
            json!({ "subnets": { "tags": { "tier": ["front", "front"] } } }),
            Some("subnets.tags.tier: front"),
        ),
        (
            json!({ "subnets": { "ids": ["subnet-1"], "tags": { "tier": ["a"] } } }),
            Some("keep one"),
        ),
        (json!({ "subnets": {} }), Some("neither ids nor tags")),
    ];
    for (spec, expected) in rows {
        let words = judged(None, spec);
        assert_eq!(words.is_some(), expected.is_some(), "{spec}: {words:?}");
        let words = words.unwrap_or_default();
        assert!(words.contains(expected.unwrap_or_default()), "{spec}: {words}");
        assert!(
            words.is_empty() || words.starts_with("IngressClassParams p: "),
            "{words}"
        );
        assert_eq!(judged(Some(spec), spec), None, "what is stored already can be labelled");
    }
}
