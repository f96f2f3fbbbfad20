//! Who has which address: a pure function of the VPC's /16.
//!
//! Each zone has a /19. Its lower half holds the node and the prefixes delegated to it for pods, its upper half the load balancers' interfaces,
//! so that one local route makes every address of theirs bindable.

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// The addresses of one instance of Seatrial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPlan {
    /// The VPC's block, a /16.
    pub vpc: Ipv4Net,
    /// One per zone.
    pub zones: Vec<ZonePlan>,
}

/// The addresses of one zone, with one subnet and one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZonePlan {
    /// Zone name.
    pub zone: String,
    /// Subnet id.
    pub subnet_id: String,
    /// Instance id of the node.
    pub instance_id: String,
    /// The subnet, a /19.
    pub subnet: Ipv4Net,
    /// Load balancers' interfaces: the subnet's upper half.
    pub load_balancers: Ipv4Net,
    /// The node.
    pub node: Ipv4Addr,
    /// Its pods: sixteen delegated /28 prefixes in a row.
    pub pods: Ipv4Net,
}

impl AddressPlan {
    /// The plan for a VPC of `zones` zones (1 to 8) that starts at `a.b.0.0`.
    #[must_use]
    pub fn new(a: u8, b: u8, zones: u8) -> Self {
        let at = |third: u8, fourth: u8| Ipv4Addr::new(a, b, third, fourth);
        let net = |third: u8, bits: u8| Ipv4Net::new_assert(at(third, 0), bits);
        let zones = (0..zones.min(7)).map(|index| {
            let start = index * 32;
            ZonePlan {
                zone: format!("us-west-2{}", char::from(b'a' + index)),
                subnet_id: format!("subnet-0000000000000000{index}"),
                instance_id: format!("i-0000000000000000{index}"),
                subnet: net(start, 19),
                load_balancers: net(start + 16, 20),
                node: at(start, 4),
                pods: net(start + 4, 24),
            }
        });
        Self {
            vpc: net(0, 16),
            zones: zones.collect(),
        }
    }

    fn host(&self, third: u8, fourth: u8) -> Ipv4Addr {
        let [a, b, ..] = self.vpc.network().octets();
        Ipv4Addr::new(a, b, third, fourth)
    }

    /// The VPC router, next hop of all nodes.
    #[must_use]
    pub fn router(&self) -> Ipv4Addr {
        self.host(0, 1)
    }

    /// The VPC resolver: base plus two, as AmazonProvidedDNS.
    #[must_use]
    pub fn resolver(&self) -> Ipv4Addr {
        self.host(0, 2)
    }

    /// The Kubernetes API server.
    #[must_use]
    pub fn api_server(&self) -> Ipv4Addr {
        self.host(0, 10)
    }

    /// The host's end of its link into the VPC, and the VPC's end.
    #[must_use]
    pub fn host_link(&self) -> (Ipv4Addr, Ipv4Addr) {
        (self.host(255, 1), self.host(255, 2))
    }

    /// Plans to try in order, each a /16 of private space; the first that collides with no route of the host is taken.
    pub fn candidates(zones: u8) -> impl Iterator<Item = Self> {
        std::iter::once((192, 168))
            .chain((16..32).map(|b| (172, b)))
            .chain((100..250).map(|b| (10, b)))
            .map(move |(a, b)| Self::new(a, b, zones))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_in_its_subnet_and_no_range_overlaps() {
        let plan = AddressPlan::new(192, 168, 2);
        for zone in &plan.zones {
            assert!(plan.vpc.contains(&zone.subnet) && zone.subnet.contains(&zone.node));
            assert!(zone.subnet.contains(&zone.load_balancers) && zone.subnet.contains(&zone.pods));
            assert!(!zone.load_balancers.contains(&zone.pods) && !zone.load_balancers.contains(&zone.node));
            assert!(!zone.pods.contains(&zone.node));
        }
        assert_eq!(plan.zones[1].subnet.to_string(), "192.168.32.0/19");
        assert_eq!(plan.zones[1].load_balancers.to_string(), "192.168.48.0/20");
        assert_eq!(plan.resolver().to_string(), "192.168.0.2");
    }
}
