//! Application and network load balancers.

use super::attributes::Attributes;
use crate::{Tags, Timestamp, ec2};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// A load balancer.
#[derive(Debug, Clone)]
pub struct LoadBalancer {
    /// Name, unique in the region.
    pub name: String,
    /// Application or network.
    pub kind: Type,
    /// DNS name.
    pub dns_name: String,
    /// Who can reach it.
    pub scheme: Scheme,
    /// Its VPC.
    pub vpc_id: String,
    /// Families of its addresses.
    pub ip_address_type: IpAddressType,
    /// One subnet and interface per zone, by zone name.
    pub zones: Vec<Zone>,
    /// Ids of its security groups. A network load balancer made without any can never have some; an application load balancer always has.
    pub security_groups: Vec<String>,
    /// Whether its security groups apply to traffic through PrivateLink; absent without security groups.
    pub private_link_rules: Option<Switch>,
    /// Attributes.
    pub attributes: Attributes,
    /// Capacity units that are reserved; 0 when none are.
    pub reserved_capacity: u32,
    /// The pool of customer-owned addresses of an Outpost that its public ones come from.
    pub customer_owned_ipv4_pool: Option<String>,
    /// The IPAM pool that its public addresses come from.
    pub ipv4_ipam_pool_id: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it begins to answer.
    pub active_from: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// What kind a load balancer is. There are no gateway load balancers here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// HTTP.
    #[default]
    Application,
    /// TCP, UDP, TLS.
    Network,
}

impl Type {
    /// What stands for it in ARNs.
    pub fn in_arns(self) -> &'static str {
        match self {
            Self::Application => "app",
            Self::Network => "net",
        }
    }
}

/// Who can reach a load balancer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The internet.
    #[default]
    InternetFacing,
    /// Its VPC.
    Internal,
}

/// Families of a load balancer's addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IpAddressType {
    /// IPv4 only.
    #[default]
    Ipv4,
    /// IPv4 and IPv6.
    Dualstack,
    /// IPv4 within the VPC and IPv6 to the internet; application load balancers only.
    #[serde(rename = "dualstack-without-public-ipv4")]
    DualstackWithoutPublicIpv4,
}

impl IpAddressType {
    /// Whether it has IPv6 addresses.
    pub fn has_ipv6(self) -> bool {
        self != Self::Ipv4
    }
}

/// A setting that AWS writes as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

/// A load balancer in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Zone name.
    pub zone: String,
    /// The subnet.
    pub subnet_id: String,
    /// Its network interface there, in EC2's state.
    pub interface_id: String,
    /// The Elastic IP that was asked for.
    pub allocation_id: Option<String>,
    /// The private address that was asked for.
    pub private_ipv4_address: Option<Ipv4Addr>,
}

impl LoadBalancer {
    /// Whether nodes of the load balancer reach targets in zones other than their own. Those of an application load balancer always do.
    pub fn crosses_zones(&self) -> bool {
        self.attributes
            .get("load_balancing.cross_zone.enabled")
            .is_some_and(|value| value == "true")
    }

    /// Whether it must not be deleted.
    pub fn is_protected(&self) -> bool {
        self.attributes
            .get("deletion_protection.enabled")
            .is_some_and(|value| value == "true")
    }

    /// Whether IPv6 prefixes are its source addresses: never, and a word that only network load balancers show.
    pub fn source_nat(&self) -> Option<Switch> {
        (self.kind == Type::Network).then_some(Switch::Off)
    }

    /// Whether it has begun to answer.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now >= self.active_from
    }
}

/// A load balancer as DescribeLoadBalancers shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    load_balancer_arn: String,
    #[serde(rename = "DNSName")]
    dns_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_hosted_zone_id: Option<&'static str>,
    created_time: String,
    load_balancer_name: String,
    scheme: Scheme,
    vpc_id: String,
    state: StateDescription,
    r#type: Type,
    availability_zones: Vec<ZoneDescription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security_groups: Vec<String>,
    ip_address_type: IpAddressType,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_prefix_for_ipv6_source_nat: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_owned_ipv4_pool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipam_pools: Option<IpamPools>,
}

/// The IPAM pools of a load balancer on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct IpamPools {
    /// That of its IPv4 addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4_ipam_pool_id: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StateDescription {
    code: &'static str,
}

/// A zone of a load balancer as DescribeLoadBalancers shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ZoneDescription {
    zone_name: String,
    subnet_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    load_balancer_addresses: Vec<AddressDescription>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation_id: Option<String>,
    #[serde(rename = "PrivateIPv4Address", skip_serializing_if = "Option::is_none")]
    private_ipv4_address: Option<Ipv4Addr>,
}

/// Route 53's hosted zones by region, of application and of network load balancers, as AWS publishes them under its endpoints;
/// other regions show none.
const HOSTED_ZONES: &[(&str, &str, &str)] = &[
    ("ap-southeast-2", "Z1GM3OXH4ZPM65", "ZCT6FZBF4DROD"),
    ("eu-central-1", "Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
    ("eu-west-1", "Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    ("us-east-1", "Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    ("us-east-2", "Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
    ("us-west-1", "Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"),
    ("us-west-2", "Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
];

fn hosted_zone(kind: Type, region: &str) -> Option<&'static str> {
    let (_, application, network) = HOSTED_ZONES.iter().find(|(known, ..)| *known == region)?;
    Some(match kind {
        Type::Application => application,
        Type::Network => network,
    })
}

impl Description {
    /// Describes a load balancer of `region` at a time.
    pub fn of(arn: &str, load_balancer: &LoadBalancer, ec2: &ec2::State, region: &str, now: Timestamp) -> Self {
        let LoadBalancer {
            name,
            dns_name,
            vpc_id,
            security_groups,
            customer_owned_ipv4_pool,
            ipv4_ipam_pool_id,
            ..
        } = load_balancer.clone();
        Self {
            load_balancer_arn: arn.to_owned(),
            dns_name,
            canonical_hosted_zone_id: hosted_zone(load_balancer.kind, region),
            created_time: load_balancer.created.iso8601(),
            load_balancer_name: name,
            scheme: load_balancer.scheme,
            vpc_id,
            state: StateDescription {
                code: if load_balancer.is_active(now) {
                    "active"
                } else {
                    "provisioning"
                },
            },
            r#type: load_balancer.kind,
            availability_zones: zones(load_balancer, ec2),
            security_groups,
            ip_address_type: load_balancer.ip_address_type,
            enforce_security_group_inbound_rules_on_private_link_traffic: load_balancer.private_link_rules,
            enable_prefix_for_ipv6_source_nat: load_balancer.source_nat(),
            customer_owned_ipv4_pool,
            ipam_pools: ipv4_ipam_pool_id.map(|id| IpamPools {
                ipv4_ipam_pool_id: Some(id),
            }),
        }
    }
}

/// The zones of a load balancer. Addresses are shown where they were asked for.
pub fn zones(load_balancer: &LoadBalancer, ec2: &ec2::State) -> Vec<ZoneDescription> {
    let describe = |zone: &Zone| {
        let asked = zone.allocation_id.is_some() || zone.private_ipv4_address.is_some();
        let address = AddressDescription {
            ip_address: ec2.public_address(&zone.interface_id),
            allocation_id: zone.allocation_id.clone(),
            private_ipv4_address: zone.private_ipv4_address,
        };
        ZoneDescription {
            zone_name: zone.zone.clone(),
            subnet_id: zone.subnet_id.clone(),
            load_balancer_addresses: asked.then_some(address).into_iter().collect(),
        }
    };
    load_balancer.zones.iter().map(describe).collect()
}
