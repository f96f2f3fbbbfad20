//! Where a load balancer stands: the subnets that a request names, checked, and the network interfaces in them.

use super::load_balancer::{IpAddressType, LoadBalancer, Scheme, Type, Zone};
use crate::ec2::network::Subnet;
use crate::ec2::{self, ServiceInterface};
use crate::{ApiError, Ids};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Free addresses that a subnet must have for a load balancer.
const FREE_ADDRESSES: u64 = 8;

/// A subnet as a request names it, with the addresses wished for there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubnetMapping {
    /// The subnet.
    pub subnet_id: String,
    /// An Elastic IP, internet-facing only.
    pub allocation_id: Option<String>,
    /// A fixed address of the subnet, internal only.
    #[serde(rename = "PrivateIPv4Address")]
    pub private_ipv4_address: Option<Ipv4Addr>,
}

/// Subnets of one VPC, one per zone, that a load balancer can stand in.
#[derive(Debug)]
pub struct Placement {
    /// Their VPC.
    pub vpc_id: String,
    mappings: Vec<SubnetMapping>,
}

impl Placement {
    /// Checks the subnets that a request names, as ids or as mappings.
    ///
    /// # Errors
    /// `ValidationError` unless there is one of the two lists, for application load balancers with two zones at least, and for an address
    /// type that is not the load balancer type's; `SubnetNotFound`; `InvalidSubnet` for subnets of several VPCs, without IPv6 where it
    /// is wished for, or without a way to the internet; `InvalidConfigurationRequest` for two subnets in a zone and addresses that do not
    /// go with type and scheme.
    pub fn check(
        subnets: Vec<String>,
        mappings: Vec<SubnetMapping>,
        kind: Type,
        scheme: Scheme,
        ip_address_type: IpAddressType,
        ec2: &ec2::State,
    ) -> Result<Self, ApiError> {
        let mappings = named(subnets, mappings)?;
        let subnets = mappings
            .iter()
            .map(|mapping| mapping.subnet(ec2))
            .collect::<Result<Vec<_>, _>>()?;
        mappings
            .iter()
            .try_for_each(|mapping| mapping.check_addresses(kind, scheme))?;
        check_zones(&subnets, kind)?;
        let vpc_id = one_vpc(&subnets)?.to_owned();
        check_families(&subnets, kind, ip_address_type)?;
        let reachable = ec2.internet_gateways.values().any(|gateway| gateway.vpc_id == vpc_id);
        if scheme == Scheme::InternetFacing && !reachable {
            return Err(ApiError::new(
                "InvalidSubnet",
                format!("VPC {vpc_id} has no internet gateway"),
            ));
        }
        Ok(Self { vpc_id, mappings })
    }

    /// The subnets, in the order of the request.
    pub fn subnet_ids(&self) -> BTreeSet<&str> {
        self.mappings.iter().map(|mapping| mapping.subnet_id.as_str()).collect()
    }

    /// Moves a load balancer here: interfaces where it has none, none where it no longer is. A new load balancer has no zones yet.
    ///
    /// # Errors
    /// `InvalidSubnet` when a subnet is full, `InvalidConfigurationRequest` for another subnet of a zone that it is in or an address
    /// that cannot be had, `AllocationIdNotFound`, `ResourceInUse` for an Elastic IP in use. Nothing has changed then.
    pub fn settle(
        self,
        load_balancer: &mut LoadBalancer,
        description: &str,
        ec2: &mut ec2::State,
        ids: &mut Ids,
    ) -> Result<(), ApiError> {
        let mut zones: Vec<Zone> = Vec::new();
        let mut made: Vec<String> = Vec::new();
        for mapping in self.mappings {
            let kept = load_balancer
                .zones
                .iter()
                .find(|zone| zone.subnet_id == mapping.subnet_id);
            if let Some(zone) = kept {
                zones.push(zone.clone());
                continue;
            }
            match mapping.enter(load_balancer, description, ec2, ids) {
                Ok(zone) => {
                    made.push(zone.interface_id.clone());
                    zones.push(zone);
                }
                Err(error) => {
                    made.iter().for_each(|interface_id| ec2.release_interface(interface_id));
                    return Err(error);
                }
            }
        }
        let left = load_balancer.zones.iter().filter(|zone| !zones.contains(zone));
        left.for_each(|zone| ec2.release_interface(&zone.interface_id));
        zones.sort_by(|one, other| one.zone.cmp(&other.zone));
        load_balancer.zones = zones;
        Ok(())
    }
}

/// The subnets that a request names in one of the two ways.
fn named(subnets: Vec<String>, mappings: Vec<SubnetMapping>) -> Result<Vec<SubnetMapping>, ApiError> {
    let plain = |subnet_id| SubnetMapping {
        subnet_id,
        ..SubnetMapping::default()
    };
    match (subnets.is_empty(), mappings.is_empty()) {
        (false, true) => Ok(subnets.into_iter().map(plain).collect()),
        (true, false) => Ok(mappings),
        _ => {
            let message = "You must specify either subnets or subnet mappings, and at least one";
            Err(ApiError::new("ValidationError", message))
        }
    }
}

