//! Security groups.

use super::tags;
use crate::SecurityGroup;
use aws_api::ec2::{Peer, Permission};
use serde_json::{Value, json};

pub(super) fn security_group(of: &SecurityGroup) -> Value {
    json!({
        "groupName": of.name,
        "description": of.description,
        "ingress": of.ingress.iter().map(permission).collect::<Vec<_>>(),
        "tags": tags(&of.tags),
    })
}

fn permission(rule: &Permission) -> Value {
    let (list, peer) = match &rule.peer {
        Peer::Ipv4(range) => ("ipRanges", json!({ "cidrIP": range })),
        Peer::Ipv6(range) => ("ipv6Ranges", json!({ "cidrIPv6": range })),
        Peer::SecurityGroup(id) => ("userIDGroupPairs", json!({ "groupID": id })),
        Peer::PrefixList(id) => ("prefixLists", json!({ "listID": id })),
    };
    json!({ "ipProtocol": rule.protocol, "fromPort": rule.from_port, "toPort": rule.to_port, list: [peer] })
}
