use super::*;

/// A lab with an application load balancer, an HTTP listener and a target group.
fn lab() -> (Lab, String, String) {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let listener = lab.http_listener(&arn, 80);
    let group = lab.http_group("t");
    (lab, listener, group)
}

fn host(name: &str) -> Value {
    json!({"Field": "host-header", "HostHeaderConfig": {"Values": [name]}})
}

fn rule(listener: &str, priority: u32, group: &str) -> Value {
    json!({"ListenerArn": listener, "Priority": priority, "Conditions": [host("example.com")],
        "Actions": [forward(group)]})
}

impl Lab {
    fn rule(&mut self, listener: &str, priority: u32, group: &str) -> String {
        text(&self.call("CreateRule", rule(listener, priority, group)).unwrap()["Rules"][0]["RuleArn"])
    }

    /// Priorities of a listener's rules, as DescribeRules lists them.
    fn priorities(&mut self, listener: &str) -> Vec<String> {
        let shown = self.call("DescribeRules", json!({"ListenerArn": listener})).unwrap();
        shown["Rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| text(&rule["Priority"]))
            .collect()
    }
}

#[test]
fn creating_one_checks_what_it_is_asked_for() {
    let (_, listener, group) = lab();
    for (changes, code) in [
        (json!({}), "ok"),
        (json!({"ListenerArn": format!("{listener}0")}), "ListenerNotFound"),
        (json!({"Priority": 0}), "ValidationError"),
        (json!({"Priority": 50000}), "ok"),
        (json!({"Priority": 50001}), "ValidationError"),
        (json!({"Conditions": []}), "ValidationError"),
        (json!({"Actions": []}), "ValidationError"),
        (
            json!({"Actions": [forward(&format!("{group}0"))]}),
            "TargetGroupNotFound",
        ),
        (
            json!({"Actions": [{"Type": "authenticate-oidc"}]}),
            "InvalidLoadBalancerAction",
        ),
        (json!({"Tags": [{"Key": "aws:a", "Value": ""}]}), "ValidationError"),
    ] {
        let (mut lab, listener, group) = lab();
        assert_eq!(
            lab.code("CreateRule", with(&rule(&listener, 1, &group), changes.clone())),
            code,
            "{changes}"
        );
    }
}

#[test]
fn conditions_are_what_aws_allows() {
    let (_, listener, group) = lab();
    let path = |value: &str| json!([{"Field": "path-pattern", "PathPatternConfig": {"Values": [value]}}]);
    let header = |name: &str, value: &str| json!([{"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": [value]}}]);
    let method =
        |value: &str| json!([{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": [value]}}]);
    let source = |value: &str| json!([{"Field": "source-ip", "SourceIpConfig": {"Values": [value]}}]);
    let query = |pair: Value| json!([{"Field": "query-string", "QueryStringConfig": {"Values": [pair]}}]);
    for (conditions, code) in [
        (json!([{"Field": "host-header", "Values": ["*.example.com"]}]), "ok"),
        (
            json!([{"Field": "host-header", "HostHeaderConfig": {"RegexValues": ["^(.+)\\.example\\.com$"]}}]),
            "ok",
        ),
        (
            json!([{"Field": "host-header", "HostHeaderConfig": {"RegexValues": ["("]}}]),
            "ValidationError",
        ),
        (
            json!([{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.b"], "RegexValues": ["a"]}}]),
            "ValidationError",
        ),
        (
            json!([{"Field": "host-header", "HostHeaderConfig": {"Values": []}}]),
            "ValidationError",
        ),
        (
            json!([{"Field": "host-header", "PathPatternConfig": {"Values": ["/"]}}]),
            "ValidationError",
        ),
        (json!([host("under score/")]), "ValidationError"),
        (json!([host(&"a".repeat(129))]), "ValidationError"),
        (json!([host("a.example"), host("b.example")]), "ValidationError"),
        (path("/img/*"), "ok"),
        (path("/with space"), "ValidationError"),
        (header("X-Env", "*staging*"), "ok"),
        (header("Host", "a"), "ValidationError"),
        (header("a b", "a"), "ValidationError"),
        (header(&"a".repeat(41), "a"), "ValidationError"),
        (method("GET"), "ok"),
        (method("get"), "ValidationError"),
        (source("10.0.0.0/8"), "ok"),
        (source("2001:db8::/32"), "ok"),
        (source("10.0.0.1"), "ValidationError"),
        (query(json!({"Key": "version", "Value": "v?"})), "ok"),
        (query(json!({"Value": "*"})), "ok"),
        (query(json!({"Key": "k", "Value": ""})), "ValidationError"),
        (json!([{"Field": "weather", "Values": ["sunny"]}]), "ValidationError"),
        (json!([{"Values": ["sunny"]}]), "ValidationError"),
        (
            json!([{"Field": "path-pattern", "Values": ["/1", "/2", "/3", "/4", "/5"]}]),
            "ok",
        ),
        (
            json!([host("a.example"), {"Field": "path-pattern", "Values": ["/1", "/2", "/3", "/4", "/5"]}]),
            "ValidationError",
        ),
        (path("/*?*?*?*"), "ValidationError"),
    ] {
        let wanted = with(&rule(&listener, 1, &group), json!({"Conditions": conditions}));
        assert_eq!(lab().0.code("CreateRule", wanted), code, "{conditions}");
    }
}

#[test]
fn one_is_described_in_full_with_host_and_path_both_ways() {
    let (mut lab, listener, group) = lab();
    let conditions = json!([host("a.example"), {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b"}]}}]);
    let transforms = json!([{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/old/(.*)", "Replace": "/new/$1"}]}}]);
    let wanted = with(
        &rule(&listener, 7, &group),
        json!({"Conditions": conditions, "Transforms": transforms}),
    );
    let made = lab.call("CreateRule", wanted).unwrap()["Rules"][0].clone();
    let arn = text(&made["RuleArn"]);
    assert!(
        arn.starts_with(&listener.replace(":listener/", ":listener-rule/")),
        "{arn}"
    );
    assert_eq!(
        with(&made, json!({"RuleArn": null})),
        json!({
            "Priority": "7",
            "IsDefault": false,
            "Conditions": [
                {"Field": "host-header", "Values": ["a.example"], "HostHeaderConfig": {"Values": ["a.example"]}},
                {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b"}]}},
            ],
            "Actions": [{"Type": "forward", "Order": 1, "TargetGroupArn": group, "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": group, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": false}}}],
            "Transforms": transforms,
        })
    );
    let shown = lab.call("DescribeRules", json!({"RuleArns": [arn]})).unwrap();
    assert_eq!(shown["Rules"], json!([made]));
}

#[test]
fn rules_are_listed_by_priority_in_pages() {
    let (mut lab, listener, group) = lab();
    for priority in [10, 9, 50_000, 100] {
        lab.rule(&listener, priority, &group);
    }
    assert_eq!(lab.priorities(&listener), ["9", "10", "100", "50000", "default"]);
    let (mut marker, mut listed) = (Value::Null, Vec::new());
    loop {
        let page = lab
            .call(
                "DescribeRules",
                json!({"ListenerArn": listener, "PageSize": 2, "Marker": marker}),
            )
            .unwrap();
        listed.extend(
            page["Rules"]
                .as_array()
                .unwrap()
                .iter()
                .map(|rule| text(&rule["Priority"])),
        );
        match page.get("NextMarker") {
            Some(next) => marker = next.clone(),
            None => break,
        }
    }
    assert_eq!(listed, ["9", "10", "100", "50000", "default"]);
}

#[test]
fn priorities_are_had_once_and_change_all_at_once() {
    let (mut lab, listener, group) = lab();
    let one = lab.rule(&listener, 1, &group);
    let two = lab.rule(&listener, 2, &group);
    let three = lab.rule(&listener, 3, &group);
    assert_eq!(lab.code("CreateRule", rule(&listener, 2, &group)), "PriorityInUse");
    let set = |pairs: &[(&str, u32)]| {
        let pairs = pairs
            .iter()
            .map(|(arn, priority)| json!({"RuleArn": arn, "Priority": priority}));
        json!({"RulePriorities": pairs.collect::<Vec<_>>()})
    };
    let order = |lab: &Lab| {
        let rules = lab.state().rules_of(&listener);
        rules
            .into_iter()
            .map(|(arn, rule)| (arn.to_owned(), rule.priority))
            .collect::<Vec<_>>()
    };
    let before = order(&lab);
    for (wanted, code) in [
        (set(&[(&one, 2)]), "PriorityInUse"),
        (set(&[(&one, 7), (&two, 7)]), "PriorityInUse"),
        (set(&[(&one, 7), (&one, 8)]), "ValidationError"),
        (set(&[(&one, 0)]), "ValidationError"),
        (set(&[]), "ValidationError"),
        (set(&[(&format!("{one}0"), 9)]), "RuleNotFound"),
    ] {
        assert_eq!(lab.code("SetRulePriorities", wanted.clone()), code, "{wanted}");
        assert_eq!(order(&lab), before, "{wanted}");
    }
    // A swap, then a shift of all three.
    lab.call("SetRulePriorities", set(&[(&one, 2), (&two, 1)])).unwrap();
    assert_eq!(order(&lab), [(two.clone(), 1), (one.clone(), 2), (three.clone(), 3)]);
    let shifted = lab
        .call("SetRulePriorities", set(&[(&two, 2), (&one, 3), (&three, 4)]))
        .unwrap();
    assert_eq!(shifted["Rules"].as_array().unwrap().len(), 3);
    assert_eq!(order(&lab), [(two, 2), (one, 3), (three, 4)]);
}

#[test]
fn rules_of_two_listeners_are_two_calls() {
    let (mut lab, listener, group) = lab();
    let arn = lab.state().listeners[&listener].load_balancer_arn.clone();
    let other = lab.http_listener(&arn, 81);
    let (one, two) = (lab.rule(&listener, 1, &group), lab.rule(&other, 1, &group));
    let wanted = json!({"RulePriorities": [{"RuleArn": one, "Priority": 5}, {"RuleArn": two, "Priority": 6}]});
    assert_eq!(lab.code("SetRulePriorities", wanted), "ValidationError");
}

#[test]
fn modifying_replaces_whole_lists() {
    let (mut lab, listener, group) = lab();
    let other = lab.http_group("other");
    let arn = lab.rule(&listener, 1, &group);
    let rewrite = json!([{"Type": "host-header-rewrite", "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]}}]);
    for (changes, code) in [
        (
            json!({"Conditions": [{"Field": "path-pattern", "Values": ["/a"]}]}),
            "ok",
        ),
        (json!({"Actions": [forward(&other)]}), "ok"),
        (json!({"Transforms": rewrite}), "ok"),
        (
            json!({"Transforms": rewrite, "ResetTransforms": true}),
            "ValidationError",
        ),
        (json!({"Actions": [{"Type": "forward"}]}), "InvalidLoadBalancerAction"),
        (json!({"RuleArn": format!("{arn}0")}), "RuleNotFound"),
    ] {
        let wanted = with(&json!({"RuleArn": arn}), changes.clone());
        assert_eq!(lab.code("ModifyRule", wanted), code, "{changes}");
    }
    let shown = lab.call("DescribeRules", json!({"RuleArns": [arn]})).unwrap()["Rules"][0].clone();
    assert_eq!(shown["Conditions"][0]["Field"], "path-pattern");
    assert_eq!(shown["Actions"][0]["TargetGroupArn"], json!(other));
    assert_eq!(shown["Transforms"], rewrite);
    assert_eq!(lab.code("DeleteTargetGroup", json!({"TargetGroupArn": group})), "ok");
    let reset = lab
        .call("ModifyRule", json!({"RuleArn": arn, "ResetTransforms": true}))
        .unwrap();
    assert!(reset["Rules"][0].get("Transforms").is_none());
}

#[test]
fn a_rule_holds_its_target_group_and_goes_with_its_listener() {
    let (mut lab, listener, group) = lab();
    let arn = lab.rule(&listener, 1, &group);
    let delete = json!({"TargetGroupArn": group});
    assert_eq!(lab.code("DeleteTargetGroup", delete.clone()), "ResourceInUse");
    let shown = lab
        .call("DescribeTargetGroups", json!({"TargetGroupArns": [group]}))
        .unwrap();
    assert_eq!(
        shown["TargetGroups"][0]["LoadBalancerArns"].as_array().unwrap().len(),
        1
    );
    lab.call("DeleteRule", json!({"RuleArn": arn})).unwrap();
    assert_eq!(lab.code("DeleteRule", json!({"RuleArn": arn})), "RuleNotFound");
    lab.rule(&listener, 1, &group);
    lab.call("DeleteListener", json!({"ListenerArn": listener})).unwrap();
    assert!(lab.state().rules.is_empty());
    assert_eq!(lab.code("DeleteTargetGroup", delete), "ok");
}

#[test]
fn the_default_rule_is_the_listeners_own() {
    let (mut lab, listener, group) = lab();
    let shown = lab.call("DescribeRules", json!({"ListenerArn": listener})).unwrap()["Rules"][0].clone();
    let arn = text(&shown["RuleArn"]);
    for (action, input) in [
        ("DeleteRule", json!({"RuleArn": arn})),
        ("ModifyRule", json!({"RuleArn": arn, "Actions": [forward(&group)]})),
        (
            "SetRulePriorities",
            json!({"RulePriorities": [{"RuleArn": arn, "Priority": 1}]}),
        ),
    ] {
        assert_eq!(lab.code(action, input), "OperationNotPermitted", "{action}");
    }
}

#[test]
fn quotas_count_rules_and_target_groups_of_the_load_balancer() {
    let (mut lab, listener, group) = lab();
    let arn = lab.state().listeners[&listener].load_balancer_arn.clone();
    let second = lab.http_listener(&arn, 81);
    for priority in 1..=100 {
        let listener = if priority % 2 == 0 { &listener } else { &second };
        lab.rule(listener, priority, &group);
    }
    assert_eq!(lab.code("CreateRule", rule(&listener, 101, &group)), "TooManyRules");
    let groups: Vec<String> = (0..100).map(|number| lab.http_group(&format!("g{number}"))).collect();
    let rules: Vec<String> = lab.state().rules.keys().cloned().collect();
    for (rule, group) in rules.iter().zip(&groups) {
        lab.call("ModifyRule", json!({"RuleArn": rule, "Actions": [forward(group)]}))
            .unwrap();
    }
    // The hundred are had; another one takes the place of one of them, but does not come beside them.
    let extra = json!({"RuleArn": rules[0], "Actions": [forward(&group)]});
    assert_eq!(lab.code("ModifyRule", extra), "ok");
    let beside = json!({"ListenerArn": listener, "DefaultActions": [forward(&groups[0])]});
    assert_eq!(
        lab.code("ModifyListener", beside),
        "TooManyUniqueTargetGroupsPerLoadBalancer"
    );
}

#[test]
fn the_world_changes_quotas() {
    let mut world = World::default();
    world.quotas.insert("rules-per-application-load-balancer".to_owned(), 1);
    let mut lab = Lab::of(world, Timing::Instant);
    let arn = lab.application("web");
    let listener = lab.http_listener(&arn, 80);
    let group = lab.http_group("t");
    lab.rule(&listener, 1, &group);
    assert_eq!(lab.code("CreateRule", rule(&listener, 2, &group)), "TooManyRules");
    let limits = lab.call("DescribeAccountLimits", json!({})).unwrap()["Limits"].clone();
    assert!(
        limits
            .as_array()
            .unwrap()
            .contains(&json!({"Name": "rules-per-application-load-balancer", "Max": "1"}))
    );
}

#[test]
fn rules_have_tags() {
    let (mut lab, listener, group) = lab();
    let arn = lab.rule(&listener, 1, &group);
    let tags = json!([{"Key": "a", "Value": "b"}]);
    lab.call("AddTags", json!({"ResourceArns": [arn, listener], "Tags": tags}))
        .unwrap();
    let shown = lab
        .call("DescribeTags", json!({"ResourceArns": [arn, listener]}))
        .unwrap();
    for description in shown["TagDescriptions"].as_array().unwrap() {
        assert_eq!(description["Tags"], tags);
    }
    lab.call("RemoveTags", json!({"ResourceArns": [arn], "TagKeys": ["a"]}))
        .unwrap();
    assert!(lab.state().rules[&arn].tags.is_empty());
    assert_eq!(
        lab.code("DescribeTags", json!({"ResourceArns": [format!("{arn}0")]})),
        "RuleNotFound"
    );
}

#[test]
fn a_network_load_balancer_has_none() {
    let mut lab = Lab::new();
    let (arn, group) = (lab.load_balancer("net"), lab.target_group("t", "ip"));
    let listener = lab.listener(&arn, 80, &group);
    assert_eq!(
        lab.code("CreateRule", rule(&listener, 1, &group)),
        "UnsupportedProtocol"
    );
}
