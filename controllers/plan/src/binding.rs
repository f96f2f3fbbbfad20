//! The TargetGroupBinding of a target group: which endpoints, and who may reach them.

use crate::attributes::PRESERVE_CLIENT_IP;
use crate::load_balancer::Frame;
use crate::security_group::{Groups, Source, source_ranges};
use crate::target_group::Backend;
use crate::{PlanError, Subject};
use controllers_api::{STACK_NAME_LABEL, STACK_NAMESPACE_LABEL};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::{Binding, TargetGroup};
use serde_json::{Map, Value, json};

const WORLD: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// The binding.
pub(crate) fn build(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    backend: &Backend<'_>,
    group: &TargetGroup,
) -> Result<Binding, PlanError> {
    let metadata = &backend.service.metadata;
    let mut spec = Map::new();
    spec.insert("targetType".into(), group.target_type.clone().into());
    spec.insert(
        "serviceRef".into(),
        json!({ "name": metadata.name, "port": backend.port.port }),
    );
    spec.insert("ipAddressType".into(), group.ip_address_type.clone().into());
    spec.insert("vpcID".into(), subject.config.vpc_id.clone().into());
    spec.insert("targetGroupProtocol".into(), group.protocol.clone().into());
    if let Some(networking) = networking(subject, frame, groups, backend, group) {
        spec.insert("networking".into(), networking);
    }
    let labels = subject.annotations.map("aws-load-balancer-target-node-labels")?;
    if group.target_type == "instance" && !labels.is_empty() {
        spec.insert("nodeSelector".into(), json!({ "matchLabels": labels }));
    }
    if subject
        .annotations
        .boolean("aws-load-balancer-multi-cluster-target-group")?
        == Some(true)
    {
        spec.insert("multiClusterTargetGroup".into(), true.into());
    }
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Ok(Binding {
        namespace: metadata.namespace.clone().unwrap_or_default(),
        name: group.name.clone(),
        target_group: group.id.clone(),
        labels: [
            label(STACK_NAMESPACE_LABEL, subject.namespace()),
            label(STACK_NAME_LABEL, subject.name()),
        ]
        .into(),
        spec: Value::Object(spec),
    })
}

fn networking(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    backend: &Backend<'_>,
    group: &TargetGroup,
) -> Option<Value> {
    let source = match groups.source {
        Source::Unmanaged => return None,
        Source::Ranges => return Some(ranges(subject, frame, backend, group)),
        Source::Backend => Binding::BACKEND_GROUP,
        Source::Managed => Binding::MANAGED_GROUP,
    };
    let from = json!([{ "securityGroup": { "groupID": source } }]);
    let ports = match subject.config.disable_restricted_rules {
        false => restricted(backend, group),
        true if is_udp(group) => vec![json!({ "protocol": "TCP" }), json!({ "protocol": "UDP" })],
        true => vec![json!({ "protocol": "TCP" })],
    };
    Some(json!({ "ingress": [{ "from": from, "ports": ports }] }))
}

fn is_udp(group: &TargetGroup) -> bool {
    matches!(group.protocol.as_str(), "UDP" | "QUIC" | "TCP_UDP" | "TCP_QUIC")
}

/// The port of the targets: a named container port stays a name, since pods may differ.
fn traffic_port(backend: &Backend<'_>, group: &TargetGroup) -> Value {
    match &backend.port.target_port {
        Some(IntOrString::String(name)) if group.target_type == "ip" => json!(name),
        _ => json!(group.port),
    }
}

/// The ports of traffic and of health checks, no others.
fn restricted(backend: &Backend<'_>, group: &TargetGroup) -> Vec<Value> {
    let port = traffic_port(backend, group);
    let health = &group.health_check.port;
    let same_port = health == "traffic-port" || *health == group.port.to_string();
    let both = matches!(group.protocol.as_str(), "TCP_UDP" | "TCP_QUIC");
    let mut ports = Vec::new();
    if is_udp(group) {
        ports.push(json!({ "protocol": "UDP", "port": port }));
    }
    if !is_udp(group) || both || same_port {
        ports.push(json!({ "protocol": "TCP", "port": port }));
    }
    if !same_port {
        ports.push(json!({ "protocol": "TCP", "port": health.parse::<i32>().unwrap_or(group.port) }));
    }
    ports
}

/// Rules by address, for a load balancer without security groups.
fn ranges(subject: &Subject<'_>, frame: &Frame<'_>, backend: &Backend<'_>, group: &TargetGroup) -> Value {
    let ipv6 = group.ip_address_type == "ipv6";
    let subnets: Vec<String> = match ipv6 {
        true => frame
            .subnets
            .iter()
            .flat_map(|subnet| subnet.ipv6_cidrs.clone())
            .collect(),
        false => frame.subnets.iter().map(|subnet| subnet.cidr.clone()).collect(),
    };
    let preserved = group
        .attributes
        .get(PRESERVE_CLIENT_IP)
        .map_or(group.target_type == "instance", |value| {
            controllers_api::value::boolean(value).unwrap_or(false)
        });
    let given = source_ranges(subject);
    let by_client = is_udp(group) || preserved;
    let clients = match (by_client, given.is_empty(), &subject.facts.vpc) {
        (false, ..) => subnets.clone(),
        (true, false, _) => given.clone(),
        (true, true, Some(vpc)) if frame.scheme == "internal" => {
            if ipv6 {
                vpc.ipv6_cidrs.clone()
            } else {
                vpc.cidrs.clone()
            }
        }
        (true, true, _) => vec![WORLD[usize::from(ipv6)].to_owned()],
    };
    let blocks = |cidrs: &[String]| {
        cidrs
            .iter()
            .map(|cidr| json!({ "ipBlock": { "cidr": cidr } }))
            .collect::<Vec<_>>()
    };
    let port = traffic_port(backend, group);
    let protocols: &[&str] = match group.protocol.as_str() {
        "TCP_UDP" | "TCP_QUIC" => &["TCP", "UDP"],
        "UDP" | "QUIC" => &["UDP"],
        _ => &["TCP"],
    };
    let traffic: Vec<Value> = protocols
        .iter()
        .map(|protocol| json!({ "protocol": protocol, "port": port }))
        .collect();
    let mut rules = vec![json!({ "from": blocks(&clients), "ports": traffic })];
    let health = &group.health_check.port;
    let same_port = health == "traffic-port" || *health == group.port.to_string();
    let world = given.is_empty() || given.iter().any(|range| WORLD.contains(&range.as_str()));
    if is_udp(group) || !same_port || (preserved && !world) {
        let port = if same_port {
            port
        } else {
            json!(health.parse::<i32>().unwrap_or(group.port))
        };
        rules.push(json!({ "from": blocks(&subnets), "ports": [{ "protocol": "TCP", "port": port }] }));
    }
    json!({ "ingress": rules })
}
