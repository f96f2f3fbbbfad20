//! A member that goes over a quota of AWS is to blame, and nobody else.

use crate::world::{PREFIX, classes, config, facts, path, rule, with_rules};
use aws_api::AwsError;
use k8s_openapi::api::networking::v1::Ingress;
use model::GroupId;
use seatrial_plan::ingress::{Facts, GroupPlan, IngressKey, Lessons, Part, Portion, load, plan};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A member of the group g with this many paths.
fn member(name: &str, paths: usize) -> Ingress {
    let paths: Vec<Value> = (0..paths)
        .map(|n| path(&format!("/{name}/{n}"), "Exact", "web"))
        .collect();
    with_rules(name, &[("group.name", "g")], json!([rule("a.test", &paths)]))
}

fn with_most(most: usize, members: &[Ingress], good: &BTreeMap<IngressKey, Portion>) -> GroupPlan {
    let all: Vec<_> = members.iter().cloned().map(Arc::new).collect();
    let group = load(&GroupId::from("g"), &all, &classes(), &config());
    let mut lessons = Lessons::default();
    lessons.most_rules = Some(most);
    let facts = Facts { lessons, ..facts() };
    plan(&group, &facts, good, &config()).unwrap()
}

fn refused(plan: &GroupPlan) -> Vec<(&str, bool)> {
    let refusals = plan.refused.iter();
    refusals
        .map(|refusal| (refusal.key.name.as_str(), refusal.keeps_rules))
        .collect()
}

#[test]
fn a_member_that_is_new_is_left_out() {
    let members = [member("a", 2), member("b", 4), member("c", 1)];
    let plan = with_most(6, &members, &BTreeMap::new());
    assert_eq!(refused(&plan), [("b", false)]);
    assert_eq!(plan.stack.listeners[0].rules.len(), 3);
    assert_eq!(refused(&with_most(7, &members, &BTreeMap::new())), []);
    let words = plan.refused[0].error.to_string();
    for word in [
        "Ingress golden/b",
        "group g",
        "7 rules",
        "takes 6",
        "Rules per Application Load Balancer",
    ] {
        assert!(words.contains(word), "{words}");
    }
}

#[test]
fn a_member_that_grew_keeps_what_it_had_and_the_others_lose_nothing() {
    let good = with_most(6, &[member("a", 3), member("b", 3)], &BTreeMap::new()).good;
    let plan = with_most(6, &[member("a", 4), member("b", 3)], &good);
    assert_eq!(refused(&plan), [("a", true)]);
    assert_eq!(plan.stack.listeners[0].rules.len(), 6);
}

/// The plan of these members, and that after AWS refused a part of it.
fn refusing(members: &[Ingress], code: &str, message: &str, part: impl Fn(&GroupPlan) -> Part<'_>) -> GroupPlan {
    let all: Vec<_> = members.iter().cloned().map(Arc::new).collect();
    let group = load(&GroupId::from("g"), &all, &classes(), &config());
    let first = plan(&group, &facts(), &BTreeMap::new(), &config()).unwrap();
    assert_eq!(first.refused, []);
    let error = AwsError {
        operation: "CreateRule",
        code: code.to_owned(),
        message: message.to_owned(),
        request_id: None,
    };
    let mut lessons = Lessons::default();
    assert!(lessons.refuse(part(&first), &error, &first), "nobody is to blame");
    let facts = Facts { lessons, ..facts() };
    let second = plan(&group, &facts, &BTreeMap::new(), &config()).unwrap();
    assert!(
        !facts.lessons.clone().refuse(part(&first), &error, &second),
        "blamed twice"
    );
    second
}

fn words(plan: &GroupPlan) -> String {
    plan.refused.iter().map(|refusal| refusal.error.to_string()).collect()
}

#[test]
fn whose_rule_is_refused_is_left_out() {
    let hosts: Vec<_> = (0..4).map(|n| format!("h{n}.test")).collect();
    let many = json!([{ "field": "host-header", "hostHeaderConfig": { "values": hosts } }]).to_string();
    let mut b = member("b", 2);
    let annotations = b.metadata.annotations.get_or_insert_default();
    annotations.insert(format!("{PREFIX}conditions.web"), many);
    let members = [member("a", 2), b];
    let plan = refusing(&members, "ValidationError", "too many", |plan| {
        Part::Rule(80, &plan.stack.listeners[0].rules.last().unwrap().spec)
    });
    assert_eq!(refused(&plan), [("b", false)]);
    let words = words(&plan);
    for word in [
        "Ingress golden/b",
        "/b/1",
        "spec.rules",
        "too many",
        "6 values",
        "takes 5 per rule",
        "split",
    ] {
        assert!(words.contains(word), "{words}");
    }
}

#[test]
fn whose_certificate_is_refused_is_left_out() {
    let secure = |name: &str, certificates: &str| {
        let mut ingress = member(name, 1);
        let annotations = ingress.metadata.annotations.get_or_insert_default();
        annotations.insert(format!("{PREFIX}certificate-arn"), certificates.to_owned());
        ingress
    };
    let members = [secure("a", "arn:one"), secure("b", "arn:two,arn:three")];
    for (message, culprit) in [("no arn:one", "a"), ("no arn:three", "b")] {
        let plan = refusing(&members, "CertificateNotFound", message, |plan| {
            Part::Certificates(&plan.stack.listeners[0].certificates)
        });
        assert_eq!(refused(&plan), [(culprit, false)]);
        assert!(words(&plan).contains(&message[3..]), "{}", words(&plan));
        let plan = refusing(&members, "CertificateNotFound", message, |plan| {
            Part::Listener(&plan.stack.listeners[0])
        });
        assert_eq!(refused(&plan), [(culprit, false)]);
    }
}

#[test]
fn whose_target_group_is_refused_is_left_out() {
    let members = [member("a", 1), member("b", 1)];
    let plan = refusing(&members, "InvalidConfigurationRequest", "no", |_| {
        Part::TargetGroup("golden/b-web:80")
    });
    assert_eq!(refused(&plan), [("b", false)]);
    assert!(words(&plan).contains("backend web:80"), "{}", words(&plan));
}

#[test]
fn whose_policy_or_attribute_is_refused_is_left_out() {
    let annotated = |name: &str, annotations: &[(&str, &str)]| {
        let mut ingress = member(name, 1);
        let all = ingress.metadata.annotations.get_or_insert_default();
        let new = annotations
            .iter()
            .map(|(key, value)| (format!("{PREFIX}{key}"), (*value).to_owned()));
        all.extend(new);
        ingress
    };
    let secure = ("certificate-arn", "arn:one");
    let members = [
        annotated("a", &[secure]),
        annotated("b", &[secure, ("ssl-policy", "Mine")]),
    ];
    let plan = refusing(&members, "SSLPolicyNotFound", "no", |plan| {
        Part::Listener(&plan.stack.listeners[0])
    });
    assert_eq!(refused(&plan), [("b", false)]);
    assert!(words(&plan).contains("the policy Mine"), "{}", words(&plan));

    let attributes = |text| annotated("b", &[("load-balancer-attributes", text)]);
    for (text, message) in [("one=1,other=2", "other is no key"), ("other=2", "no")] {
        let members = [member("a", 1), attributes(text)];
        let plan = refusing(&members, "ValidationError", message, |plan| {
            Part::Attributes(&plan.stack.load_balancer.as_ref().unwrap().attributes)
        });
        assert_eq!(refused(&plan), [("b", false)]);
        assert!(words(&plan).contains("the attribute other"), "{}", words(&plan));
    }
}
