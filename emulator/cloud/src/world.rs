//! The world: what exists before the first call. A YAML file, or the built-in default.

mod spec;

pub use spec::{
    AddressSpec, CertificateSpec, InstanceSpec, ObjectSpec, SecurityGroupSpec, SubnetSpec, VpcSpec, WebAclSpec,
};

use crate::ec2::ebs::settings::Settings;
use crate::ec2::ebs::volume::{Origin, Volume};
use crate::ec2::ebs::volume_type::VolumeType;
use crate::ec2::ebs::{self, is_quota};
use crate::ec2::interface::{Attachment, Instance, Interface, ROOT_DEVICE};
use crate::ec2::network::{Address, InternetGateway, RouteTable, Subnet, Vpc};
use crate::ec2::security_group::SecurityGroup;
use crate::elbv2::limits;
use crate::{ApiError, Tags, Timestamp, acm, ec2};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The default world: two zones, an instance in each.
const BUILT_IN: &str = include_str!("world.yaml");

/// An account's home region at the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct World {
    /// Account, twelve digits.
    pub account: String,
    /// Home region.
    pub region: String,
    /// Seed of all ids that are given out later.
    #[serde(default)]
    pub seed: u64,
    /// Suffix of the load balancers' DNS names.
    #[serde(default = "dns_suffix")]
    pub dns_suffix: String,
    /// The VPC.
    pub vpc: VpcSpec,
    /// Its subnets.
    pub subnets: Vec<SubnetSpec>,
    /// Its security groups.
    pub security_groups: Vec<SecurityGroupSpec>,
    /// Running instances.
    pub instances: Vec<InstanceSpec>,
    /// Elastic IP addresses that are allocated.
    #[serde(default)]
    pub addresses: Vec<AddressSpec>,
    /// Quotas that are not AWS's: of Elastic Load Balancing by the name that DescribeAccountLimits gives them, of EBS as
    /// `ebs-storage-gp3` (TiB of a volume type), `ebs-iops-io2` or `ebs-snapshots`.
    #[serde(default)]
    pub quotas: BTreeMap<String, usize>,
    /// Objects of S3 that services read, such as the certificates of a trust store.
    #[serde(default)]
    pub objects: Vec<ObjectSpec>,
    /// Certificates of ACM in the home region.
    #[serde(default)]
    pub certificates: Vec<CertificateSpec>,
    /// Web ACLs of WAF in the home region.
    #[serde(default)]
    pub web_acls: Vec<WebAclSpec>,
    /// Whether Shield Advanced is subscribed.
    #[serde(default)]
    pub shield_subscription: bool,
}

fn dns_suffix() -> String {
    "seatrial.test".to_owned()
}

/// Why a world cannot be.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The file is not YAML of this shape.
    #[error("the world file cannot be parsed")]
    Parse(#[source] serde_saphyr::Error),
    /// An instance names a subnet or a security group that the file does not declare.
    #[error("instance {instance} refers to {reference}, which the world does not declare")]
    Reference {
        /// The instance.
        instance: String,
        /// What it names.
        reference: String,
    },
    /// A certificate cannot be.
    #[error("certificate {id} cannot be read or issued")]
    Certificate {
        /// Its id.
        id: String,
        /// Why.
        source: ApiError,
    },
    /// There is no such quota.
    #[error(
        "the quota {name} is neither one that DescribeAccountLimits names nor ebs-storage-<type>, ebs-iops-<type> or ebs-snapshots"
    )]
    Quota {
        /// What the file calls it.
        name: String,
    },
    /// A block or address lies outside of the one that should hold it.
    #[error("{inner} is not within {outer}")]
    Outside {
        /// The inner block or address.
        inner: String,
        /// The outer block.
        outer: Ipv4Net,
    },
}

impl Default for World {
    #[expect(clippy::expect_used, reason = "the text is part of the program; a test parses it")]
    fn default() -> Self {
        Self::parse(BUILT_IN).expect("the built-in world is valid")
    }
}

