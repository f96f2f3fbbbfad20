use super::*;

/// A lab with a load balancer and two target groups.
fn lab() -> (Lab, String, String, String) {
    let mut lab = Lab::new();
    let arn = lab.load_balancer("web");
    let (one, other) = (lab.target_group("one", "ip"), lab.target_group("other", "ip"));
    (lab, arn, one, other)
}

#[test]
fn creating_one_checks_what_it_is_asked_for() {
    let (_, arn, one, other) = lab();
    let forward = |groups: Value| json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]);
    let tls = json!({"Protocol": "TLS", "Certificates": [{"CertificateArn": CERTIFICATE}]});
    for (changes, code) in [
        (json!({}), "ok"),
        (json!({"LoadBalancerArn": format!("{arn}0")}), "LoadBalancerNotFound"),
        (json!({"Port": 0}), "ValidationError"),
        (json!({"Protocol": "GOPHER"}), "ValidationError"),
        (json!({"Protocol": "HTTP"}), "ValidationError"),
        (json!({"Protocol": "UDP"}), "IncompatibleProtocols"),
        (json!({"DefaultActions": []}), "ValidationError"),
        (
            json!({"DefaultActions": [{"Type": "fixed-response"}]}),
            "InvalidLoadBalancerAction",
        ),
        (
            json!({"DefaultActions": [{"Type": "forward"}]}),
            "InvalidLoadBalancerAction",
        ),
        (
            json!({"DefaultActions": [{"Type": "forward", "TargetGroupArn": format!("{one}0")}]}),
            "TargetGroupNotFound",
        ),
        (
            json!({"DefaultActions": forward(json!([{"TargetGroupArn": one}, {"TargetGroupArn": other, "Weight": 9}]))}),
            "ok",
        ),
        (
            json!({"DefaultActions": forward(json!([{"TargetGroupArn": one, "Weight": 1000}]))}),
            "InvalidLoadBalancerAction",
        ),
        (json!({"Protocol": "TLS"}), "CertificateNotFound"),
        (tls.clone(), "ok"),
        (
            with(
                &tls,
                json!({"Certificates": [{"CertificateArn": format!("{CERTIFICATE}0")}]}),
            ),
            "CertificateNotFound",
        ),
        (with(&tls, json!({"AlpnPolicy": ["HTTP2Preferred"]})), "ok"),
        (with(&tls, json!({"AlpnPolicy": ["spdy"]})), "ALPNPolicyNotSupported"),
        (with(&tls, json!({"SslPolicy": "nothing"})), "SSLPolicyNotFound"),
        (
            json!({"SslPolicy": "ELBSecurityPolicy-2016-08"}),
            "InvalidConfigurationRequest",
        ),
    ] {
        let (mut lab, arn, one, _) = lab();
        let wanted = with(&super::listener(&arn, 80, &one), changes.clone());
        assert_eq!(lab.code("CreateListener", wanted), code, "{changes}");
    }
}

#[test]
fn short_and_long_forward_actions_are_shown_alike() {
    let (mut lab, arn, one, _) = lab();
    lab.listener(&arn, 80, &one);
    let shown = lab.call("DescribeListeners", json!({"LoadBalancerArn": arn})).unwrap();
    assert_eq!(
        shown["Listeners"][0]["DefaultActions"],
        json!([{"Type": "forward", "TargetGroupArn": one, "Order": 1, "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": one, "Weight": 1}],
            "TargetGroupStickinessConfig": {"Enabled": false}}}])
    );
    let long =
        json!({"DefaultActions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": one}]}}]});
    let again = lab
        .call("CreateListener", with(&super::listener(&arn, 80, &one), long))
        .unwrap();
    assert_eq!(again["Listeners"], shown["Listeners"]);
}

#[test]
fn a_port_is_had_once_but_for_tcp_beside_udp() {
    let (mut lab, arn, one, other) = lab();
    lab.listener(&arn, 80, &one);
    assert_eq!(
        lab.code("CreateListener", super::listener(&arn, 80, &other)),
        "DuplicateListener"
    );
    let udp = json!({"Name": "u", "Protocol": "UDP", "Port": 80, "VpcId": VPC, "TargetType": "ip"});
    let udp = text(&lab.call("CreateTargetGroup", udp).unwrap()["TargetGroups"][0]["TargetGroupArn"]);
    let beside = with(&super::listener(&arn, 80, &udp), json!({"Protocol": "UDP"}));
    assert_eq!(lab.code("CreateListener", beside), "ok");
    let second = lab.listener(&arn, 81, &other);
    assert_eq!(
        lab.code("ModifyListener", json!({"ListenerArn": second, "Port": 80})),
        "DuplicateListener"
    );
    assert_eq!(
        lab.code("ModifyListener", json!({"ListenerArn": second, "Port": 81})),
        "ok"
    );
}

