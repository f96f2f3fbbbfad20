//! VPCs, subnets and what routes between them.

use crate::Tags;
use ipnet::{Ipv4Net, Ipv6Net};
use std::net::Ipv4Addr;

/// A VPC.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// IPv4 block.
    pub cidr: Ipv4Net,
    /// Whether it is the region's default VPC.
    pub default: bool,
    /// Tags.
    pub tags: Tags,
}

/// A subnet: a block of a VPC in one zone.
#[derive(Debug, Clone)]
pub struct Subnet {
    /// Its VPC.
    pub vpc_id: String,
    /// Zone name, such as `us-west-2a`.
    pub zone: String,
    /// IPv4 block.
    pub cidr: Ipv4Net,
    /// IPv6 block, which dual-stack load balancers need. No address is given out of it.
    pub ipv6_cidr: Option<Ipv6Net>,
    /// Tags.
    pub tags: Tags,
}

/// A route table.
#[derive(Debug, Clone)]
pub struct RouteTable {
    /// Its VPC.
    pub vpc_id: String,
    /// Whether it serves the subnets that are associated with no other.
    pub main: bool,
    /// Subnets associated explicitly.
    pub subnet_ids: Vec<String>,
    /// Destination and gateway id; `local` within the VPC.
    pub routes: Vec<(Ipv4Net, String)>,
    /// Tags.
    pub tags: Tags,
}

/// An internet gateway.
#[derive(Debug, Clone)]
pub struct InternetGateway {
    /// The VPC that it is attached to.
    pub vpc_id: String,
    /// Tags.
    pub tags: Tags,
}

/// An Elastic IP address.
#[derive(Debug, Clone)]
pub struct Address {
    /// The address.
    pub public_ip: Ipv4Addr,
    /// The interface that has it.
    pub interface_id: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// Zone id of a zone: region abbreviated as AWS does, and the zone's letter as a number (`us-west-2a` is `usw2-az1`).
pub fn zone_id(zone: &str) -> String {
    let (region, letter) = zone.split_at(zone.len().saturating_sub(1));
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or_default();
    let directions = parts.next().unwrap_or_default();
    let number = parts.next().unwrap_or_default();
    let initial = |direction: &str| match direction {
        "northeast" => "ne".to_owned(),
        "northwest" => "nw".to_owned(),
        "southeast" => "se".to_owned(),
        "southwest" => "sw".to_owned(),
        other => other.chars().take(1).collect(),
    };
    let index = letter
        .bytes()
        .next()
        .map_or(0, |letter| letter.to_ascii_lowercase().saturating_sub(b'a') + 1);
    format!("{area}{}{number}-az{index}", initial(directions))
}

#[cfg(test)]
mod tests {
    use super::zone_id;

    #[test]
    fn zone_ids_abbreviate_the_region() {
        assert_eq!(zone_id("us-west-2a"), "usw2-az1");
        assert_eq!(zone_id("ap-southeast-1c"), "apse1-az3");
    }
}
