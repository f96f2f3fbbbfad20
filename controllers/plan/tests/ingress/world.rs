//! What the tests' clusters look like: the world of the golden cases.
#![allow(unreachable_pub, missing_docs)]

use aws_api::ec2::{SecurityGroup, Subnet};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use model::Stack;
use seatrial_plan::Config;
use seatrial_plan::ingress::{Classes, Facts, GroupError, GroupPlan, KnownCertificate, load, membership, plan};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const PREFIX: &str = "alb.ingress.kubernetes.io/";

pub fn tags(pairs: &[(&str, &str)]) -> aws_api::Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

pub fn subnet(id: &str, zone: &str, marks: &[(&str, &str)]) -> Subnet {
    Subnet {
        id: id.to_owned(),
        vpc_id: "vpc".to_owned(),
        zone: zone.to_owned(),
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

/// A NodePort Service of the namespace golden, its port 80 named http.
pub fn service(name: &str, annotations: &[(&str, &str)]) -> Service {
    read(json!({
        "metadata": {
            "namespace": "golden",
            "name": name,
            "uid": format!("uid-{name}"),
            "annotations": annotated(annotations),
        },
        "spec": {
            "type": "NodePort",
            "ports": [{ "name": "http", "port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 30186 }],
        },
    }))
}

fn annotated(annotations: &[(&str, &str)]) -> Value {
    let pairs = annotations
        .iter()
        .map(|(key, value)| (format!("{PREFIX}{key}"), json!(value)));
    Value::Object(pairs.collect())
}

pub fn facts() -> Facts {
    let group = |name: &str| SecurityGroup {
        id: format!("sg-{name}"),
        tags: tags(&[("Name", name)]),
        ..SecurityGroup::default()
    };
    let own = [
        ("healthcheck-path", "/svc"),
        ("target-type", "instance"),
        ("backend-protocol", "HTTPS"),
    ];
    let services = [service("web", &[]), service("web2", &[]), service("webo", &own)];
    let named = services.map(|one| (("golden".to_owned(), one.metadata.name.clone().unwrap()), one));
    let certificate = |arn: &str, domain: &str| KnownCertificate {
        arn: arn.to_owned(),
        domains: vec![domain.to_owned()],
        authority_arn: None,
    };
    Facts {
        subnets: vec![
            subnet("subnet-1", "us-west-2b", &ROLES),
            subnet("subnet-0", "us-west-2a", &ROLES),
        ],
        security_groups: vec![group("extra"), group("more")],
        services: named.into(),
        target_groups: BTreeMap::from([("own".to_owned(), "arn:own".to_owned())]),
        trust_stores: BTreeMap::from([("store".to_owned(), "arn:store".to_owned())]),
        web_acls: BTreeMap::from([("acl".to_owned(), "arn:acl".to_owned())]),
        certificates: vec![
            certificate("cert", "secure.example.com"),
            certificate("cert2", "other.example.com"),
        ],
        ..Facts::default()
    }
}

pub fn config() -> Config {
    Config {
        cluster: "lab".to_owned(),
        vpc_id: "vpc".to_owned(),
        ..Config::default()
    }
}

pub fn class(name: &str, params: Option<&str>) -> IngressClass {
    let params = params.map(|name| json!({ "apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": name }));
    read(json!({
        "metadata": { "name": name },
        "spec": { "controller": "ingress.k8s.aws/alb", "parameters": params },
    }))
}

pub fn classes() -> Classes {
    Classes {
        classes: BTreeMap::from([("alb".to_owned(), class("alb", None))]),
        ..Classes::default()
    }
}

/// The classes with one more, `albp`, whose parameters are these.
pub fn classes_with(spec: Value) -> Classes {
    let mut classes = classes();
    classes.classes.insert("albp".to_owned(), class("albp", Some("p")));
    let params = json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "IngressClassParams",
        "metadata": { "name": "p" },
        "spec": spec,
    });
    classes.params.insert("p".to_owned(), read(params));
    classes
}

/// An Ingress `golden/<name>` of class alb, with a prefix path / of the host to the Service web, and these annotations.
pub fn ingress(name: &str, annotations: &[(&str, &str)]) -> Ingress {
    with_rules(
        name,
        annotations,
        json!([rule("app.example.com", &[path("/", "Prefix", "web")])]),
    )
}

pub fn with_rules(name: &str, annotations: &[(&str, &str)], rules: Value) -> Ingress {
    read(json!({
        "metadata": { "namespace": "golden", "name": name, "annotations": annotated(annotations) },
        "spec": { "ingressClassName": "alb", "rules": rules },
    }))
}

pub fn rule(host: &str, paths: &[Value]) -> Value {
    json!({ "host": host, "http": { "paths": paths } })
}

/// A path to port 80 of a Service, or to its actions if the name begins with an exclamation mark.
pub fn path(path: &str, kind: &str, service: &str) -> Value {
    let backend = match service.strip_prefix('!') {
        Some(name) => json!({ "name": name, "port": { "name": "use-annotation" } }),
        None => json!({ "name": service, "port": { "number": 80 } }),
    };
    json!({ "path": path, "pathType": kind, "backend": { "service": backend } })
}

/// The plan of the group that the first Ingress belongs to.
pub fn plan_with(
    ingresses: &[Ingress],
    classes: &Classes,
    facts: &Facts,
    config: &Config,
) -> Result<GroupPlan, GroupError> {
    let id = membership(&ingresses[0], classes, config).unwrap().unwrap().group;
    let all: Vec<_> = ingresses.iter().cloned().map(Arc::new).collect();
    plan(&load(&id, &all, classes, config), facts, &BTreeMap::new(), config)
}

pub fn planned(ingresses: &[Ingress]) -> Result<GroupPlan, GroupError> {
    plan_with(ingresses, &classes(), &facts(), &config())
}

/// The stack of a group whose members are all good.
pub fn stack(ingresses: &[Ingress]) -> Stack {
    let plan = planned(ingresses).unwrap();
    assert_eq!(plan.refused, []);
    plan.stack
}

/// The only member's error.
pub fn refusal(ingress: Ingress) -> String {
    planned(&[ingress]).unwrap_err().error.to_string()
}

/// The resource of this type and id as it prints.
pub fn printed(stack: &Stack, kind: &str, id: &str) -> Value {
    let printed = model::printed(stack);
    let of_kind = printed["resources"].as_object().unwrap().iter();
    let mut of_kind = of_kind.filter(|(name, _)| name.rsplit("::").next() == Some(kind));
    of_kind.find_map(|(_, all)| all.get(id)).unwrap()["spec"].clone()
}

/// The stack of an Ingress with these annotations.
pub fn of_annotations(annotations: &[(&str, &str)]) -> Stack {
    stack(&[ingress("a", annotations)])
}

/// The same, given other facts.
pub fn of_facts(annotations: &[(&str, &str)], facts: &Facts) -> Stack {
    let plan = plan_with(&[ingress("a", annotations)], &classes(), facts, &config()).unwrap();
    assert_eq!(plan.refused, []);
    plan.stack
}

/// A field of a resource as it prints, by JSON pointer.
pub fn field(stack: &Stack, kind: &str, id: &str, pointer: &str) -> Value {
    printed(stack, kind, id).pointer(pointer).cloned().unwrap_or_default()
}
