//! What a recorded state looks like for the objects of this run: names hash UIDs, and node ports are drawn.

mod ingress;
mod service;

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::api::networking::v1::Ingress;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The cluster name of all cases.
pub(crate) const CLUSTER: &str = "lab";
/// Where the API server draws node ports from.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30000..=32767;

/// The objects of this run by name.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) ingresses: BTreeMap<String, Ingress>,
}

/// The recorded state with the node ports and the names of this run.
pub(crate) fn expected(recorded: &Value, objects: &Objects) -> Result<Value> {
    let mut ports = BTreeMap::new();
    for group in items(recorded, "targetGroups") {
        drawn_ports(group, objects, &mut ports)?;
    }
    let renumbered = renumbered(recorded, &ports);
    let mut text = renumbered.to_string();
    for (old, new) in renamed(&renumbered, objects)? {
        let readable = |name: &str| {
            name.len()
                .checked_sub(10)
                .and_then(|end| name.get(..end))
                .map(str::to_owned)
        };
        ensure!(
            readable(&old) == readable(&new),
            "{old} was recorded, which is {new} here"
        );
        text = text.replace(&old, &new);
    }
    Ok(sorted(&serde_json::from_str(&text)?))
}

fn items<'a>(state: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> {
    state[kind].as_array().into_iter().flatten()
}

/// Which recorded node ports are which of this run.
fn drawn_ports(group: &Value, objects: &Objects, ports: &mut BTreeMap<i64, i64>) -> Result<()> {
    if group["TargetType"] != "instance" {
        return Ok(());
    }
    let (service, port) = backend(group, objects)?;
    let mut draw = |old: Option<i64>, new: Option<i32>| {
        let both = old.filter(|old| NODE_PORTS.contains(old)).zip(new);
        ports.extend(both.map(|(old, new)| (old, i64::from(new))));
    };
    let check = group["HealthCheckPort"].as_str().and_then(|text| text.parse().ok());
    draw(
        check,
        service.spec.as_ref().and_then(|spec| spec.health_check_node_port),
    );
    draw(group["Port"].as_i64(), port.node_port);
    Ok(())
}

fn renumbered(value: &Value, ports: &BTreeMap<i64, i64>) -> Value {
    match value {
        Value::Number(number) => number
            .as_i64()
            .and_then(|old| ports.get(&old))
            .map_or_else(|| value.clone(), |new| json!(new)),
        Value::String(text) => {
            let new = text.parse().ok().and_then(|old: i64| ports.get(&old));
            new.map_or_else(|| value.clone(), |new| json!(new.to_string()))
        }
        Value::Array(list) => list.iter().map(|item| renumbered(item, ports)).collect(),
        Value::Object(fields) => {
            let mut fields: serde_json::Map<_, _> = fields
                .iter()
                .map(|(key, item)| (key.clone(), renumbered(item, ports)))
                .collect();
            // A range over two node ports, whichever was drawn lower.
            let ends = fields
                .get("FromPort")
                .and_then(Value::as_i64)
                .zip(fields.get("ToPort").and_then(Value::as_i64));
            if let Some((from, to)) = ends.filter(|(from, to)| from > to && NODE_PORTS.contains(from)) {
                fields.insert("FromPort".to_owned(), json!(to));
                fields.insert("ToPort".to_owned(), json!(from));
            }
            Value::Object(fields)
        }
        other => other.clone(),
    }
}

/// The Service and port that a target group is for.
fn backend<'a>(group: &'a Value, objects: &'a Objects) -> Result<(&'a Service, &'a ServicePort)> {
    match ingress::group(group) {
        Some(_) => ingress::backend(group, objects).map(|backend| (backend.service, backend.port)),
        None => service::backend(group, &objects.services),
    }
}

/// Recorded names that hold a hash, and the names of this run.
fn renamed(state: &Value, objects: &Objects) -> Result<Vec<(String, String)>> {
    let services = &objects.services;
    let mut names = Vec::new();
    for balancer in items(state, "loadBalancers") {
        let new = match ingress::group(balancer) {
            Some(group) => ingress::load_balancer(balancer, &group),
            None => service::load_balancer(balancer, services)?,
        };
        names.push((&balancer["LoadBalancerName"], new));
    }
    for security_group in items(state, "securityGroups") {
        let new = match ingress::group(security_group) {
            Some(group) => ingress::security_group(&group),
            None if service::is_managed(security_group) => service::security_group(security_group, services)?,
            None => continue,
        };
        names.push((&security_group["name"], new));
    }
    for target_group in items(state, "targetGroups") {
        let new = match ingress::group(target_group) {
            Some(group) => ingress::target_group(target_group, &group, objects)?,
            None => service::target_group(target_group, services)?,
        };
        names.push((&target_group["TargetGroupName"], new));
    }
    let named = |(old, new): (&Value, String)| old.as_str().map(|old| (old.to_owned(), new));
    Ok(names
        .into_iter()
        .filter_map(named)
        .filter(|(old, _)| old.starts_with("k8s-"))
        .collect())
}

