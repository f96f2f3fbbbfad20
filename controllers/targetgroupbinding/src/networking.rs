//! Which rules the security groups of pods and nodes need, and how those that are there differ. Pure.

use crate::objects::Pod;
use aws_api::ec2::{Peer, Permission};
use controllers_api::target_group_binding::{NetworkingIngressRule, NetworkingPeer, NetworkingPort, Protocol};
use ipnet::IpNet;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Description of every rule that this controller made. Rules with another one are not touched.
const DESCRIPTION: &str = "elbv2.k8s.aws/targetGroupBinding=shared";
const LAST_PORT: i32 = 65_535;

/// Ingress rules.
pub(crate) type Permissions = BTreeSet<Permission>;

/// What is wrong with `spec.networking`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NetworkingError {
    #[error("networking.ingress.from: {0} is no CIDR block")]
    Cidr(String),
    #[error("networking.ingress.from: neither ipBlock nor securityGroup is given")]
    EmptyPeer,
    #[error("networking.ingress.ports: the named port {0} needs targets of type ip")]
    NamedPortOfInstances(String),
    #[error("networking.ingress.ports: pod {pod} has no container port named {port}")]
    NamedPortMissing { port: String, pod: String },
}

/// The rules that one binding asks of a security group behind which `pods` are; None for instances.
pub(crate) fn permissions(
    rules: &[NetworkingIngressRule],
    pods: Option<&[Arc<Pod>]>,
) -> Result<Permissions, NetworkingError> {
    let every_tcp_port = [NetworkingPort::default()];
    let mut permissions = Permissions::new();
    for rule in rules {
        // An empty list is documented as all of TCP.
        let ports = if rule.ports.is_empty() {
            every_tcp_port.as_slice()
        } else {
            &rule.ports
        };
        for from in &rule.from {
            let peer = peer(from)?;
            for port in ports {
                let protocol = if port.protocol == Some(Protocol::Udp) {
                    "udp"
                } else {
                    "tcp"
                };
                for (first, last) in ranges(port.port.as_ref(), pods)? {
                    permissions.insert(permission(protocol, first, last, peer.clone()));
                }
            }
        }
    }
    Ok(permissions)
}

fn permission(protocol: &str, first: i32, last: i32, peer: Peer) -> Permission {
    Permission {
        protocol: protocol.to_owned(),
        from_port: Some(first),
        to_port: Some(last),
        peer,
        description: Some(DESCRIPTION.to_owned()),
    }
}

fn peer(from: &NetworkingPeer) -> Result<Peer, NetworkingError> {
    if let Some(group) = &from.security_group {
        return Ok(Peer::SecurityGroup(group.group_id.clone()));
    }
    let cidr = &from.ip_block.as_ref().ok_or(NetworkingError::EmptyPeer)?.cidr;
    match cidr.parse() {
        Ok(IpNet::V4(_)) => Ok(Peer::Ipv4(cidr.clone())),
        Ok(IpNet::V6(_)) => Ok(Peer::Ipv6(cidr.clone())),
        Err(_) => Err(NetworkingError::Cidr(cidr.clone())),
    }
}

fn ranges(port: Option<&IntOrString>, pods: Option<&[Arc<Pod>]>) -> Result<BTreeSet<(i32, i32)>, NetworkingError> {
    let name = match port {
        None => return Ok([(0, LAST_PORT)].into()),
        Some(IntOrString::Int(number)) => return Ok([(*number, *number)].into()),
        Some(IntOrString::String(name)) => name,
    };
    let pods = pods.ok_or_else(|| NetworkingError::NamedPortOfInstances(name.clone()))?;
    pods.iter()
        .map(|pod| {
            let found = pod.container_ports.iter().find(|port| port.name == *name);
            let missing = || NetworkingError::NamedPortMissing {
                port: name.clone(),
                pod: pod.key.to_string(),
            };
            found.map(|port| (port.port, port.port)).ok_or_else(missing)
        })
        .collect()
}

/// What one security group needs for all bindings together. `restricted` merges what one source group may reach per
/// protocol into a single range, which keeps the number of rules within the quota of a group.
pub(crate) fn aggregate<'a>(all: impl Iterator<Item = &'a Permissions>, restricted: bool) -> Permissions {
    let mut ranges: BTreeMap<(&str, &str), (i32, i32)> = BTreeMap::new();
    let mut wanted = Permissions::new();
    for permission in all.flatten() {
        let (Peer::SecurityGroup(source), true) = (&permission.peer, restricted) else {
            wanted.insert(permission.clone());
            continue;
        };
        let (first, last) = (
            permission.from_port.unwrap_or(0),
            permission.to_port.unwrap_or(LAST_PORT),
        );
        let range = ranges.entry((&permission.protocol, source)).or_insert((first, last));
        *range = (range.0.min(first), range.1.max(last));
    }
    wanted.extend(ranges.into_iter().map(|((protocol, source), (first, last))| {
        let last = if (first, last) == (0, 0) { LAST_PORT } else { last };
        permission(protocol, first, last, Peer::SecurityGroup(source.to_owned()))
    }));
    wanted
}

/// Rules to add to a security group and to take from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RuleChanges {
    pub(crate) authorize: Vec<Permission>,
    pub(crate) revoke: Vec<Permission>,
}

/// The way from the actual rules to the wanted ones.
///
/// While not all bindings are known (`complete` is false) nothing is revoked, and what a rule of ours already lets in
/// is not asked for again: the narrower range may be all that is known so far.
pub(crate) fn diff(wanted: &Permissions, actual: &[Permission], complete: bool) -> RuleChanges {
    let covered = |permission: &Permission| {
        actual
            .iter()
            .any(|rule| same_rule(rule, permission) || (!complete && is_owned(rule) && covers(rule, permission)))
    };
    let unwanted = |rule: &Permission| is_owned(rule) && !wanted.iter().any(|permission| same_rule(rule, permission));
    RuleChanges {
        authorize: wanted
            .iter()
            .filter(|permission| !covered(permission))
            .cloned()
            .collect(),
        revoke: actual
            .iter()
            .filter(|rule| complete && unwanted(rule))
            .cloned()
            .collect(),
    }
}

/// Whether this controller, or the Go controller, made the rule.
fn is_owned(rule: &Permission) -> bool {
    rule.description.as_deref() == Some(DESCRIPTION)
}

/// Identity of rules on EC2: all but the description.
pub(crate) fn same_rule(a: &Permission, b: &Permission) -> bool {
    (&a.protocol, a.from_port, a.to_port, &a.peer) == (&b.protocol, b.from_port, b.to_port, &b.peer)
}

fn covers(rule: &Permission, permission: &Permission) -> bool {
    rule.protocol == permission.protocol
        && rule.peer == permission.peer
        && rule.from_port <= permission.from_port
        && rule.to_port >= permission.to_port
}

#[cfg(test)]
mod tests;
