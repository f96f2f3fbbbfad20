//! What the tests' clusters look like: two zones, two public subnets, one extra security group.
#![allow(clippy::unwrap_used, unreachable_pub, dead_code, missing_docs)]

use aws_api::ec2::{SecurityGroup, Subnet, Vpc};
use k8s_openapi::api::core::v1::Service;
use model::Stack;
use seatrial_plan::service::Facts;
use seatrial_plan::{Config, PlanError};
use serde_json::{Value, json};

pub const PREFIX: &str = "service.beta.kubernetes.io/";

pub fn tags(pairs: &[(&str, &str)]) -> aws_api::Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub fn subnet(id: &str, zone: &str, cidr: &str, marks: &[(&str, &str)]) -> Subnet {
    Subnet {
        id: id.to_owned(),
        vpc_id: "vpc-1".to_owned(),
        zone: zone.to_owned(),
        cidr: cidr.to_owned(),
        available_addresses: 8000,
        tags: tags(marks),
        ..Subnet::default()
    }
}

const ROLES: [(&str, &str); 3] = [
    ("kubernetes.io/cluster/lab", "shared"),
    ("kubernetes.io/role/elb", "1"),
    ("kubernetes.io/role/internal-elb", "1"),
];

pub fn facts() -> Facts {
    let named = |name: &str| SecurityGroup {
        id: format!("sg-{name}"),
        tags: tags(&[("Name", name)]),
        ..SecurityGroup::default()
    };
    Facts {
        subnets: vec![
            subnet("subnet-1", "us-west-2b", "192.168.32.0/19", &ROLES),
            subnet("subnet-0", "us-west-2a", "192.168.0.0/19", &ROLES),
        ],
        vpc: Some(Vpc {
            id: "vpc-1".to_owned(),
            cidrs: vec!["192.168.0.0/16".to_owned()],
            ..Vpc::default()
        }),
        security_groups: vec![named("extra")],
        ..Facts::default()
    }
}

pub fn config() -> Config {
    Config {
        cluster: "lab".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        ..Config::default()
    }
}

/// A Service `golden/a` of type LoadBalancer with the claiming annotations and those given (keys without their prefix).
pub fn service(target_type: &str, annotations: &[(&str, &str)], spec: Value) -> Service {
    let mut service = json!({
        "metadata": { "namespace": "golden", "name": "a", "uid": "uid-1", "annotations": {} },
        "spec": {
            "type": "LoadBalancer",
            "ports": [{ "name": "p0", "port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 31058 }],
        },
    });
    let basic = [
        ("aws-load-balancer-type", "external"),
        ("aws-load-balancer-nlb-target-type", target_type),
        ("aws-load-balancer-scheme", "internet-facing"),
    ];
    for (key, value) in basic.iter().chain(annotations) {
        service["metadata"]["annotations"][format!("{PREFIX}{key}")] = json!(value);
    }
    for (key, value) in spec.as_object().unwrap() {
        service["spec"][key] = value.clone();
    }
    serde_json::from_value(service).unwrap()
}

pub fn planned(service: &Service) -> Result<Stack, PlanError> {
    seatrial_plan::service::plan(service, &facts(), &config())
}
