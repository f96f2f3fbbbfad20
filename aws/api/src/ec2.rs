//! EC2 (API version 2016-11-15): the actions of the Service and TargetGroupBinding flows.

use crate::{Result, Tags};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A subnet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// The VPC.
    pub vpc_id: String,
    /// Zone name.
    pub zone: String,
    /// Zone id.
    pub zone_id: String,
    /// IPv4 block.
    pub cidr: String,
    /// IPv6 blocks in state associated.
    pub ipv6_cidrs: Vec<String>,
    /// Free IPv4 addresses.
    pub available_addresses: i32,
    /// ARN of its outpost.
    pub outpost_arn: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A VPC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// Its id.
    pub id: String,
    /// IPv4 blocks in state associated.
    pub cidrs: Vec<String>,
    /// IPv6 blocks in state associated.
    pub ipv6_cidrs: Vec<String>,
    /// Tags.
    pub tags: Tags,
}

/// An availability zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityZone {
    /// Name, such as `us-west-2a`.
    pub name: String,
    /// Id, such as `usw2-az1`.
    pub id: String,
    /// `availability-zone`, `local-zone` or `wavelength-zone`.
    pub kind: String,
}

/// A route table, as far as publicity of a subnet needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    /// Its id.
    pub id: String,
    /// Whether it is the VPC's main table.
    pub main: bool,
    /// Subnets that are explicitly associated.
    pub subnet_ids: Vec<String>,
    /// Gateway ids of its routes.
    pub gateway_ids: Vec<String>,
}

/// What a security group rule lets in from, or its target side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Peer {
    /// An IPv4 block.
    Ipv4(String),
    /// An IPv6 block.
    Ipv6(String),
    /// A security group.
    SecurityGroup(String),
    /// A managed prefix list.
    PrefixList(String),
}

/// One ingress rule of a security group: one protocol, one range, one peer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Permission {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1`.
    pub protocol: String,
    /// First port, or ICMP type; absent for all protocols.
    pub from_port: Option<i32>,
    /// Last port, or ICMP code.
    pub to_port: Option<i32>,
    /// Who may.
    pub peer: Peer,
    /// Description; not part of the rule's identity on AWS.
    pub description: Option<String>,
}

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The VPC.
    pub vpc_id: String,
    /// Ingress rules, one per peer.
    pub ingress: Vec<Permission>,
    /// Tags.
    pub tags: Tags,
}

/// CreateSecurityGroup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSecurityGroup {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// The VPC.
    pub vpc_id: String,
    /// Tags.
    pub tags: Tags,
}

/// An elastic network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// Its id.
    pub id: String,
    /// The instance it is attached to.
    pub instance_id: Option<String>,
    /// Device index of the attachment; 0 is the primary interface.
    pub device_index: Option<i32>,
    /// The subnet.
    pub subnet_id: String,
    /// Ids of its security groups.
    pub security_groups: Vec<String>,
    /// Private IPv4 addresses, primary first.
    pub addresses: Vec<String>,
    /// IPv6 addresses.
    pub ipv6_addresses: Vec<String>,
    /// Delegated IPv4 prefixes.
    pub prefixes: Vec<String>,
    /// Delegated IPv6 prefixes.
    pub ipv6_prefixes: Vec<String>,
}

/// An instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// The VPC.
    pub vpc_id: String,
    /// Zone name.
    pub zone: String,
    /// Its interfaces.
    pub interfaces: Vec<NetworkInterface>,
}

/// Filters of a Describe call: name and values. See each action in the EC2 API reference.
pub type Filters = Vec<(String, Vec<String>)>;

/// EC2. Lists are whole.
#[async_trait]
pub trait Ec2: Send + Sync {
    /// DescribeVpcs by id.
    async fn describe_vpcs(&self, ids: &[String], filters: &Filters) -> Result<Vec<Vpc>>;
    /// DescribeSubnets.
    async fn describe_subnets(&self, ids: &[String], filters: &Filters) -> Result<Vec<Subnet>>;
    /// DescribeRouteTables.
    async fn describe_route_tables(&self, filters: &Filters) -> Result<Vec<RouteTable>>;
    /// DescribeAvailabilityZones by zone name.
    async fn describe_availability_zones(&self, names: &[String]) -> Result<Vec<AvailabilityZone>>;
    /// DescribeSecurityGroups.
    async fn describe_security_groups(&self, ids: &[String], filters: &Filters) -> Result<Vec<SecurityGroup>>;
    /// CreateSecurityGroup; the id of the new group.
    async fn create_security_group(&self, new: &NewSecurityGroup) -> Result<String>;
    /// DeleteSecurityGroup.
    async fn delete_security_group(&self, id: &str) -> Result<()>;
    /// AuthorizeSecurityGroupIngress.
    async fn authorize_ingress(&self, id: &str, permissions: &[Permission]) -> Result<()>;
    /// RevokeSecurityGroupIngress.
    async fn revoke_ingress(&self, id: &str, permissions: &[Permission]) -> Result<()>;
    /// DescribeInstances.
    async fn describe_instances(&self, ids: &[String], filters: &Filters) -> Result<Vec<Instance>>;
    /// DescribeNetworkInterfaces.
    async fn describe_network_interfaces(&self, ids: &[String], filters: &Filters) -> Result<Vec<NetworkInterface>>;
    /// CreateTags.
    async fn create_tags(&self, id: &str, tags: &Tags) -> Result<()>;
    /// DeleteTags by key.
    async fn delete_tags(&self, id: &str, keys: &[String]) -> Result<()>;
}