impl World {
    /// Reads a world from YAML.
    ///
    /// # Errors
    /// When it cannot be parsed, or its parts do not fit together.
    pub fn parse(yaml: &str) -> Result<Self, WorldError> {
        let world: Self = serde_saphyr::from_str(yaml).map_err(WorldError::Parse)?;
        world.check()?;
        Ok(world)
    }

    fn check(&self) -> Result<(), WorldError> {
        let outside = |inner: String, outer: Ipv4Net| Err(WorldError::Outside { inner, outer });
        for subnet in &self.subnets {
            if !self.vpc.cidr.contains(&subnet.cidr) {
                return outside(subnet.cidr.to_string(), self.vpc.cidr);
            }
        }
        for instance in &self.instances {
            let missing = |reference: &str| WorldError::Reference {
                instance: instance.id.clone(),
                reference: reference.to_owned(),
            };
            let subnet = self.subnet(&instance.subnet).ok_or_else(|| missing(&instance.subnet))?;
            if !subnet.cidr.contains(&instance.address) {
                return outside(instance.address.to_string(), subnet.cidr);
            }
            if let Some(prefix) = instance.prefixes.iter().find(|prefix| !subnet.cidr.contains(*prefix)) {
                return outside(prefix.to_string(), subnet.cidr);
            }
            let declared = |id: &&String| !self.security_groups.iter().any(|group| &group.id == *id);
            if let Some(group) = instance.security_groups.iter().find(declared) {
                return Err(missing(group));
            }
        }
        let known = |name: &&String| is_quota(name) || limits::ALL.iter().any(|limit| limit.name == *name);
        if let Some(name) = self.quotas.keys().find(|name| !known(name)) {
            return Err(WorldError::Quota { name: name.clone() });
        }
        let certificates = acm::State::from_world(self);
        certificates
            .map(drop)
            .map_err(|(id, source)| WorldError::Certificate { id, source })
    }

    /// The objects of S3 by bucket and key.
    pub(crate) fn objects(&self) -> BTreeMap<(String, String), String> {
        let entry = |object: &ObjectSpec| ((object.bucket.clone(), object.key.clone()), object.content.clone());
        self.objects.iter().map(entry).collect()
    }

    /// A subnet by id.
    pub fn subnet(&self, id: &str) -> Option<&SubnetSpec> {
        self.subnets.iter().find(|subnet| subnet.id == id)
    }

    /// Tags the subnets as shared with a cluster, and the security groups as owned by it.
    pub fn tag_cluster(&mut self, cluster: &str) {
        let key = format!("kubernetes.io/cluster/{cluster}");
        for subnet in &mut self.subnets {
            subnet.tags.insert(key.clone(), "shared".to_owned());
        }
        for group in &mut self.security_groups {
            group.tags.insert(key.clone(), "owned".to_owned());
        }
    }
}

impl ec2::State {
    /// The home region as the world declares it.
    pub(crate) fn from_world(world: &World) -> Self {
        let mut state = Self::default();
        let vpc = &world.vpc;
        state.vpcs.insert(
            vpc.id.clone(),
            Vpc {
                cidr: vpc.cidr,
                default: false,
                tags: vpc.tags.clone(),
            },
        );
        let gateway = InternetGateway {
            vpc_id: vpc.id.clone(),
            tags: Tags::new(),
        };
        state.internet_gateways.insert(vpc.internet_gateway.clone(), gateway);
        let routes = vec![
            (vpc.cidr, "local".to_owned()),
            (Ipv4Net::default(), vpc.internet_gateway.clone()),
        ];
        let table = RouteTable {
            vpc_id: vpc.id.clone(),
            main: true,
            subnet_ids: Vec::new(),
            routes,
            tags: Tags::new(),
        };
        state.route_tables.insert(vpc.main_route_table.clone(), table);
        for subnet in &world.subnets {
            let SubnetSpec {
                id,
                zone,
                cidr,
                ipv6_cidr,
                tags,
            } = subnet.clone();
            state.subnets.insert(
                id,
                Subnet {
                    vpc_id: vpc.id.clone(),
                    zone,
                    cidr,
                    ipv6_cidr,
                    tags,
                },
            );
        }
        for SecurityGroupSpec { id, name, tags } in world.security_groups.clone() {
            let description = format!("{name} of the world");
            let group = SecurityGroup {
                vpc_id: vpc.id.clone(),
                name,
                description,
                ingress: Vec::new(),
                tags,
            };
            state.security_groups.insert(id, group);
        }
        for instance in &world.instances {
            state.place(instance, world);
        }
        for AddressSpec { id, public_ip } in world.addresses.clone() {
            state.addresses.insert(
                id,
                Address {
                    public_ip,
                    interface_id: None,
                    tags: Tags::new(),
                },
            );
        }
        state
    }

