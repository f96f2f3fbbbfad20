//! Security groups and their rules.

use crate::Tags;

/// Most ingress rules that a group may have, each peer counted: the quota of a new account.
pub const RULES_PER_GROUP: usize = 60;

/// A security group.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    /// Its VPC.
    pub vpc_id: String,
    /// Name, unique in the VPC.
    pub name: String,
    /// Description.
    pub description: String,
    /// Ingress rules.
    pub ingress: Vec<Rule>,
    /// Tags.
    pub tags: Tags,
}

/// One rule: a protocol, a range of ports, a peer. The description is not part of its identity.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Protocol and ports.
    pub traffic: Traffic,
    /// Who may.
    pub peer: Peer,
    /// Description.
    pub description: Option<String>,
}

impl Rule {
    /// Whether both let the same in.
    pub fn same(&self, other: &Self) -> bool {
        self.traffic == other.traffic && self.peer == other.peer
    }
}

/// What a rule lets in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Traffic {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub protocol: String,
    /// First port or ICMP type; none when all protocols are meant.
    pub from_port: Option<i32>,
    /// Last port or ICMP code.
    pub to_port: Option<i32>,
}

/// From where a rule lets in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// An IPv4 block.
    Ipv4(String),
    /// An IPv6 block.
    Ipv6(String),
    /// Members of a security group, by id.
    Group(String),
    /// A managed prefix list, by id.
    PrefixList(String),
}
