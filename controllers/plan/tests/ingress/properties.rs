//! Properties of plans of random groups.

use crate::world::{classes, config, facts, ingress, path, rule, with_rules};
use aws_api::elbv2::Action;
use k8s_openapi::api::networking::v1::Ingress;
use model::{GroupId, Stack, TargetGroupRef};
use proptest::prelude::*;
use proptest::sample::select;
use seatrial_plan::ingress::{GroupError, GroupPlan, load, plan};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn a_path() -> impl Strategy<Value = Value> {
    let kinds = vec!["Exact", "Prefix", "ImplementationSpecific"];
    let services = vec!["web", "web2", "webo", "nowhere", "!do"];
    (
        select(vec!["/", "/a", "/a/", "/b/*", "/b/c", ""]),
        select(kinds),
        select(services),
    )
        .prop_map(|(text, kind, service)| path(text, kind, service))
}

fn annotation() -> impl Strategy<Value = (&'static str, &'static str)> {
    select(vec![
        ("scheme", "internal"),
        ("scheme", "internet-facing"),
        ("scheme", "public"),
        ("target-type", "ip"),
        ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#),
        ("listen-ports", r#"[{"HTTPS": 80}]"#),
        ("certificate-arn", "cert"),
        ("ssl-redirect", "443"),
        ("tags", "k=v"),
        ("tags", "k=w"),
        ("tags", "k"),
        ("group.order", "3"),
        ("security-groups", "extra"),
        ("security-groups", "nowhere"),
        ("enable-frontend-nlb", "true"),
        (
            "actions.do",
            r#"{"type":"redirect","redirectConfig":{"protocol":"HTTPS","statusCode":"HTTP_301"}}"#,
        ),
        ("actions.do", "{"),
    ])
}

fn group() -> impl Strategy<Value = Vec<Ingress>> {
    let member = (
        proptest::collection::vec(annotation(), 0..4),
        proptest::collection::vec(proptest::collection::vec(a_path(), 0..4), 0..3),
    );
    proptest::collection::vec(member, 1..6).prop_map(|members| {
        let one = |(place, (annotations, rules)): (usize, (Vec<_>, Vec<Vec<Value>>))| {
            let rules: Vec<_> = rules.iter().map(|paths| rule("h.example.com", paths)).collect();
            let annotations = [&[("group.name", "g")], &annotations[..]].concat();
            with_rules(&format!("m{place}"), &annotations, json!(rules))
        };
        members.into_iter().enumerate().map(one).collect()
    })
}

fn planned(members: &[Ingress]) -> Result<GroupPlan, GroupError> {
    let all: Vec<_> = members.iter().cloned().map(Arc::new).collect();
    let group = load(&GroupId::from("g"), &all, &classes(), &config());
    plan(&group, &facts(), &BTreeMap::new(), &config())
}

/// What AWS would refuse, or what the stack cannot mean.
fn check(stack: &Stack) {
    let ids: BTreeSet<_> = stack.target_groups.iter().map(|group| &group.id).collect();
    assert_eq!(
        ids.len(),
        stack.target_groups.len(),
        "ids of target groups are distinct"
    );
    assert_eq!(stack.bindings.len(), stack.target_groups.len());
    let mut used = BTreeSet::new();
    for listener in &stack.listeners {
        let priorities: Vec<_> = listener.rules.iter().map(|rule| rule.spec.priority).collect();
        assert_eq!(priorities, (1..).take(priorities.len()).collect::<Vec<_>>());
        let rules = listener.rules.iter().flat_map(|rule| &rule.spec.actions);
        for group in rules.chain(&listener.default_actions).flat_map(Action::target_groups) {
            let TargetGroupRef::Id(id) = group else {
                panic!("no test names an ARN")
            };
            assert!(ids.contains(id), "{id} is named and not made");
            used.insert(id.clone());
        }
        assert!(listener.rules.iter().all(|rule| !rule.spec.conditions.is_empty()));
    }
    // Rules that were left out may have been the only ones to name a target group; nothing else may.
    assert!(used.len() <= ids.len());
    assert!(stack.target_groups.iter().all(|group| group.name.len() <= 32));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever members ask, there is a plan that AWS can take, or an error that blames a member.
    #[test]
    fn plans_make_sense(members in group()) {
        match planned(&members) {
            Ok(plan) => {
                check(&plan.stack);
                let refused: BTreeSet<_> = plan.refused.iter().map(|refusal| &refusal.key).collect();
                prop_assert!(plan.good.keys().all(|key| !refused.contains(key)));
                prop_assert_eq!(plan.good.len() + refused.len(), members.len());
            }
            Err(error) => prop_assert!(error.key.is_some(), "{error}: {}", error.error),
        }
    }

    /// The order in which Ingresses are listed makes no difference.
    #[test]
    fn listing_order_does_not_matter(members in group().prop_shuffle()) {
        let mut sorted = members.clone();
        sorted.sort_by_key(|ingress| ingress.metadata.name.clone());
        match (planned(&members), planned(&sorted)) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(one.stack, other.stack);
                prop_assert_eq!(one.refused, other.refused);
            }
            (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
        }
    }

    /// A group where one more member is bad is the group without it.
    #[test]
    fn a_bad_member_changes_nothing(members in group(), order in select(vec!["-9", "0", "9"])) {
        let Ok(before) = planned(&members) else { return Ok(()) };
        let bad = ingress("bad", &[("group.name", "g"), ("group.order", order), ("scheme", "public")]);
        let after = planned(&[&members[..], &[bad]].concat()).unwrap();
        prop_assert_eq!(after.stack, before.stack);
        prop_assert_eq!(after.refused.len(), before.refused.len() + 1);
    }
}
