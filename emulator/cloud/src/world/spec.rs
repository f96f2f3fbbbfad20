//! What a world file declares.

use crate::Tags;
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// A VPC with one internet gateway and one main route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct VpcSpec {
    /// `vpc-...`.
    pub id: String,
    /// IPv4 block.
    pub cidr: Ipv4Net,
    /// `igw-...`.
    pub internet_gateway: String,
    /// `rtb-...`.
    pub main_route_table: String,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// A subnet. Load balancers take addresses from its upper half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SubnetSpec {
    /// `subnet-...`.
    pub id: String,
    /// Zone name.
    pub zone: String,
    /// IPv4 block.
    pub cidr: Ipv4Net,
    /// IPv6 block, which dual-stack load balancers need.
    #[serde(default)]
    pub ipv6_cidr: Option<Ipv6Net>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// A security group without rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SecurityGroupSpec {
    /// `sg-...`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// An instance with one interface and a root volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct InstanceSpec {
    /// `i-...`.
    pub id: String,
    /// `eni-...` of its primary interface.
    pub interface: String,
    /// Its subnet.
    pub subnet: String,
    /// Primary private address.
    pub address: Ipv4Addr,
    /// Type, such as `m5.large`, on which it depends how many volumes can be attached.
    #[serde(default = "instance_type")]
    pub instance_type: String,
    /// Prefixes delegated to the interface, /28 each, for pods.
    #[serde(default)]
    pub prefixes: Vec<Ipv4Net>,
    /// Ids of security groups of the interface.
    pub security_groups: Vec<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn instance_type() -> String {
    "m5.large".to_owned()
}

/// An Elastic IP address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AddressSpec {
    /// `eipalloc-...`.
    pub id: String,
    /// The address.
    pub public_ip: Ipv4Addr,
}

/// A certificate of ACM: PEM of its own, or names that the emulator's authority issues one for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CertificateSpec {
    /// What its ARN ends with.
    pub id: String,
    /// Names, that of the subject first; none beside PEM.
    #[serde(default)]
    pub names: Vec<String>,
    /// The certificate, PEM.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Its private key, PEM.
    #[serde(default)]
    pub private_key: Option<String>,
    /// The authorities above it, PEM.
    #[serde(default)]
    pub chain: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// A web ACL that lets everything pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WebAclSpec {
    /// What its ARN ends with.
    pub id: String,
    /// Name.
    pub name: String,
}

/// An object of S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ObjectSpec {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// What it holds.
    pub content: String,
}
