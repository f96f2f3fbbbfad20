//! A whole stack as it prints: two Services behind three paths, all else at its defaults.

use crate::world::{classes, plan_with, read, subnet};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use seatrial_plan::Config;
use seatrial_plan::ingress::Facts;
use serde_json::{Value, json};

fn ingress() -> Ingress {
    let path = |path: &str, kind: &str, service: &str, port: Value| json!({ "path": path, "pathType": kind, "backend": { "service": { "name": service, "port": port } } });
    read(json!({
        "metadata": {
            "namespace": "shop",
            "name": "web",
            "annotations": {
                "alb.ingress.kubernetes.io/scheme": "internet-facing",
                "alb.ingress.kubernetes.io/target-type": "ip",
            },
        },
        "spec": {
            "ingressClassName": "alb",
            "rules": [{ "host": "shop.example.com", "http": { "paths": [
                path("/", "Prefix", "site", json!({ "name": "http" })),
                path("/api/", "Prefix", "api", json!({ "number": 80 })),
                path("/health", "Exact", "site", json!({ "name": "http" })),
            ] } }],
        },
    }))
}

fn service(name: &str, uid: &str, port: Value) -> ((String, String), Service) {
    let service = json!({
        "metadata": { "namespace": "shop", "name": name, "uid": format!("00000000-0000-0000-0000-00000000{uid}") },
        "spec": { "ports": [port] },
    });
    (("shop".to_owned(), name.to_owned()), read(service))
}

fn facts() -> Facts {
    let role = [("kubernetes.io/role/elb", "1")];
    Facts {
        subnets: vec![
            subnet("subnet-a", "us-west-2a", &role),
            subnet("subnet-b", "us-west-2b", &role),
        ],
        services: [
            service("api", "000a", json!({ "port": 80, "targetPort": 8080 })),
            service(
                "site",
                "000b",
                json!({ "name": "http", "port": 80, "targetPort": "web" }),
            ),
        ]
        .into(),
        ..Facts::default()
    }
}

fn reference(kind: &str, id: &str, field: &str) -> Value {
    json!({ "$ref": format!("#/resources/{kind}/{id}/status/{field}") })
}

const LB: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LS: &str = "AWS::ElasticLoadBalancingV2::Listener";
const TG: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const SG: &str = "AWS::EC2::SecurityGroup";

fn rule(priority: i32, paths: &[&str], target: &str) -> Value {
    let group = reference(TG, target, "targetGroupARN");
    json!({ "spec": {
        "listenerARN": reference(LS, "80", "listenerARN"),
        "priority": priority,
        "conditions": [
            { "field": "host-header", "hostHeaderConfig": { "values": ["shop.example.com"] } },
            { "field": "path-pattern", "pathPatternConfig": { "values": paths } },
        ],
        "actions": [{ "type": "forward", "forwardConfig": { "targetGroups": [{ "targetGroupARN": group }] } }],
    } })
}

fn target_group(name: &str, port: i32) -> Value {
    json!({ "spec": {
        "name": name,
        "targetType": "ip",
        "protocol": "HTTP",
        "protocolVersion": "HTTP1",
        "port": port,
        "ipAddressType": "ipv4",
        "healthCheckConfig": {
            "port": "traffic-port",
            "protocol": "HTTP",
            "path": "/",
            "matcher": { "httpCode": "200" },
            "intervalSeconds": 15,
            "timeoutSeconds": 5,
            "healthyThresholdCount": 2,
            "unhealthyThresholdCount": 2,
        },
    } })
}

fn binding(name: &str, id: &str, service: Value, port: Value) -> Value {
    json!({ "spec": { "template": {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": { "ingress.k8s.aws/stack-name": "web", "ingress.k8s.aws/stack-namespace": "shop" },
            "creationTimestamp": null,
        },
        "spec": {
            "targetGroupARN": reference(TG, id, "targetGroupARN"),
            "targetType": "ip",
            "targetGroupProtocol": "HTTP",
            "serviceRef": service,
            "networking": { "ingress": [{
                "from": [{ "securityGroup": { "groupID": "sg-be" } }],
                "ports": [{ "protocol": "TCP", "port": port }],
            }] },
            "ipAddressType": "ipv4",
            "vpcID": "vpc-1",
        },
    } } })
}

fn expected() -> Value {
    let (api, site) = ("k8s-shop-api-db4255f948", "k8s-shop-site-e7e746624d");
    json!({ "id": "shop/web", "resources": {
        SG: { "ManagedLBSecurityGroup": { "spec": {
            "groupName": "k8s-shop-web-aba6dfbc4e",
            "description": "[k8s] Managed SecurityGroup for LoadBalancer",
            "ingress": [
                { "ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "ipRanges": [{ "cidrIP": "0.0.0.0/0" }] },
            ],
        } } },
        LB: { "LoadBalancer": { "spec": {
            "name": "k8s-shop-web-17d71bc701",
            "type": "application",
            "scheme": "internet-facing",
            "ipAddressType": "ipv4",
            "subnetMapping": [{ "subnetID": "subnet-a" }, { "subnetID": "subnet-b" }],
            "securityGroups": [reference(SG, "ManagedLBSecurityGroup", "groupID"), "sg-be"],
        } } },
        LS: { "80": { "spec": {
            "loadBalancerARN": reference(LB, "LoadBalancer", "loadBalancerARN"),
            "port": 80,
            "protocol": "HTTP",
            "defaultActions": [{
                "type": "fixed-response",
                "fixedResponseConfig": { "contentType": "text/plain", "statusCode": "404" },
            }],
        } } },
        "AWS::ElasticLoadBalancingV2::ListenerRule": {
            "80:1": rule(1, &["/health"], "shop/web-site:http"),
            "80:2": rule(2, &["/api", "/api/*"], "shop/web-api:80"),
            "80:3": rule(3, &["/*"], "shop/web-site:http"),
        },
        TG: {
            "shop/web-api:80": target_group(api, 8080),
            "shop/web-site:http": target_group(site, 1),
        },
        "K8S::ElasticLoadBalancingV2::TargetGroupBinding": {
            "shop/web-api:80": binding(api, "shop/web-api:80", json!({ "name": "api", "port": 80 }), json!(8080)),
            "shop/web-site:http": binding(
                site,
                "shop/web-site:http",
                json!({ "name": "site", "port": "http" }),
                json!("web"),
            ),
        },
        "FrontendNLBTargetGroup": { "FrontendNLBTargetGroup": { "spec": { "TargetGroups": {} } } },
    } })
}

#[test]
fn prints_as_it_always_did() {
    let config = Config {
        cluster: "demo".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        ..Config::default()
    };
    let plan = plan_with(&[ingress()], &classes(), &facts(), &config).unwrap();
    assert_eq!(plan.refused, []);
    // The shared security group is known only when the stack is applied.
    let printed = model::printed(&plan.stack).to_string();
    let printed = printed.replace(model::Binding::BACKEND_GROUP, "sg-be");
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), expected());
    let tags = &plan.stack.load_balancer.unwrap().tags;
    let expected = [
        ("elbv2.k8s.aws/cluster", "demo"),
        ("ingress.k8s.aws/resource", "LoadBalancer"),
        ("ingress.k8s.aws/stack", "shop/web"),
    ];
    assert_eq!(*tags, crate::world::tags(&expected));
}
