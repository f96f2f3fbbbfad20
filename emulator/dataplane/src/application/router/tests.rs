use hyper::{HeaderMap, Method};

use super::*;
use crate::config::{
    Forward as Target,
    application::{Condition as When, FixedResponse, ForwardAction, Values},
};

fn fixed(status: u16) -> Action {
    Action::FixedResponse(FixedResponse {
        status,
        content_type: None,
        body: None,
    })
}

fn forward(groups: &[(&str, u32)]) -> Action {
    let target_groups = groups.iter().map(|(arn, weight)| Target {
        target_group_arn: (*arn).to_owned(),
        weight: *weight,
    });
    Action::Forward(ForwardAction {
        target_groups: target_groups.collect(),
        stickiness: None,
    })
}

fn rule(priority: u32, conditions: Vec<When>) -> config::Rule {
    config::Rule {
        priority,
        conditions,
        actions: vec![fixed(200)],
        transforms: Vec::new(),
    }
}

fn host(pattern: &str) -> When {
    When::Host(Values::Patterns(vec![pattern.to_owned()]))
}

fn path(pattern: &str) -> When {
    When::Path(Values::Patterns(vec![pattern.to_owned()]))
}

fn followed(router: &Router, host: &str, path: &str) -> u32 {
    let subject = Subject {
        method: &Method::GET,
        host,
        path,
        query: "",
        headers: &HeaderMap::new(),
        client: [127, 0, 0, 1].into(),
    };
    router.rule_for(&subject).priority
}

fn compile(rules: Vec<config::Rule>, default: Action) -> (Router, Vec<(u32, InvalidRule)>) {
    Router::compile(&config::ApplicationListener {
        rules,
        default_actions: vec![default],
        ..config::ApplicationListener::default()
    })
}

#[test]
fn the_lowest_priority_whose_conditions_all_hold() {
    let rules = vec![
        rule(30, vec![path("/*")]),
        rule(10, vec![host("a.example.com"), path("/img/*")]),
        rule(20, vec![host("a.example.com")]),
        rule(5, vec![host("b.example.com"), path("/only")]),
    ];
    let (router, invalid) = compile(rules, fixed(404));
    assert!(invalid.is_empty());
    for (host, path, expected) in [
        ("a.example.com", "/img/x", 10),
        ("a.example.com", "/x", 20),
        ("c.example.com", "/x", 30),
        ("b.example.com", "/only", 5),
        ("b.example.com", "/only/", 30),
        ("b.example.com", "*", 0),
    ] {
        assert_eq!(followed(&router, host, path), expected, "{host}{path}");
    }
}

#[test]
fn a_rule_that_cannot_be_compiled_is_left_out_and_named() {
    let broken = When::Path(Values::Regexes(vec!["(".to_owned()]));
    let (router, invalid) = compile(vec![rule(1, vec![broken]), rule(2, vec![path("/*")])], fixed(404));
    assert_eq!(followed(&router, "x", "/"), 2);
    assert_eq!(invalid, [(1, InvalidRule::Regex("(".to_owned()))]);
}

#[test]
fn weights_share_requests_among_groups() {
    let (router, _) = compile(Vec::new(), forward(&[("a", 3), ("b", 1), ("c", 0)]));
    let Answer::Forward(forward) = &router.default.answer else {
        panic!("no forward");
    };
    let chosen: Vec<_> = (0..4)
        .filter_map(|random| forward.choose(random))
        .map(|place| &*router.groups[place])
        .collect();
    assert_eq!(chosen, ["a", "a", "a", "b"]);
    assert_eq!(forward.places().collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn nobody_gets_requests_when_all_weights_are_zero() {
    let (router, _) = compile(Vec::new(), forward(&[("a", 0), ("b", 0)]));
    let Answer::Forward(forward) = &router.default.answer else {
        panic!("no forward");
    };
    assert_eq!(forward.choose(7), None);
}

#[test]
fn what_comes_before_the_answer() {
    let validation = TokenValidation {
        jwks_endpoint: "https://idp.example.com/keys".to_owned(),
        issuer: "https://idp.example.com".to_owned(),
        claims: Vec::new(),
    };
    let (router, _) = Router::compile(&config::ApplicationListener {
        default_actions: vec![Action::ValidateToken(validation.clone()), fixed(200)],
        ..config::ApplicationListener::default()
    });
    assert_eq!(router.default.validation, Some(validation));
    assert!(matches!(router.default.answer, Answer::Fixed(_)));
    let (router, _) = Router::compile(&config::ApplicationListener::default());
    assert!(matches!(router.default.answer, Answer::Nothing));
}
