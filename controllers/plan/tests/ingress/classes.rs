//! Which Ingresses are ours.

use crate::world::{PREFIX, class, classes, classes_with, config, ingress, read};
use k8s_openapi::api::networking::v1::Ingress;
use seatrial_plan::Config;
use seatrial_plan::ingress::{Classes, membership};
use serde_json::json;

/// The group that an Ingress belongs to, in words; `-` if it is not ours.
fn group(ingress: &Ingress, classes: &Classes, config: &Config) -> String {
    match membership(ingress, classes, config) {
        Ok(Some(membership)) => membership.group.to_string(),
        Ok(None) => "-".to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

fn named(class: Option<&str>, legacy: Option<&str>) -> Ingress {
    let mut ingress = ingress("a", &[]);
    ingress.spec.as_mut().unwrap().ingress_class_name = class.map(str::to_owned);
    let annotation = legacy.map(|class| ("kubernetes.io/ingress.class".to_owned(), class.to_owned()));
    ingress.metadata.annotations.get_or_insert_default().extend(annotation);
    ingress
}

#[test]
fn by_class_or_by_the_older_annotation() {
    let mut classes = classes();
    let mut foreign = class("nginx", None);
    foreign.spec.as_mut().unwrap().controller = Some("k8s.io/ingress-nginx".to_owned());
    classes.classes.insert("nginx".to_owned(), foreign);
    let mut nameless = config();
    nameless.ingress_class = String::new();
    for (class, legacy, ours, ours_if_nameless) in [
        (Some("alb"), None, true, true),
        (Some("nginx"), None, false, false),
        (None, None, false, true),
        (None, Some("alb"), true, true),
        (None, Some("nginx"), false, false),
        (None, Some(""), false, true),
        (Some("alb"), Some("nginx"), false, false),
        (Some("nowhere"), Some("alb"), true, true),
    ] {
        let ingress = named(class, legacy);
        let text = |ours| if ours { "golden/a" } else { "-" };
        assert_eq!(group(&ingress, &classes, &config()), text(ours), "{class:?} {legacy:?}");
        assert_eq!(
            group(&ingress, &classes, &nameless),
            text(ours_if_nameless),
            "{class:?} {legacy:?}"
        );
    }
    let mut deleted = named(Some("alb"), None);
    deleted.metadata.deletion_timestamp = Some(read(json!("2026-01-01T00:00:00Z")));
    assert_eq!(group(&deleted, &classes, &config()), "-");
}

#[test]
fn by_the_default_class() {
    let mut classes = classes();
    let mark = |classes: &mut Classes, name: &str| {
        let annotation = (
            "ingressclass.kubernetes.io/is-default-class".to_owned(),
            "true".to_owned(),
        );
        let mut marked = class(name, None);
        marked.metadata.annotations = Some([annotation].into());
        classes.classes.insert(name.to_owned(), marked);
    };
    mark(&mut classes, "alb");
    assert_eq!(group(&named(None, None), &classes, &config()), "golden/a");
    mark(&mut classes, "other");
    let error = group(&named(None, None), &classes, &config());
    assert!(
        error.contains("alb, other") && error.contains("name one of them"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_with_a_class_is_said() {
    let of = |classes: &Classes| group(&named(Some("albp"), None), classes, &config());
    let good = classes_with(json!({}));
    assert_eq!(of(&good), "golden/a");
    assert!(of(&classes()).contains("there is no such IngressClass"));
    let mut missing = good.clone();
    missing.params.clear();
    assert!(of(&missing).contains("there is no IngressClassParams p"));
    let mut other = good.clone();
    let parameters = json!({ "kind": "ConfigMap", "name": "p" });
    other.classes.get_mut("albp").unwrap().spec.as_mut().unwrap().parameters = Some(read(parameters));
    assert!(of(&other).contains("kind ConfigMap"));
}

#[test]
fn a_class_may_be_for_some_namespaces() {
    let with = |selector| {
        let mut classes = classes_with(json!({ "namespaceSelector": selector }));
        let labels = [("team".to_owned(), "shop".to_owned())].into();
        classes.namespaces.insert("golden".to_owned(), labels);
        group(&named(Some("albp"), None), &classes, &config())
    };
    let one = |operator: &str, values: &[&str]| json!({ "matchExpressions": [{ "key": "team", "operator": operator, "values": values }] });
    for (selector, selected) in [
        (json!({}), true),
        (json!({ "matchLabels": { "team": "shop" } }), true),
        (json!({ "matchLabels": { "team": "bank" } }), false),
        (one("In", &["bank", "shop"]), true),
        (one("In", &["bank"]), false),
        (one("NotIn", &["bank"]), true),
        (one("NotIn", &["shop"]), false),
        (one("Exists", &[]), true),
        (one("DoesNotExist", &[]), false),
        (one("Near", &[]), false),
    ] {
        let found = with(selector.clone());
        assert_eq!(found == "golden/a", selected, "{selector}: {found}");
        assert!(
            selected || found.contains("namespaceSelector of IngressClassParams p"),
            "{found}"
        );
    }
}

#[test]
fn the_group_of_the_class_comes_first() {
    let mut asked = ingress("a", &[("group.name", "mine")]);
    assert_eq!(group(&asked, &classes(), &config()), "mine");
    asked.spec.as_mut().unwrap().ingress_class_name = Some("albp".to_owned());
    let classes = classes_with(json!({ "group": { "name": "ours" } }));
    assert_eq!(group(&asked, &classes, &config()), "ours");
    let classes = classes_with(json!({ "group": { "name": "Ours" } }));
    let error = group(&asked, &classes, &config());
    assert!(error.contains("IngressClassParams p: spec.group.name"), "{error}");
}

#[test]
fn names_of_groups() {
    let longest = "a".repeat(63);
    for (name, right) in [
        ("g", true),
        ("team.shop-1", true),
        ("1", true),
        (longest.as_str(), true),
        ("", false),
        ("-g", false),
        ("g.", false),
        ("G", false),
        ("a/b", false),
        (&format!("{longest}a"), false),
    ] {
        let found = group(&ingress("a", &[("group.name", name)]), &classes(), &config());
        assert_eq!(found == name, right, "{name:?}: {found}");
        assert!(right || found.contains(&format!("{PREFIX}group.name")), "{found}");
    }
}