#[test]
fn a_target_group_belongs_to_one_load_balancer() {
    let (mut lab, arn, one, _) = lab();
    lab.listener(&arn, 80, &one);
    assert_eq!(lab.code("CreateListener", super::listener(&arn, 81, &one)), "ok");
    let second = lab.load_balancer("second");
    assert_eq!(
        lab.code("CreateListener", super::listener(&second, 80, &one)),
        "TargetGroupAssociationLimit"
    );
}

#[test]
fn modifying_keeps_what_is_not_named() {
    let (mut lab, arn, one, other) = lab();
    let listener = lab.listener(&arn, 80, &one);
    let forward = json!([{"Type": "forward", "TargetGroupArn": other}]);
    lab.call(
        "ModifyListener",
        json!({"ListenerArn": listener, "DefaultActions": forward}),
    )
    .unwrap();
    assert_eq!(lab.code("DeleteTargetGroup", json!({"TargetGroupArn": one})), "ok");
    assert_eq!(
        lab.code("DeleteTargetGroup", json!({"TargetGroupArn": other})),
        "ResourceInUse"
    );
    let tls = json!({"ListenerArn": listener, "Protocol": "TLS", "Certificates": [{"CertificateArn": CERTIFICATE}]});
    let changed = lab.call("ModifyListener", tls).unwrap()["Listeners"][0].clone();
    assert_eq!(
        (&changed["Port"], &changed["SslPolicy"]),
        (&json!(80), &json!("ELBSecurityPolicy-2016-08"))
    );
    let shown = lab
        .call("DescribeListenerAttributes", json!({"ListenerArn": listener}))
        .unwrap();
    assert!(attributes(&shown).is_empty(), "only TCP listeners have attributes");
    let tcp = lab
        .call("ModifyListener", json!({"ListenerArn": listener, "Protocol": "TCP"}))
        .unwrap();
    assert!(tcp["Listeners"][0].get("Certificates").is_none());
}

#[test]
fn a_listener_has_attributes_a_default_rule_and_an_end() {
    let (mut lab, arn, one, _) = lab();
    let listener = lab.listener(&arn, 80, &one);
    let change = |value: &str| json!({"ListenerArn": listener, "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": value}]});
    let shown = lab
        .call("DescribeListenerAttributes", json!({"ListenerArn": listener}))
        .unwrap();
    assert_eq!(attributes(&shown), ["tcp.idle_timeout.seconds=350"]);
    assert_eq!(
        lab.code("ModifyListenerAttributes", change("59")),
        "InvalidConfigurationRequest"
    );
    assert_eq!(lab.code("ModifyListenerAttributes", change("6000")), "ok");
    let rules = lab.call("DescribeRules", json!({"ListenerArn": listener})).unwrap()["Rules"].clone();
    assert_eq!(
        (&rules[0]["Priority"], &rules[0]["IsDefault"]),
        (&json!("default"), &json!(true))
    );
    let same = lab
        .call("DescribeRules", json!({"RuleArns": [rules[0]["RuleArn"]]}))
        .unwrap();
    assert_eq!(same["Rules"], rules);
    assert_eq!(lab.code("DeleteListener", json!({"ListenerArn": listener})), "ok");
    for (action, input, code) in [
        ("DeleteListener", json!({"ListenerArn": listener}), "ListenerNotFound"),
        (
            "DescribeListeners",
            json!({"ListenerArns": [listener]}),
            "ListenerNotFound",
        ),
        ("DescribeListeners", json!({}), "ValidationError"),
        ("DescribeListeners", json!({"LoadBalancerArn": arn}), "ok"),
        (
            "DescribeRules",
            json!({"RuleArns": [rules[0]["RuleArn"]]}),
            "RuleNotFound",
        ),
    ] {
        assert_eq!(lab.code(action, input.clone()), code, "{action} {input}");
    }
}

