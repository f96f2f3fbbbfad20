//! Which Services are ours: the rows of the claim predicate.

use crate::world::{PREFIX, config};
use k8s_openapi::api::core::v1::Service;
use seatrial_plan::FeatureGates;
use seatrial_plan::service::claim::is_ours;
use seatrial_plan::service::{Facts, plan};
use serde_json::json;

fn with(class: Option<&str>, kind: &str, load_balancer_type: Option<&str>, target_type: Option<&str>) -> Service {
    let mut service = json!({ "metadata": { "annotations": {} }, "spec": { "type": kind } });
    let given = [
        ("aws-load-balancer-type", load_balancer_type),
        ("aws-load-balancer-nlb-target-type", target_type),
    ];
    for (key, value) in given.iter().filter_map(|(key, value)| Some((key, (*value)?))) {
        service["metadata"]["annotations"][format!("{PREFIX}{key}")] = json!(value);
    }
    service["spec"]["loadBalancerClass"] = json!(class);
    serde_json::from_value(service).unwrap()
}

#[test]
fn class_first_then_annotations() {
    let rows = [
        (with(Some("service.k8s.aws/nlb"), "LoadBalancer", None, None), true),
        (
            with(Some("other/nlb"), "LoadBalancer", Some("external"), Some("ip")),
            false,
        ),
        (with(None, "LoadBalancer", Some("nlb-ip"), None), true),
        (with(None, "LoadBalancer", Some("external"), Some("instance")), true),
        (with(None, "ClusterIP", Some("external"), Some("ip")), true),
        (with(None, "LoadBalancer", Some("external"), None), false),
        (with(None, "LoadBalancer", Some("external"), Some("IP")), false),
        (with(None, "LoadBalancer", None, None), false),
    ];
    for (service, ours) in rows {
        assert_eq!(is_ours(&service, &config()), ours, "{service:?}");
    }
}

#[test]
fn the_gate_narrows_to_load_balancers() {
    let mut config = config();
    config.gates = FeatureGates {
        service_type_load_balancer_only: true,
        ..FeatureGates::default()
    };
    assert!(!is_ours(
        &with(None, "ClusterIP", Some("external"), Some("ip")),
        &config
    ));
    assert!(is_ours(
        &with(None, "LoadBalancer", Some("external"), Some("ip")),
        &config
    ));
}

#[test]
fn what_is_not_ours_asks_for_nothing() {
    let stack = plan(&with(None, "LoadBalancer", None, None), &Facts::default(), &config()).unwrap();
    assert!(stack.load_balancer.is_none() && stack.listeners.is_empty() && !stack.needs_backend_security_group);
}
