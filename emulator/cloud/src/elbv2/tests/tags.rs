use super::*;

#[test]
fn tags_come_and_go_on_every_kind() {
    let mut lab = Lab::new();
    let (arn, group) = (lab.load_balancer("web"), lab.target_group("t", "instance"));
    let listener = lab.listener(&arn, 80, &group);
    let arns = json!([arn, group, listener]);
    let tags = json!([{"Key": "b", "Value": "2"}, {"Key": "a", "Value": ""}]);
    lab.call("AddTags", json!({"ResourceArns": arns, "Tags": tags}))
        .unwrap();
    lab.call(
        "AddTags",
        json!({"ResourceArns": [arn], "Tags": [{"Key": "b", "Value": "3"}]}),
    )
    .unwrap();
    lab.call(
        "RemoveTags",
        json!({"ResourceArns": [group, listener], "TagKeys": ["a", "nothing"]}),
    )
    .unwrap();
    let shown = lab.call("DescribeTags", json!({"ResourceArns": arns})).unwrap();
    let listed: Vec<&Value> = shown["TagDescriptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["Tags"])
        .collect();
    assert_eq!(
        *listed[0],
        json!([{"Key": "a", "Value": ""}, {"Key": "b", "Value": "3"}])
    );
    assert_eq!(*listed[1], json!([{"Key": "b", "Value": "2"}]));
    assert_eq!(listed[1], listed[2]);
}

#[test]
fn tagging_is_all_or_nothing_and_has_limits() {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let gone = format!("{arn}0");
    let tags = |count: usize| {
        (0..count)
            .map(|n| json!({"Key": format!("k{n}"), "Value": "v"}))
            .collect::<Vec<_>>()
    };
    for (action, input, code) in [
        (
            "AddTags",
            json!({"ResourceArns": [arn, gone], "Tags": tags(1)}),
            "LoadBalancerNotFound",
        ),
        (
            "AddTags",
            json!({"ResourceArns": [arn], "Tags": tags(51)}),
            "TooManyTags",
        ),
        (
            "AddTags",
            json!({"ResourceArns": [arn], "Tags": [{"Key": "aws:x", "Value": ""}]}),
            "ValidationError",
        ),
        (
            "AddTags",
            json!({"ResourceArns": ["web"], "Tags": tags(1)}),
            "ValidationError",
        ),
        (
            "RemoveTags",
            json!({"ResourceArns": [gone], "TagKeys": ["a"]}),
            "LoadBalancerNotFound",
        ),
        ("DescribeTags", json!({"ResourceArns": vec![&arn; 20]}), "ok"),
        (
            "DescribeTags",
            json!({"ResourceArns": vec![&arn; 21]}),
            "ValidationError",
        ),
    ] {
        assert_eq!(lab.code(action, input.clone()), code, "{action} {input}");
    }
    assert!(lab.state().load_balancers[&arn].tags.is_empty());
    assert_eq!(
        lab.code("AddTags", json!({"ResourceArns": [arn], "Tags": tags(50)})),
        "ok"
    );
    let more = json!({"ResourceArns": [arn], "Tags": [{"Key": "another", "Value": ""}]});
    assert_eq!(lab.code("AddTags", more), "TooManyTags");
}
