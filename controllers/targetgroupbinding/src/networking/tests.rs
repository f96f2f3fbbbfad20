use super::*;
use crate::objects::ContainerPort;

fn rules(json: serde_json::Value) -> Vec<NetworkingIngressRule> {
    serde_json::from_value(json).unwrap()
}

fn rule(protocol: &str, first: i32, last: i32, source: &str) -> Permission {
    permission(protocol, first, last, Peer::SecurityGroup(source.into()))
}

fn pod(name: &str, port: Option<i32>) -> Arc<Pod> {
    let ports = port.map(|port| ContainerPort {
        name: "http".into(),
        port,
    });
    Arc::new(Pod {
        key: runtime::Key::new("app", name),
        container_ports: ports.into_iter().collect(),
        ..Pod::default()
    })
}

#[test]
fn peers_and_ports() {
    let group = serde_json::json!({ "securityGroup": { "groupID": "sg-lb" } });
    let table = [
        (serde_json::json!([{ "port": 80 }]), vec![("tcp", 80, 80)]),
        (
            serde_json::json!([{ "protocol": "UDP", "port": 53 }]),
            vec![("udp", 53, 53)],
        ),
        (serde_json::json!([{ "protocol": "TCP" }]), vec![("tcp", 0, 65_535)]),
        (serde_json::json!([]), vec![("tcp", 0, 65_535)]),
        (
            serde_json::json!([{ "port": "http" }]),
            vec![("tcp", 8080, 8080), ("tcp", 9090, 9090)],
        ),
    ];
    let pods = [pod("a", Some(8080)), pod("b", Some(9090))];
    for (ports, expected) in table {
        let spec = rules(serde_json::json!([{ "from": [group], "ports": ports }]));
        let found = permissions(&spec, Some(&pods)).unwrap();
        let expected: Permissions = expected
            .into_iter()
            .map(|(p, first, last)| rule(p, first, last, "sg-lb"))
            .collect();
        assert_eq!(found, expected, "{ports}");
    }
}

#[test]
fn blocks() {
    let from = |cidr: &str| rules(serde_json::json!([{ "from": [{ "ipBlock": { "cidr": cidr } }], "ports": [] }]));
    let peer_of = |cidr: &str| permissions(&from(cidr), None).map(|found| found.into_iter().next().unwrap().peer);
    assert_eq!(peer_of("10.0.0.0/8"), Ok(Peer::Ipv4("10.0.0.0/8".into())));
    assert_eq!(peer_of("fd00::/8"), Ok(Peer::Ipv6("fd00::/8".into())));
    assert_eq!(peer_of("ten"), Err(NetworkingError::Cidr("ten".into())));
    let nobody = rules(serde_json::json!([{ "from": [{}], "ports": [] }]));
    assert_eq!(permissions(&nobody, None), Err(NetworkingError::EmptyPeer));
}

#[test]
fn named_ports_need_pods_that_have_them() {
    let from = serde_json::json!([{ "securityGroup": { "groupID": "sg-lb" } }]);
    let spec = rules(serde_json::json!([{ "from": from, "ports": [{ "port": "http" }] }]));
    assert_eq!(
        permissions(&spec, None),
        Err(NetworkingError::NamedPortOfInstances("http".into()))
    );
    let missing = NetworkingError::NamedPortMissing {
        port: "http".into(),
        pod: "app/b".into(),
    };
    assert_eq!(
        permissions(&spec, Some(&[pod("a", Some(80)), pod("b", None)])),
        Err(missing)
    );
}

#[test]
fn restricted_mode_merges_ranges_of_a_source() {
    let a: Permissions = [rule("tcp", 80, 80, "sg-lb"), rule("udp", 53, 53, "sg-lb")].into();
    let b: Permissions = [rule("tcp", 30_000, 30_000, "sg-lb"), rule("tcp", 443, 443, "sg-other")].into();
    let merged = aggregate([&a, &b].into_iter(), true);
    let expected = [
        rule("tcp", 80, 30_000, "sg-lb"),
        rule("tcp", 443, 443, "sg-other"),
        rule("udp", 53, 53, "sg-lb"),
    ];
    assert_eq!(merged, expected.into());
    assert_eq!(aggregate([&a, &b].into_iter(), false), a.union(&b).cloned().collect());

    let zero: Permissions = [rule("tcp", 0, 0, "sg-lb")].into();
    assert_eq!(
        aggregate([&zero].into_iter(), true),
        [rule("tcp", 0, 65_535, "sg-lb")].into()
    );
    let block: Permissions = [permission("tcp", 1, 1, Peer::Ipv4("10.0.0.0/8".into()))].into();
    assert_eq!(aggregate([&block].into_iter(), true), block);
}

#[test]
fn diff_keeps_what_others_made() {
    let wanted: Permissions = [rule("tcp", 80, 90, "sg-lb")].into();
    let foreign = Permission {
        description: None,
        ..rule("tcp", 22, 22, "sg-admin")
    };
    let narrow = rule("tcp", 80, 80, "sg-lb");
    let actual = [foreign.clone(), narrow.clone()];
    let changes = diff(&wanted, &actual, true);
    assert_eq!(changes.authorize, [rule("tcp", 80, 90, "sg-lb")]);
    assert_eq!(changes.revoke, [narrow]);
    let same_by_other = Permission {
        description: Some("by hand".into()),
        ..rule("tcp", 80, 90, "sg-lb")
    };
    assert_eq!(diff(&wanted, &[same_by_other], true), RuleChanges::default());
}

#[test]
fn nothing_is_revoked_or_narrowed_before_all_bindings_are_known() {
    let wanted: Permissions = [rule("tcp", 80, 90, "sg-lb")].into();
    let wide = [rule("tcp", 1, 100, "sg-lb")];
    assert_eq!(diff(&wanted, &wide, false), RuleChanges::default());
    let exact = diff(&wanted, &wide, true);
    assert_eq!((exact.authorize.len(), exact.revoke.len()), (1, 1));
}
