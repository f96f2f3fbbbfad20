//! Who is a member of a group, in which order, and who is on the way out.

use crate::world::{classes, config, facts, ingress, read, service};
use k8s_openapi::api::networking::v1::Ingress;
use model::GroupId;
use seatrial_plan::ingress::{Group, IngressKey, finalizer, held, load, needs, services};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

fn loaded(id: &str, ingresses: &[Ingress]) -> Group {
    let all: Vec<_> = ingresses.iter().cloned().map(Arc::new).collect();
    load(&GroupId::from(id), &all, &classes(), &config())
}

fn names<'a>(ingresses: impl IntoIterator<Item = &'a Arc<Ingress>>) -> Vec<String> {
    ingresses
        .into_iter()
        .map(|ingress| IngressKey::of(ingress).name)
        .collect()
}

fn holding(mut ingress: Ingress, finalizer: &str) -> Ingress {
    ingress.metadata.finalizers = Some(vec![finalizer.to_owned()]);
    ingress
}

#[test]
fn members_are_sorted_by_order_then_name() {
    let with = |name, order| ingress(name, &[("group.name", "g"), ("group.order", order)]);
    let group = loaded(
        "g",
        &[
            with("c", "0"),
            with("b", "1"),
            with("z", "-1000"),
            with("a", "0"),
            ingress("x", &[]),
        ],
    );
    assert_eq!(
        names(group.members.iter().map(|member| &member.ingress)),
        ["z", "a", "c", "b"]
    );
}

#[test]
fn finalizers_tell_who_was_a_member() {
    assert_eq!(finalizer(&GroupId::from("g")), "group.ingress.k8s.aws/g");
    assert_eq!(finalizer(&GroupId::from("golden/a")), "ingress.k8s.aws/resources");
    let left = holding(ingress("a", &[]), "group.ingress.k8s.aws/g");
    assert_eq!(held(&left), [GroupId::from("g")]);
    let misnamed = holding(ingress("b", &[("group.name", "G")]), "group.ingress.k8s.aws/g");
    let mut deleted = holding(ingress("c", &[("group.name", "g")]), "group.ingress.k8s.aws/g");
    deleted.metadata.deletion_timestamp = Some(read(json!("2026-01-01T00:00:00Z")));
    let stranger = ingress("d", &[]);
    let group = loaded("g", &[left.clone(), misnamed, deleted, stranger]);
    assert_eq!(
        (names(&group.inactive), group.members.len()),
        (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 0)
    );
    // Moving out of a group is moving into another.
    assert_eq!(loaded("golden/a", &[left]).members.len(), 1);
    let other = holding(ingress("e", &[("group.name", "g")]), "ingress.k8s.aws/resources");
    assert_eq!(names(&loaded("golden/e", std::slice::from_ref(&other)).inactive), ["e"]);
    assert_eq!(loaded("golden/a", &[other]).inactive.len(), 0);
}

#[test]
fn a_member_whose_class_is_gone_stays() {
    let mut orphan = holding(ingress("a", &[("group.name", "g")]), "group.ingress.k8s.aws/g");
    orphan.spec.as_mut().unwrap().ingress_class_name = Some("gone".to_owned());
    assert_eq!(loaded("g", std::slice::from_ref(&orphan)).members.len(), 1);
    orphan.metadata.finalizers = None;
    assert_eq!(loaded("g", &[orphan]).members.len(), 0);
}

#[test]
fn needs_follow_from_annotations() {
    let forward = json!({ "type": "forward", "forwardConfig": { "targetGroups": [
        { "serviceName": "web2", "servicePort": 80, "weight": 1 }, { "targetGroupName": "own", "weight": 1 },
    ] } });
    let oidc = json!({ "secretName": "s" }).to_string();
    let mutual = json!([{ "port": 443, "mode": "verify", "trustStore": "store" }]).to_string();
    let asked = crate::world::with_rules(
        "a",
        &[
            ("actions.w", &forward.to_string()),
            ("security-groups", "extra,sg-1"),
            ("frontend-nlb-security-groups", "more"),
            ("mutual-authentication", &mutual),
            ("wafv2-acl-name", "acl"),
            ("listen-ports", r#"[{"HTTPS": 443}]"#),
        ],
        json!([crate::world::rule(
            "h",
            &[
                crate::world::path("/", "Prefix", "!w"),
                crate::world::path("/web", "Prefix", "web"),
            ]
        )]),
    );
    let name = |name: &str| ("golden".to_owned(), name.to_owned());
    assert_eq!(services(&asked), [name("web"), name("web2")].into());
    let known = [(
        name("web"),
        service("web", &[("auth-type", "oidc"), ("auth-idp-oidc", &oidc)]),
    )]
    .into();
    let found = needs(
        &loaded("golden/a", &[asked]),
        &known,
        &facts().subnets,
        &BTreeMap::new(),
        &config(),
    );
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(found.security_groups, set(&["extra", "more", "sg-1"]));
    assert_eq!(
        (found.target_groups, found.trust_stores),
        (set(&["own"]), set(&["store"]))
    );
    assert_eq!(found.secrets, [name("s")].into());
    assert!(found.web_acls && found.certificates && !found.route_tables);
    let nothing = needs(&loaded("g", &[]), &known, &[], &BTreeMap::new(), &config());
    assert_eq!(nothing, seatrial_plan::ingress::Needs::default());
}
