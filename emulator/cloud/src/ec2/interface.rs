//! Elastic network interfaces and instances.

use crate::{Tags, Timestamp};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// Where an instance has its root volume.
pub const ROOT_DEVICE: &str = "/dev/xvda";

/// An instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its VPC.
    pub vpc_id: String,
    /// Its subnet.
    pub subnet_id: String,
    /// Zone name.
    pub zone: String,
    /// Type, such as `m5.large`.
    pub instance_type: String,
    /// Since when it runs.
    pub launched: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// How an interface is attached to an instance.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Id of the attachment.
    pub id: String,
    /// The instance.
    pub instance_id: String,
    /// Device index; 0 is the primary interface.
    pub device_index: u32,
}

/// An elastic network interface.
#[derive(Debug, Clone)]
pub struct Interface {
    /// Its VPC.
    pub vpc_id: String,
    /// Its subnet.
    pub subnet_id: String,
    /// Zone name.
    pub zone: String,
    /// Description; `ELB app/<name>/<id>` or `ELB net/<name>/<id>` on those of load balancers.
    pub description: String,
    /// `interface`, or `network_load_balancer` on those of one.
    pub kind: String,
    /// The AWS service or account that manages it for its user.
    pub requester: Option<String>,
    /// Ids of its security groups.
    pub security_groups: Vec<String>,
    /// Private IPv4 addresses, primary first.
    pub addresses: Vec<Ipv4Addr>,
    /// Delegated IPv4 prefixes, /28 each.
    pub prefixes: Vec<Ipv4Net>,
    /// Its instance.
    pub attachment: Option<Attachment>,
    /// Tags.
    pub tags: Tags,
}

impl Interface {
    /// The primary private address.
    pub fn primary(&self) -> Option<Ipv4Addr> {
        self.addresses.first().copied()
    }

    /// Whether an address is one of its own or within a delegated prefix.
    pub fn carries(&self, address: Ipv4Addr) -> bool {
        self.addresses.contains(&address) || self.prefixes.iter().any(|prefix| prefix.contains(&address))
    }

    /// How many addresses of the subnet it takes.
    pub(crate) fn taken(&self) -> u64 {
        self.addresses.len() as u64
            + self
                .prefixes
                .iter()
                .map(|prefix| 1 << (32 - prefix.prefix_len()))
                .sum::<u64>()
    }
}
