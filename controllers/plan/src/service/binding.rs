//! TargetGroupBindings, with the rules that open the targets to the load balancer.

use crate::PlanError;
use crate::binding::{allowed, from_group, spec};
use crate::port::pod_port;
use crate::service::Subject;
use crate::service::load_balancer::Frame;
use crate::service::security_group::{Groups, TargetRules, source_ranges};
use crate::service::target_group::Backend;
use controllers_api::target_group_binding::{
    IpBlock, Networking, NetworkingIngressRule, NetworkingPeer, NetworkingPort, Protocol, TargetGroupBindingSpec,
};
use controllers_api::{STACK_NAME_LABEL, STACK_NAMESPACE_LABEL, value};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::{Binding, TargetGroup};

pub(crate) fn build(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    backend: &Backend<'_>,
    group: &TargetGroup,
) -> Result<Binding, PlanError> {
    let metadata = &backend.service.metadata;
    let labels = subject.annotations.map("aws-load-balancer-target-node-labels")?;
    let multi_cluster = subject
        .annotations
        .boolean("aws-load-balancer-multi-cluster-target-group")?;
    let name = metadata.name.as_deref().unwrap_or_default();
    let port = IntOrString::Int(backend.port.port);
    let spec = TargetGroupBindingSpec {
        networking: networking(subject, frame, groups, backend, group)?,
        multi_cluster_target_group: multi_cluster.unwrap_or(false),
        ..spec(group, name, port, &labels, &subject.config.vpc_id)
    };
    Ok(Binding {
        namespace: metadata.namespace.clone().unwrap_or_else(|| "default".to_owned()),
        name: group.name.clone(),
        target_group: group.id.clone(),
        labels: [
            (STACK_NAMESPACE_LABEL, subject.namespace()),
            (STACK_NAME_LABEL, subject.name()),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into(),
        spec: serde_json::to_value(spec).map_err(|error| PlanError::Binding(error.to_string()))?,
    })
}

fn is_ipv6(group: &TargetGroup) -> bool {
    group.ip_address_type == "ipv6"
}

fn networking(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    backend: &Backend<'_>,
    group: &TargetGroup,
) -> Result<Option<Networking>, PlanError> {
    let port = match group.target_type.as_str() {
        "instance" => IntOrString::Int(group.port),
        _ => pod_port(backend.port),
    };
    let ingress = match groups.targets {
        TargetRules::Nobody => return Ok(None),
        TargetRules::Group(id) => {
            let open = subject.config.disable_restricted_rules;
            let ports = if open {
                all_ports(group)
            } else {
                needed_ports(group, &port)
            };
            vec![NetworkingIngressRule {
                from: from_group(id),
                ports,
            }]
        }
        TargetRules::Addresses => by_address(subject, frame, group, &port)?,
    };
    Ok(Some(Networking { ingress }))
}

fn carries_udp(group: &TargetGroup) -> bool {
    !matches!(group.protocol.as_str(), "TCP" | "TLS")
}

fn all_ports(group: &TargetGroup) -> Vec<NetworkingPort> {
    let udp = carries_udp(group).then(|| allowed(Protocol::Udp, None));
    [allowed(Protocol::Tcp, None)].into_iter().chain(udp).collect()
}

/// The port of health checks if it differs from that of the traffic.
fn separate_health_port(group: &TargetGroup, port: &IntOrString) -> Option<IntOrString> {
    let health = group.health_check.port.parse().ok().map(IntOrString::Int)?;
    (health != *port).then_some(health)
}

/// Ports of the traffic and of the health checks, which are TCP always.
fn needed_ports(group: &TargetGroup, port: &IntOrString) -> Vec<NetworkingPort> {
    let health = separate_health_port(group, port);
    let mut ports = Vec::new();
    if carries_udp(group) {
        ports.push(allowed(Protocol::Udp, Some(port.clone())));
    }
    let mixed = matches!(group.protocol.as_str(), "TCP_UDP" | "TCP_QUIC");
    if !carries_udp(group) || mixed || health.is_none() {
        ports.push(allowed(Protocol::Tcp, Some(port.clone())));
    }
    ports.extend(health.map(|health| allowed(Protocol::Tcp, Some(health))));
    ports
}

fn blocks(cidrs: impl IntoIterator<Item = String>) -> Vec<NetworkingPeer> {
    let peer = |cidr| NetworkingPeer {
        ip_block: Some(IpBlock { cidr }),
        security_group: None,
    };
    cidrs.into_iter().map(peer).collect()
}

/// Rules by address: the traffic comes from the clients where their address is kept, else from the load balancer's subnets, as health checks do.
fn by_address(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    group: &TargetGroup,
    port: &IntOrString,
) -> Result<Vec<NetworkingIngressRule>, PlanError> {
    let ipv6 = is_ipv6(group);
    let of_family = |v4: &[String], v6: &[String]| if ipv6 { v6.to_vec() } else { v4.to_vec() };
    let subnets = frame.subnets.iter();
    let subnets: Vec<_> = subnets
        .flat_map(|subnet| of_family(std::slice::from_ref(&subnet.cidr), &subnet.ipv6_cidrs))
        .collect();
    let kept = group
        .attributes
        .get("preserve_client_ip.enabled")
        .and_then(|text| value::boolean(text));
    let kept = kept.unwrap_or(group.target_type == "instance");
    let ranges: Vec<_> = source_ranges(subject)?.iter().map(ToString::to_string).collect();
    let world = if ipv6 { "::/0" } else { "0.0.0.0/0" }.to_owned();
    let clients = match (&subject.facts.vpc, frame.scheme.as_str()) {
        _ if !kept && !carries_udp(group) => subnets.clone(),
        _ if !ranges.is_empty() => ranges.clone(),
        (Some(vpc), "internal") => of_family(&vpc.cidrs, &vpc.ipv6_cidrs),
        _ => vec![world.clone()],
    };
    let tcp = allowed(Protocol::Tcp, Some(port.clone()));
    let udp = allowed(Protocol::Udp, Some(port.clone()));
    let ports = match group.protocol.as_str() {
        "TCP" | "TLS" => vec![tcp],
        "UDP" | "QUIC" => vec![udp],
        _ => vec![tcp, udp],
    };
    let mut rules = vec![NetworkingIngressRule {
        from: blocks(clients),
        ports,
    }];
    let health = separate_health_port(group, port);
    let covered = health.is_none()
        && !matches!(group.protocol.as_str(), "UDP" | "QUIC")
        && (!kept || ranges.is_empty() || ranges.contains(&world));
    if !covered {
        let health = allowed(Protocol::Tcp, Some(health.unwrap_or_else(|| port.clone())));
        rules.push(NetworkingIngressRule {
            from: blocks(subnets),
            ports: vec![health],
        });
    }
    Ok(rules)
}