fn check_zones(subnets: &[&Subnet], kind: Type) -> Result<(), ApiError> {
    let zones: BTreeSet<&str> = subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
    if zones.len() < subnets.len() {
        let message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    if kind == Type::Application && zones.len() < 2 {
        let message = "At least two subnets in two different Availability Zones must be specified";
        return Err(ApiError::new("ValidationError", message));
    }
    Ok(())
}

fn one_vpc<'a>(subnets: &[&'a Subnet]) -> Result<&'a str, ApiError> {
    let vpcs: BTreeSet<&str> = subnets.iter().map(|subnet| subnet.vpc_id.as_str()).collect();
    let mut vpcs = vpcs.into_iter();
    match (vpcs.next(), vpcs.next()) {
        (Some(vpc_id), None) => Ok(vpc_id),
        _ => Err(ApiError::new(
            "InvalidSubnet",
            "All subnets must belong to the same VPC",
        )),
    }
}

fn check_families(subnets: &[&Subnet], kind: Type, ip_address_type: IpAddressType) -> Result<(), ApiError> {
    if kind == Type::Network && ip_address_type == IpAddressType::DualstackWithoutPublicIpv4 {
        let message = "The IP address type 'dualstack-without-public-ipv4' is for application load balancers only";
        return Err(ApiError::new("ValidationError", message));
    }
    if ip_address_type.has_ipv6() && subnets.iter().any(|subnet| subnet.ipv6_cidr.is_none()) {
        let message = "You must specify subnets with an associated IPv6 CIDR block";
        return Err(ApiError::new("InvalidSubnet", message));
    }
    Ok(())
}

impl SubnetMapping {
    fn subnet<'a>(&self, ec2: &'a ec2::State) -> Result<&'a Subnet, ApiError> {
        let id = &self.subnet_id;
        let missing = || ApiError::new("SubnetNotFound", format!("The subnet ID '{id}' does not exist"));
        ec2.subnets.get(id).ok_or_else(missing)
    }

    fn check_addresses(&self, kind: Type, scheme: Scheme) -> Result<(), ApiError> {
        if kind == Type::Application && (self.allocation_id.is_some() || self.private_ipv4_address.is_some()) {
            let message = "Elastic IPs and fixed private addresses are for network load balancers only";
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        let wrong = match scheme {
            Scheme::Internal => self
                .allocation_id
                .is_some()
                .then_some("Elastic IPs are for internet-facing"),
            Scheme::InternetFacing => self
                .private_ipv4_address
                .is_some()
                .then_some("Fixed private addresses are for internal"),
        };
        wrong.map_or(Ok(()), |wrong| {
            Err(ApiError::new(
                "InvalidConfigurationRequest",
                format!("{wrong} load balancers only"),
            ))
        })
    }

    /// Makes the interface of a load balancer in this subnet.
    fn enter(
        self,
        load_balancer: &LoadBalancer,
        description: &str,
        ec2: &mut ec2::State,
        ids: &mut Ids,
    ) -> Result<Zone, ApiError> {
        let zone = ec2.subnet(&self.subnet_id)?.zone.clone();
        if load_balancer.zones.iter().any(|entered| entered.zone == zone) {
            let message = format!("The load balancer is in another subnet of {zone}, which must be removed first");
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        if self.private_ipv4_address.is_none() && ec2.available_addresses(&self.subnet_id) < FREE_ADDRESSES {
            let message = format!(
                "Not enough IP space available in {}. ELB requires at least {FREE_ADDRESSES} free IP addresses in each subnet",
                self.subnet_id
            );
            return Err(ApiError::new("InvalidSubnet", message));
        }
        let wanted = ServiceInterface {
            subnet_id: &self.subnet_id,
            security_groups: &load_balancer.security_groups,
            description,
            kind: match load_balancer.kind {
                Type::Application => "interface",
                Type::Network => "network_load_balancer",
            },
            requester: "amazon-elb",
            address: self.private_ipv4_address,
            allocation_id: self.allocation_id.as_deref(),
        };
        let interface_id = ec2
            .create_service_interface(&wanted, ids)
            .map_err(as_seen_through_elb)?;
        let Self {
            subnet_id,
            allocation_id,
            private_ipv4_address,
        } = self;
        Ok(Zone {
            zone,
            subnet_id,
            interface_id,
            allocation_id,
            private_ipv4_address,
        })
    }
}

fn as_seen_through_elb(error: ApiError) -> ApiError {
    let code = match &*error.code {
        "InvalidAllocationID.NotFound" => "AllocationIdNotFound",
        "Resource.AlreadyAssociated" => "ResourceInUse",
        "InvalidIPAddress.InUse" => "InvalidConfigurationRequest",
        _ => "InvalidSubnet",
    };
    ApiError::new(code, error.message)
}

/// Checks the security groups of a load balancer in a VPC.
///
/// # Errors
/// `InvalidSecurityGroup` for one that does not exist or belongs to another VPC.
pub fn check_security_groups(groups: &[String], vpc_id: &str, ec2: &ec2::State) -> Result<(), ApiError> {
    for id in groups {
        if ec2.security_groups.get(id).is_none_or(|group| group.vpc_id != vpc_id) {
            let message = format!("The security group '{id}' does not exist in {vpc_id}");
            return Err(ApiError::new("InvalidSecurityGroup", message));
        }
    }
    Ok(())
}