#[test]
fn certificates_stand_beside_the_default_one() {
    let (mut lab, arn, one, _) = lab();
    let listener = lab.listener(&arn, 80, &one);
    let second = lab.certificate("www.example.org");
    let more = json!({"ListenerArn": listener, "Certificates": [{"CertificateArn": second}]});
    assert_eq!(
        lab.code("AddListenerCertificates", more.clone()),
        "InvalidConfigurationRequest"
    );
    let tls = json!({"ListenerArn": listener, "Protocol": "TLS", "Certificates": [{"CertificateArn": CERTIFICATE}]});
    lab.call("ModifyListener", tls).unwrap();
    for _ in 0..2 {
        assert_eq!(lab.code("AddListenerCertificates", more.clone()), "ok");
    }
    let shown = lab
        .call("DescribeListenerCertificates", json!({"ListenerArn": listener}))
        .unwrap();
    let shown = shown["Certificates"].as_array().unwrap().clone();
    assert_eq!(shown.len(), 2);
    for (certificate, is_default) in [(CERTIFICATE, true), (&second, false)] {
        assert!(
            shown.contains(&json!({"CertificateArn": certificate, "IsDefault": is_default})),
            "{shown:?}"
        );
    }
    lab.call("RemoveListenerCertificates", more).unwrap();
    let shown = lab
        .call("DescribeListenerCertificates", json!({"ListenerArn": listener}))
        .unwrap();
    assert_eq!(shown["Certificates"].as_array().unwrap().len(), 1);
}

#[test]
fn a_certificate_must_be_issued_and_there_is_room_for_so_many() {
    let (mut lab, arn, ..) = lab();
    let application = lab.application("app");
    let listener = lab.https_listener(&application, 443);
    let second = lab.https_listener(&application, 444);
    let add = |listener: &str, certificate: &str| json!({"ListenerArn": listener, "Certificates": [{"CertificateArn": certificate}]});
    let made = lab
        .ask(
            Service::Acm,
            "RequestCertificate",
            json!({"DomainName": "early.example.org"}),
        )
        .unwrap();
    let early = text(&made["CertificateArn"]);
    assert_eq!(
        lab.code("AddListenerCertificates", add(&listener, &early)),
        "UnsupportedCertificate"
    );
    assert_eq!(
        lab.code("AddListenerCertificates", add(&listener, &format!("{early}0"))),
        "CertificateNotFound"
    );
    lab.wait(20);
    for number in 0..25 {
        let certificate = lab.certificate(&format!("n{number}.example.org"));
        let listener = if number % 2 == 0 { &listener } else { &second };
        assert_eq!(lab.code("AddListenerCertificates", add(listener, &certificate)), "ok");
    }
    assert_eq!(
        lab.code("AddListenerCertificates", add(&listener, &early)),
        "TooManyCertificates"
    );
    assert_eq!(lab.state().listeners_of(&arn).count(), 0);
}

#[test]
fn the_default_certificate_can_stand_beside_itself() {
    let mut lab = Lab::new();
    let application = lab.application("app");
    let listener = lab.https_listener(&application, 443);
    let add = json!({"ListenerArn": listener, "Certificates": [{"CertificateArn": CERTIFICATE}]});
    lab.call("AddListenerCertificates", add).unwrap();
    let (mut marker, mut listed) = (Value::Null, Vec::new());
    loop {
        let input = json!({"ListenerArn": listener, "PageSize": 1, "Marker": marker});
        let page = lab.call("DescribeListenerCertificates", input).unwrap();
        listed.extend(page["Certificates"].as_array().unwrap().clone());
        match page.get("NextMarker") {
            Some(next) => marker = next.clone(),
            None => break,
        }
    }
    let shown = |is_default: bool| json!({"CertificateArn": CERTIFICATE, "IsDefault": is_default});
    assert_eq!(listed, [shown(true), shown(false)]);
}

#[test]
fn security_policies_are_known_by_name() {
    let mut lab = Lab::new();
    let shown = lab
        .call(
            "DescribeSSLPolicies",
            json!({"Names": ["ELBSecurityPolicy-TLS13-1-3-2021-06"]}),
        )
        .unwrap();
    assert_eq!(shown["SslPolicies"][0]["SslProtocols"], json!(["TLSv1.3"]));
    assert_eq!(
        lab.code("DescribeSSLPolicies", json!({"Names": ["nothing"]})),
        "SSLPolicyNotFound"
    );
}