    fn place(&mut self, spec: &InstanceSpec, world: &World) {
        let zone = world
            .subnet(&spec.subnet)
            .map(|subnet| subnet.zone.clone())
            .unwrap_or_default();
        let instance = Instance {
            vpc_id: world.vpc.id.clone(),
            subnet_id: spec.subnet.clone(),
            zone: zone.clone(),
            instance_type: spec.instance_type.clone(),
            launched: Timestamp(0),
            tags: spec.tags.clone(),
        };
        let attachment = Attachment {
            id: spec.interface.replacen("eni-", "eni-attach-", 1),
            instance_id: spec.id.clone(),
            device_index: 0,
        };
        let interface = Interface {
            vpc_id: world.vpc.id.clone(),
            subnet_id: spec.subnet.clone(),
            zone,
            description: String::new(),
            kind: "interface".to_owned(),
            requester: None,
            security_groups: spec.security_groups.clone(),
            addresses: vec![spec.address],
            prefixes: spec.prefixes.clone(),
            attachment: Some(attachment),
            tags: Tags::new(),
        };
        self.ebs
            .insert(spec.id.replacen("i-", "vol-", 1), root_volume(spec, &instance.zone));
        self.instances.insert(spec.id.clone(), instance);
        self.interfaces.insert(spec.interface.clone(), interface);
    }
}

/// The volume that an instance starts from.
fn root_volume(spec: &InstanceSpec, zone: &str) -> Volume {
    let begun = Timestamp(0);
    let attachment = ebs::attachment::Attachment {
        instance_id: spec.id.clone(),
        device: ROOT_DEVICE.to_owned(),
        card: None,
        delete_on_termination: true,
        requested: begun,
        attached_from: begun,
        gone_from: None,
    };
    Volume {
        zone: zone.to_owned(),
        settings: Settings {
            kind: VolumeType::Gp3,
            size: 20,
            iops: Some(3000),
            throughput: Some(125),
            multi_attach: false,
        },
        modification: None,
        origin: Origin::Blank,
        kms_key: None,
        created: begun,
        available_from: begun,
        initialized_from: begun,
        attachments: vec![attachment],
        gone_from: None,
        auto_enable_io: false,
        tags: Tags::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_world_is_valid_and_survives_yaml() {
        let world = World::default();
        let yaml = serde_saphyr::to_string(&world).unwrap();
        assert_eq!(World::parse(&yaml).unwrap(), world);
    }

    #[test]
    fn a_world_with_a_dangling_reference_says_which() {
        let yaml = BUILT_IN.replace("subnet: subnet-0a00000000000000a", "subnet: subnet-0nowhere");
        let error = World::parse(&yaml).unwrap_err();
        assert!(error.to_string().contains("subnet-0nowhere"), "{error}");
    }

    #[test]
    fn a_world_knows_the_names_of_quotas() {
        let mut world = World::default();
        world.quotas.insert("rules".to_owned(), 1);
        let error = World::parse(&serde_saphyr::to_string(&world).unwrap()).unwrap_err();
        assert!(
            matches!(&error, WorldError::Quota { name } if name == "rules"),
            "{error:?}"
        );
    }
}
