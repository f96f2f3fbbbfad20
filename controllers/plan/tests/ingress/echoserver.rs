//! An Ingress as it is in use: a group, a class with parameters, security groups of its own, a path with a wildcard.

use crate::world::{class, config, facts, plan_with, printed, read, service};
use aws_api::ec2::SecurityGroup;
use k8s_openapi::api::networking::v1::Ingress;
use seatrial_plan::ingress::{Classes, membership};
use serde_json::json;

fn ingress() -> Ingress {
    read(json!({
        "metadata": {
            "namespace": "echoserver",
            "name": "echoserver",
            "annotations": {
                "alb.ingress.kubernetes.io/security-groups": "sg-0123, sg-4567",
                "alb.ingress.kubernetes.io/target-type": "ip",
                "alb.ingress.kubernetes.io/scheme": "internet-facing",
                "alb.ingress.kubernetes.io/group.name": "webapp",
            },
        },
        "spec": {
            "ingressClassName": "alb-ingress-class",
            "rules": [{ "host": "echoserver.example.com", "http": { "paths": [{
                "path": "/*",
                "pathType": "ImplementationSpecific",
                "backend": { "service": { "name": "echoserver", "port": { "number": 80 } } },
            }] } }],
        },
    }))
}

fn classes() -> Classes {
    let params = json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "IngressClassParams",
        "metadata": { "name": "awesome-class-cfg" },
        "spec": {},
    });
    Classes {
        classes: [(
            "alb-ingress-class".to_owned(),
            class("alb-ingress-class", Some("awesome-class-cfg")),
        )]
        .into(),
        params: [("awesome-class-cfg".to_owned(), read(params))].into(),
        ..Classes::default()
    }
}

#[test]
fn one_rule_to_its_pods() {
    let mut facts = facts();
    let name = ("echoserver".to_owned(), "echoserver".to_owned());
    facts.services.insert(name, service("echoserver", &[]));
    facts.security_groups = ["sg-0123", "sg-4567"]
        .map(|id| SecurityGroup {
            id: id.to_owned(),
            ..SecurityGroup::default()
        })
        .into();
    let group = membership(&ingress(), &classes(), &config()).unwrap().unwrap().group;
    assert_eq!(group.to_string(), "webapp");
    let plan = plan_with(&[ingress()], &classes(), &facts, &config()).unwrap();
    assert_eq!(plan.refused, []);
    let balancer = printed(&plan.stack, "LoadBalancer", "LoadBalancer");
    assert_eq!(balancer["securityGroups"], json!(["sg-0123", "sg-4567"]));
    assert!(
        balancer["name"].as_str().unwrap().starts_with("k8s-webapp-"),
        "{balancer}"
    );
    let expected = json!([
        { "field": "host-header", "hostHeaderConfig": { "values": ["echoserver.example.com"] } },
        { "field": "path-pattern", "pathPatternConfig": { "values": ["/*"] } },
    ]);
    assert_eq!(printed(&plan.stack, "ListenerRule", "80:1")["conditions"], expected);
    let binding = &plan.stack.bindings[0];
    assert_eq!(
        (binding.namespace.as_str(), &binding.spec["targetType"]),
        ("echoserver", &json!("ip"))
    );
    assert_eq!(
        binding.labels,
        crate::world::tags(&[("ingress.k8s.aws/stack", "webapp")])
    );
}
