//! A network load balancer in front.

use crate::world::{ingress, printed, refusal, stack};
use model::{SecurityGroupRef, Stack};
use serde_json::json;

const ON: (&str, &str) = ("enable-frontend-nlb", "true");

fn planned(annotations: &[(&str, &str)]) -> Stack {
    stack(&[ingress("a", &[&[ON], annotations].concat())])
}

#[test]
fn by_default_it_stands_before_every_port() {
    let stack = planned(&[("scheme", "internet-facing"), ("tags", "k=v")]);
    let frontend = stack.frontend.as_ref().unwrap();
    let balancer = &frontend.load_balancer;
    assert_eq!(
        (balancer.kind.as_str(), balancer.scheme.as_str()),
        ("network", "internal")
    );
    assert_eq!(
        balancer.name,
        format!("{}-nlb", &stack.load_balancer.as_ref().unwrap().name[..23])
    );
    assert_eq!(
        balancer.security_groups,
        [SecurityGroupRef::Managed, SecurityGroupRef::Backend]
    );
    assert_eq!(balancer.tags["ingress.k8s.aws/resource"], "FrontendNlb");
    let [target] = &frontend.target_groups[..] else {
        panic!("one target group")
    };
    assert_eq!(
        (target.group.target_type.as_str(), target.group.port, target.alb_port),
        ("alb", 80, 80)
    );
    assert_eq!(target.group.tags["k"], "v");
    let name = &target.group.name;
    let group = printed(&stack, "TargetGroup", "FrontendNlb-tg-TCP-80");
    assert_eq!(group["healthCheckConfig"]["port"], "traffic-port");
    let listener = printed(&stack, "Listener", "FrontendNlb-ls-TCP-80");
    let arn = "#/resources/AWS::ElasticLoadBalancingV2::LoadBalancer/FrontendNlb/status/loadBalancerARN";
    assert_eq!(listener["loadBalancerARN"], json!({ "$ref": arn }));
    let state = printed(&stack, "FrontendNLBTargetGroup", "FrontendNLBTargetGroup");
    assert_eq!(
        (
            &state["TargetGroups"][name]["Port"],
            &state["TargetGroups"][name]["TargetPort"]
        ),
        (&json!(80), &json!(80))
    );
}

#[test]
fn without_the_annotation_there_is_none() {
    let stack = stack(&[ingress("a", &[("frontend-nlb-scheme", "nonsense")])]);
    assert!(stack.frontend.is_none());
    let state = printed(&stack, "FrontendNLBTargetGroup", "FrontendNLBTargetGroup");
    assert_eq!(state, json!({ "TargetGroups": {} }));
}

#[test]
fn every_annotation_counts() {
    let stack = planned(&[
        ("listen-ports", r#"[{"HTTP": 80}, {"HTTP": 8080}]"#),
        ("frontend-nlb-scheme", "internet-facing"),
        ("frontend-nlb-subnets", "subnet-1"),
        ("frontend-nlb-security-groups", "extra"),
        ("frontend-nlb-eip-allocations", "eip-1"),
        (
            "frontend-nlb-attributes",
            "dns_record.client_routing_policy=any_availability_zone",
        ),
        ("frontend-nlb-tags", "own=yes"),
        ("frontend-nlb-listener-port-mapping", "9000=8080, 9001=81"),
        ("frontend-nlb-healthcheck-port", "8081"),
        ("frontend-nlb-healthcheck-protocol", "HTTPS"),
        ("frontend-nlb-healthcheck-path", "/ping"),
        ("frontend-nlb-healthcheck-interval-seconds", "30"),
        ("frontend-nlb-healthcheck-timeout-seconds", "3"),
        ("frontend-nlb-healthcheck-healthy-threshold-count", "4"),
        ("frontend-nlb-healthcheck-unhealthy-threshold-count", "6"),
        ("frontend-nlb-healthcheck-success-codes", "204"),
        ("tags", "team=shop"),
    ]);
    let balancer = printed(&stack, "LoadBalancer", "FrontendNlb");
    assert_eq!(balancer["scheme"], "internet-facing");
    assert_eq!(
        balancer["subnetMapping"],
        json!([{ "subnetID": "subnet-1", "allocationID": "eip-1" }])
    );
    assert_eq!(balancer["securityGroups"], json!(["sg-extra"]));
    assert_eq!(
        balancer["loadBalancerAttributes"][0]["key"],
        "dns_record.client_routing_policy"
    );
    assert_eq!(balancer["tags"], json!({ "own": "yes" }));
    assert_eq!(stack.frontend.as_ref().unwrap().target_groups[0].alb_port, 8080);
    let expected = json!({
        "port": "8081", "protocol": "HTTPS", "path": "/ping", "matcher": { "httpCode": "204" },
        "intervalSeconds": 30, "timeoutSeconds": 3, "healthyThresholdCount": 4, "unhealthyThresholdCount": 6,
    });
    assert_eq!(
        printed(&stack, "TargetGroup", "FrontendNlb-tg-TCP-9000")["healthCheckConfig"],
        expected
    );
    assert_eq!(stack.frontend.unwrap().listeners.len(), 1);
}

#[test]
fn what_cannot_be_is_refused() {
    for (annotation, words) in [
        (("frontend-nlb-scheme", "public"), "frontend-nlb-scheme"),
        (("frontend-nlb-subnets", "subnet-9"), "no subnet subnet-9"),
        (("frontend-nlb-security-groups", "sg-9"), "there is no sg-9"),
        (("frontend-nlb-eip-allocations", "eip-1,eip-2"), "internet-facing"),
        (
            ("frontend-nlb-attributes", "dns_record.client_routing_policy=nearest"),
            "must be one of",
        ),
        (("frontend-nlb-listener-port-mapping", "http=80"), "port numbers"),
        (("frontend-nlb-healthcheck-port", "http"), "traffic-port or a number"),
        (("frontend-nlb-healthcheck-protocol", "TCP"), "HTTP, HTTPS"),
        (("frontend-nlb-healthcheck-interval-seconds", "often"), "a number"),
    ] {
        let error = refusal(ingress("a", &[ON, annotation]));
        assert!(error.contains(words) && error.contains(annotation.0), "{error}");
    }
    let few = [
        ON,
        ("frontend-nlb-scheme", "internet-facing"),
        ("frontend-nlb-eip-allocations", "eip-1"),
    ];
    assert!(refusal(ingress("a", &few)).contains("1 given for 2 subnets"));
}
