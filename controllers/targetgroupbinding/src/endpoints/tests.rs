use super::*;
use crate::objects::PodCondition;

fn pod(name: &str, containers_ready: bool) -> Pod {
    let status = if containers_ready { "True" } else { "False" };
    Pod {
        key: Key::new("app", name),
        node: "n1".into(),
        conditions: vec![PodCondition {
            kind: "ContainersReady".into(),
            status: status.into(),
            ..Default::default()
        }],
        ..Pod::default()
    }
}

fn endpoint(name: &str, address: &str, ready: Option<bool>, terminating: bool) -> SliceEndpoint {
    SliceEndpoint {
        address: address.into(),
        ready,
        terminating,
        pod: Key::new("app", name),
    }
}

fn node(name: &str, ready: NodeReady) -> Arc<Node> {
    Arc::new(Node {
        name: name.into(),
        provider_id: format!("aws:///us-west-2a/i-{name}"),
        ready,
        ..Node::default()
    })
}

#[test]
fn verdict_table() {
    use NodeReady::{False, True, Unknown};
    // ready, terminating, containers ready, node -> verdict
    let table = [
        (None, false, false, None, Verdict::Use),
        (Some(true), true, false, None, Verdict::Use),
        (Some(false), false, false, Some(True), Verdict::Skip),
        (Some(false), false, true, None, Verdict::Skip),
        (Some(false), false, true, Some(True), Verdict::Use),
        (Some(false), true, true, Some(True), Verdict::Skip),
        (Some(false), false, true, Some(Unknown), Verdict::IfNothingElse),
        (Some(false), false, true, Some(False), Verdict::Skip),
    ];
    for (ready, terminating, containers, node_ready, expected) in table {
        let node = node_ready.map(|ready| node("n1", ready));
        let case = endpoint("p", "10.0.0.1", ready, terminating);
        assert_eq!(
            verdict(&case, &pod("p", containers), node.as_deref()),
            expected,
            "{case:?} {node_ready:?}"
        );
    }
}

fn slice(address_type: &str, ports: &[(&str, i32)], endpoints: Vec<SliceEndpoint>) -> Arc<Slice> {
    Arc::new(Slice {
        key: Key::new("app", "web-x"),
        service: "web".into(),
        address_type: address_type.into(),
        ports: ports.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect(),
        endpoints,
    })
}

fn resolve(port_name: &str, slices: &[Arc<Slice>], node_ready: NodeReady, fail_open: bool) -> (Vec<String>, bool) {
    let port = ServicePort {
        name: port_name.into(),
        port: 80,
        node_port: 0,
    };
    let known = |key: &Key| (key.name != "ghost").then(|| Arc::new(pod(&key.name, true)));
    let resolved = pods(
        &port,
        "IPv4",
        slices,
        known,
        |name| Some(node(name, node_ready)),
        fail_open,
    );
    (
        resolved
            .endpoints
            .iter()
            .map(|e| format!("{}:{}", e.id, e.port))
            .collect(),
        resolved.incomplete,
    )
}

#[test]
fn ports_match_by_name_unless_unnamed() {
    let endpoints = vec![
        endpoint("a", "10.0.0.2", None, false),
        endpoint("b", "10.0.0.1", None, false),
    ];
    let slices = [slice("IPv4", &[("http", 8080), ("admin", 9090)], endpoints)];
    assert_eq!(
        resolve("http", &slices, NodeReady::True, true).0,
        ["10.0.0.1:8080", "10.0.0.2:8080"]
    );
    assert_eq!(resolve("", &slices, NodeReady::True, true).0.len(), 4);
    assert!(resolve("grpc", &slices, NodeReady::True, true).0.is_empty());
}

#[test]
fn other_address_families_and_unknown_pods_are_left_out() {
    let slices = [
        slice("IPv6", &[("", 80)], vec![endpoint("a", "fd00::1", None, false)]),
        slice("IPv4", &[("", 80)], vec![endpoint("ghost", "10.0.0.9", None, false)]),
    ];
    assert_eq!(resolve("", &slices, NodeReady::True, true), (vec![], true));
}

#[test]
fn pods_on_silent_nodes_only_when_there_are_no_others() {
    let doubtful = endpoint("a", "10.0.0.1", Some(false), false);
    let sure = endpoint("b", "10.0.0.2", None, false);
    let alone = [slice("IPv4", &[("", 80)], vec![doubtful.clone()])];
    let both = [slice("IPv4", &[("", 80)], vec![doubtful, sure])];
    assert_eq!(resolve("", &alone, NodeReady::Unknown, true).0, ["10.0.0.1:80"]);
    assert!(resolve("", &alone, NodeReady::Unknown, false).0.is_empty());
    assert_eq!(resolve("", &both, NodeReady::Unknown, true).0, ["10.0.0.2:80"]);
}

#[test]
fn instances() {
    let service = |kind: &str| Service {
        key: Key::new("app", "web"),
        kind: kind.into(),
        ports: vec![],
    };
    let port = ServicePort {
        node_port: 30_080,
        ..ServicePort::default()
    };
    let odd = Arc::new(Node {
        provider_id: String::new(),
        ready: NodeReady::True,
        ..Node::default()
    });
    let ids = |list: &[Arc<Node>], fail_open| -> Vec<String> {
        let resolved = nodes(&service("NodePort"), &port, list.iter(), None, fail_open).unwrap();
        resolved.endpoints.into_iter().map(|endpoint| endpoint.id).collect()
    };
    let (up, down, silent) = (
        node("b", NodeReady::True),
        node("a", NodeReady::False),
        node("c", NodeReady::Unknown),
    );
    assert_eq!(ids(&[up.clone(), down.clone(), silent.clone(), odd], true), ["i-b"]);
    assert_eq!(ids(&[down.clone(), silent.clone()], true), ["i-c"]);
    assert!(ids(&[down, silent], false).is_empty());

    let error = nodes(&service("ClusterIP"), &port, [up].iter(), None, true).unwrap_err();
    assert!(!error.is_backend_missing());
    assert!(EndpointsError::ServiceMissing(Key::new("app", "web")).is_backend_missing());
}
