//! How parts of changes are written.

use crate::tags::TagChange;
use aws_api::ec2::{Peer, Permission};
use aws_api::elbv2::Attributes;
use std::fmt;

pub(super) struct Pairs<'a>(pub(super) &'a Attributes);

impl fmt::Display for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|(key, value)| format!("{key}={value}")).collect();
        f.write_str(&pairs.join(", "))
    }
}

pub(super) struct Written<'a>(pub(super) &'a TagChange);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.0.set.iter().map(|(key, value)| format!("{key}={value}"));
        let removed = self.0.remove.iter().map(|key| format!("-{key}"));
        f.write_str(&set.chain(removed).collect::<Vec<_>>().join(", "))
    }
}

pub(super) struct Rules<'a>(pub(super) &'a [Permission]);

impl fmt::Display for Rules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = |port: Option<i32>| port.map_or_else(|| "all".to_owned(), |port| port.to_string());
        let rule = |rule: &Permission| {
            let (Peer::Ipv4(peer) | Peer::Ipv6(peer) | Peer::SecurityGroup(peer) | Peer::PrefixList(peer)) = &rule.peer;
            format!(
                "{} {}-{} from {peer}",
                rule.protocol,
                port(rule.from_port),
                port(rule.to_port)
            )
        };
        f.write_str(&self.0.iter().map(rule).collect::<Vec<_>>().join("; "))
    }
}
