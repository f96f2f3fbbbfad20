//! What security groups of both kinds of load balancers have in common.

use aws_api::ec2::{Peer, Permission, SecurityGroup};
use model::SecurityGroupRef;

/// What a managed security group says it is.
pub(crate) const DESCRIPTION: &str = "[k8s] Managed SecurityGroup for LoadBalancer";

/// The groups of a list: those named by id, then those named by Name tag. If one does not exist, what would be right.
pub(crate) fn named(list: &[String], known: &[SecurityGroup]) -> Result<Vec<SecurityGroupRef>, String> {
    let (mut ids, tags): (Vec<_>, Vec<_>) = list.iter().cloned().partition(|item| item.starts_with("sg-"));
    let missing = |item: &str| format!("a list of security groups of the VPC: there is no {item}");
    if let Some(id) = ids.iter().find(|id| known.iter().all(|group| group.id != **id)) {
        return Err(missing(id));
    }
    for name in tags {
        let matching = known.iter().filter(|group| group.tags.get("Name") == Some(&name));
        let first = matching.map(|group| &group.id).min();
        ids.push(first.ok_or_else(|| missing(&name))?.clone());
    }
    Ok(ids.into_iter().map(SecurityGroupRef::Id).collect())
}

/// What to do about a group that does not exist.
pub(crate) const NAMED_REMEDY: &str = "name each by id (sg-...) or by its Name tag";

/// A rule for a range of ports.
pub(crate) fn rule(protocol: &str, from: i32, to: i32, peer: Peer) -> Permission {
    Permission {
        protocol: protocol.to_owned(),
        from_port: Some(from),
        to_port: Some(to),
        peer,
        description: None,
    }
}
