//! A bad member does not stop its group.

use crate::world::{classes, config, facts, ingress, read};
use k8s_openapi::api::networking::v1::Ingress;
use model::GroupId;
use seatrial_plan::Config;
use seatrial_plan::ingress::{GroupError, GroupPlan, IngressKey, Portion, load, plan};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

type Good = BTreeMap<IngressKey, Portion>;

fn member(name: &str, annotations: &[(&str, &str)]) -> Ingress {
    ingress(name, &[&[("group.name", "g")], annotations].concat())
}

fn planned(ingresses: &[Ingress], last_good: &Good, config: &Config) -> Result<GroupPlan, GroupError> {
    let all: Vec<_> = ingresses.iter().cloned().map(Arc::new).collect();
    let group = load(&GroupId::from("g"), &all, &classes(), config);
    plan(&group, &facts(), last_good, config)
}

fn first(ingresses: &[Ingress]) -> Good {
    let plan = planned(ingresses, &Good::new(), &config()).unwrap();
    assert_eq!(plan.refused, []);
    plan.good
}

#[test]
fn a_new_member_that_is_bad_is_left_out() {
    let plan = planned(
        &[member("a", &[]), member("b", &[("scheme", "public")])],
        &Good::new(),
        &config(),
    )
    .unwrap();
    assert_eq!((plan.refused.len(), plan.refused[0].keeps_rules), (1, false));
    assert_eq!(plan.stack.listeners[0].rules.len(), 1);
    assert_eq!(plan.good.keys().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_member_that_was_good_keeps_its_rules() {
    let before = [member("a", &[]), member("b", &[("load-balancer-attributes", "k=v")])];
    let good = first(&before);
    let now = [member("a", &[]), member("b", &[("load-balancer-attributes", "k")])];
    let plan = planned(&now, &good, &config()).unwrap();
    assert!(plan.refused[0].keeps_rules && plan.refused[0].key.name == "b");
    assert_eq!(plan.stack, planned(&before, &Good::new(), &config()).unwrap().stack);
    // What was good is still known after any number of plans.
    assert_eq!(planned(&now, &plan.good, &config()).unwrap().stack, plan.stack);
}

#[test]
fn what_was_good_can_be_kept_outside_the_process() {
    let good = first(&[member("a", &[]), member("b", &[])]);
    let kept: Vec<(IngressKey, Portion)> = good.clone().into_iter().collect();
    let text = serde_json::to_string(&kept).unwrap();
    let back: Vec<(IngressKey, Portion)> = serde_json::from_str(&text).unwrap();
    assert_eq!(back.into_iter().collect::<Good>(), good);
}

#[test]
fn a_member_whose_wishes_became_wrong_keeps_its_rules_without_them() {
    let good = first(&[member("a", &[]), member("b", &[("scheme", "internal")])]);
    let now = [
        member("a", &[("scheme", "internet-facing")]),
        member("b", &[("scheme", "internal")]),
    ];
    let plan = planned(&now, &good, &config()).unwrap();
    assert!(plan.refused[0].keeps_rules && plan.refused[0].key.name == "b");
    assert_eq!(plan.stack.load_balancer.unwrap().scheme, "internet-facing");
    assert_eq!(plan.stack.listeners[0].rules.len(), 2);
}

#[test]
fn the_last_good_member_keeps_the_load_balancer() {
    let good = first(&[member("a", &[("scheme", "internet-facing")])]);
    let bad = [member("a", &[("scheme", "public")])];
    assert_eq!(
        planned(&bad, &good, &config())
            .unwrap()
            .stack
            .load_balancer
            .unwrap()
            .scheme,
        "internet-facing"
    );
    // With nothing to keep, nothing may be taken away.
    let error = planned(&bad, &Good::new(), &config()).unwrap_err();
    assert_eq!(error.key.unwrap().name, "a");
}

#[test]
fn strict_groups_stop_at_the_first_error() {
    let mut strict = config();
    strict.strict_groups = true;
    let good = first(&[member("a", &[]), member("b", &[])]);
    for bad in [
        member("b", &[("scheme", "public")]),
        member("b", &[("ssl-redirect", "443")]),
    ] {
        let error = planned(&[member("a", &[]), bad], &good, &strict).unwrap_err();
        assert_eq!(error.key.unwrap().name, "b");
    }
}

#[test]
fn what_is_wrong_with_the_load_balancer_is_nobodys_fault() {
    let all: Vec<_> = [member("a", &[]), member("b", &[])].into_iter().map(Arc::new).collect();
    let group = load(&GroupId::from("g"), &all, &classes(), &config());
    let mut facts = facts();
    facts.subnets.clear();
    let error = plan(&group, &facts, &Good::new(), &config()).unwrap_err();
    assert!(
        error.key.is_none() && error.to_string().contains("the group g"),
        "{error}"
    );
}

fn leaving(mut ingress: Ingress) -> Ingress {
    ingress.metadata.finalizers = Some(vec!["group.ingress.k8s.aws/g".to_owned()]);
    ingress.metadata.deletion_timestamp = Some(read(json!("2026-01-01T00:00:00Z")));
    ingress
}

#[test]
fn a_group_without_members_has_nothing() {
    let plan = planned(&[leaving(member("a", &[]))], &Good::new(), &config()).unwrap();
    assert!(plan.stack.load_balancer.is_none() && plan.stack.target_groups.is_empty());
    assert_eq!(plan.stack.id, "g");
}

#[test]
fn a_protected_load_balancer_is_not_removed() {
    let protected = || {
        leaving(member(
            "a",
            &[("load-balancer-attributes", "deletion_protection.enabled=true")],
        ))
    };
    let error = planned(&[protected()], &Good::new(), &config()).unwrap_err();
    assert!(
        error.error.to_string().contains("deletion_protection.enabled=false"),
        "{}",
        error.error
    );
    // It stays for the others anyway.
    let plan = planned(&[protected(), member("b", &[])], &Good::new(), &config()).unwrap();
    assert_eq!(plan.stack.listeners[0].rules.len(), 1);
    let mut strict = config();
    strict.strict_groups = true;
    assert!(planned(&[protected(), member("b", &[])], &Good::new(), &strict).is_err());
}