fn text<'v>(object: &'v Value, key: &str) -> &'v str {
    object[key].as_str().unwrap_or_default()
}

fn number(object: &Value, key: &str) -> i32 {
    let number = object[key].as_i64().and_then(|number| i32::try_from(number).ok());
    number.unwrap_or_default()
}

/// With every list in the order of its items' JSON.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().map(sorted).collect();
            list.sort_by_key(ToString::to_string);
            Value::Array(list)
        }
        Value::Object(fields) => fields.iter().map(|(key, item)| (key.clone(), sorted(item))).collect(),
        other => other.clone(),
    }
}

/// Where two states differ: JSON pointer, what was expected, what was found.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut all = Vec::new();
    compare("", &sorted(expected), &sorted(found), &mut all);
    all
}

fn compare(path: &str, expected: &Value, found: &Value, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(these), Value::Object(those)) => {
            let keys: std::collections::BTreeSet<_> = these.keys().chain(those.keys()).collect();
            for key in keys {
                compare(&format!("{path}/{key}"), &expected[key], &found[key], all);
            }
        }
        (Value::Array(these), Value::Array(those)) if these.len() == those.len() => {
            for (index, (this, that)) in these.iter().zip(those).enumerate() {
                compare(&format!("{path}/{index}"), this, that, all);
            }
        }
        (this, that) if this != that => all.push(format!("{path}: {this}, {that}")),
        _ => {}
    }
}

#[test]
fn names_and_node_ports_are_those_of_this_run() -> Result<()> {
    let service = json!({
        "metadata": { "namespace": "golden", "name": "a", "uid": "u-1" },
        "spec": { "healthCheckNodePort": 31001, "ports": [{ "port": 53, "nodePort": 31000 }] },
    });
    let objects = Objects {
        services: [("a".to_owned(), serde_json::from_value(service)?)].into(),
        ..Objects::default()
    };
    let tags = json!({ "service.k8s.aws/stack": "golden/a", "service.k8s.aws/resource": "golden/a:53" });
    let recorded = |name: &str| {
        json!({
            "targetGroups": [{
                "TargetGroupName": name, "TargetType": "instance", "Protocol": "UDP", "Port": 30959,
                "HealthCheckPort": "30444", "HealthCheckProtocol": "HTTP", "HealthCheckIntervalSeconds": 10,
                "tags": tags,
            }],
            "securityGroups": [{ "name": "node-sg", "ingress": [{ "FromPort": 30444, "ToPort": 30959 }] }],
        })
    };
    let here = expected(&recorded("k8s-golden-a-0123456789"), &objects)?;
    let group = &here["targetGroups"][0];
    assert_eq!(
        (&group["Port"], &group["HealthCheckPort"]),
        (&json!(31000), &json!("31001"))
    );
    assert_eq!(group["TargetGroupName"], "k8s-golden-a-8f7ae18d43");
    assert_eq!(
        here["securityGroups"][0]["ingress"][0],
        json!({ "FromPort": 31000, "ToPort": 31001 })
    );
    let other = expected(&recorded("k8s-other-a-0123456789"), &objects).unwrap_err();
    assert!(
        other.to_string().starts_with("k8s-other-a-0123456789 was recorded"),
        "{other}"
    );
    Ok(())
}

#[test]
fn differences_are_told_by_their_place() {
    let state = |port: i32| json!({ "loadBalancers": [{ "Port": port, "tags": { "a": "b" } }, { "Port": 1 }] });
    assert!(differences(&state(80), &state(80)).is_empty());
    assert_eq!(differences(&state(80), &state(81)), ["/loadBalancers/1/Port: 80, 81"]);
    let none = json!({ "loadBalancers": [] });
    assert_eq!(
        differences(&none, &state(80)).len(),
        1,
        "lists of other lengths differ as a whole"
    );
}
