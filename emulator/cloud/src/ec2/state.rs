//! What EC2 holds in one region, and the address arithmetic that other services ask it for.

use super::ebs;
use super::interface::{Instance, Interface};
use super::network::{Address, InternetGateway, RouteTable, Subnet, Vpc};
use super::security_group::SecurityGroup;
use crate::{ApiError, Ids, Tags, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Addresses of a subnet that nobody gets: network, router, DNS, reserved, broadcast.
const RESERVED: u64 = 5;

/// The EC2 resources of a region, each by its id.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// VPCs.
    pub vpcs: BTreeMap<String, Vpc>,
    /// Subnets.
    pub subnets: BTreeMap<String, Subnet>,
    /// Route tables.
    pub route_tables: BTreeMap<String, RouteTable>,
    /// Internet gateways.
    pub internet_gateways: BTreeMap<String, InternetGateway>,
    /// Elastic IP addresses by allocation id.
    pub addresses: BTreeMap<String, Address>,
    /// Instances.
    pub instances: BTreeMap<String, Instance>,
    /// Network interfaces.
    pub interfaces: BTreeMap<String, Interface>,
    /// Security groups.
    pub security_groups: BTreeMap<String, SecurityGroup>,
    /// Volumes and snapshots.
    pub ebs: ebs::State,
}

/// What a service asks for when it places an interface of its own in a subnet.
#[derive(Debug, Clone)]
pub struct ServiceInterface<'a> {
    /// The subnet.
    pub subnet_id: &'a str,
    /// Ids of security groups.
    pub security_groups: &'a [String],
    /// Description, such as `ELB net/<name>/<id>`.
    pub description: &'a str,
    /// Interface type, such as `network_load_balancer`.
    pub kind: &'a str,
    /// The service, such as `amazon-elb`.
    pub requester: &'a str,
    /// An address that was asked for; otherwise a free one from the upper half of the subnet.
    pub address: Option<Ipv4Addr>,
    /// Allocation id of an Elastic IP to associate.
    pub allocation_id: Option<&'a str>,
}

impl State {
    /// A subnet by id.
    ///
    /// # Errors
    /// `InvalidSubnetID.NotFound`.
    pub fn subnet(&self, id: &str) -> Result<&Subnet, ApiError> {
        self.subnets
            .get(id)
            .ok_or_else(|| not_found("InvalidSubnetID.NotFound", "subnet", id))
    }

    /// A security group by id.
    ///
    /// # Errors
    /// `InvalidGroup.NotFound`.
    pub fn security_group(&self, id: &str) -> Result<&SecurityGroup, ApiError> {
        self.security_groups
            .get(id)
            .ok_or_else(|| not_found("InvalidGroup.NotFound", "security group", id))
    }

    /// The security group of a VPC that is taken when none is named, if it has one.
    pub fn default_security_group(&self, vpc_id: &str) -> Option<&str> {
        let mut groups = self.security_groups.iter();
        groups
            .find(|(_, group)| group.vpc_id == vpc_id && group.name == "default")
            .map(|(id, _)| id.as_str())
    }

    /// The primary private address of an instance: that of its interface with device index 0.
    pub fn instance_address(&self, id: &str) -> Option<Ipv4Addr> {
        self.instance_interfaces(id)
            .find(|(_, interface)| {
                interface
                    .attachment
                    .as_ref()
                    .is_some_and(|attachment| attachment.device_index == 0)
            })
            .and_then(|(_, interface)| interface.primary())
    }

    /// The interfaces of an instance.
    pub fn instance_interfaces<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a String, &'a Interface)> {
        self.interfaces.iter().filter(move |(_, interface)| {
            interface
                .attachment
                .as_ref()
                .is_some_and(|attachment| attachment.instance_id == id)
        })
    }

    /// How many addresses of a subnet are free (AvailableIpAddressCount).
    pub fn available_addresses(&self, subnet_id: &str) -> u64 {
        let Some(subnet) = self.subnets.get(subnet_id) else {
            return 0;
        };
        let size = 1_u64 << (32 - subnet.cidr.prefix_len());
        let taken: u64 = self.interfaces_in(subnet_id).map(Interface::taken).sum();
        size.saturating_sub(RESERVED + taken)
    }

    fn interfaces_in<'a>(&'a self, subnet_id: &'a str) -> impl Iterator<Item = &'a Interface> {
        self.interfaces
            .values()
            .filter(move |interface| interface.subnet_id == subnet_id)
    }

    /// Whether an address is in the subnet, given out by nobody and not reserved.
    pub fn is_free(&self, subnet_id: &str, address: Ipv4Addr) -> bool {
        self.subnets.get(subnet_id).is_some_and(|subnet| {
            let first = u32::from(subnet.cidr.network());
            let last = u32::from(subnet.cidr.broadcast());
            (first + 4..last).contains(&u32::from(address))
        }) && !self
            .interfaces_in(subnet_id)
            .any(|interface| interface.carries(address))
    }

    /// A free address of the subnet. Those from the upper half come first when `upper`: there services place theirs,
    /// so that they do not mix with those of instances and pods.
    ///
    /// # Errors
    /// `InvalidSubnetID.NotFound`, `InsufficientFreeAddressesInSubnet`.
    pub fn free_address(&self, subnet_id: &str, upper: bool) -> Result<Ipv4Addr, ApiError> {
        let subnet = self.subnet(subnet_id)?;
        let (first, last) = (u32::from(subnet.cidr.network()), u32::from(subnet.cidr.broadcast()));
        let middle = first + (last - first) / 2 + 1;
        let interfaces: Vec<&Interface> = self.interfaces_in(subnet_id).collect();
        let single: BTreeSet<Ipv4Addr> = interfaces
            .iter()
            .flat_map(|interface| interface.addresses.iter().copied())
            .collect();
        let free = |address: &u32| {
            let address = Ipv4Addr::from(*address);
            !single.contains(&address)
                && !interfaces
                    .iter()
                    .flat_map(|interface| &interface.prefixes)
                    .any(|prefix| prefix.contains(&address))
        };
        let (low, high) = (first + 4..middle.max(first + 4), middle.max(first + 4)..last);
        let found = if upper {
            high.chain(low).find(free)
        } else {
            low.chain(high).find(free)
        };
        found.map(Ipv4Addr::from).ok_or_else(|| {
            ApiError::new(
                "InsufficientFreeAddressesInSubnet",
                format!("The subnet '{subnet_id}' does not have enough free addresses"),
            )
        })
    }

    /// The address that was asked for, if it is free, otherwise any free one as [`Self::free_address`] chooses.
    ///
    /// # Errors
    /// `InvalidIPAddress.InUse` for an address that is taken or not the subnet's; otherwise as [`Self::free_address`].
    pub(crate) fn wanted_address(
        &self,
        subnet_id: &str,
        wanted: Option<Ipv4Addr>,
        upper: bool,
    ) -> Result<Ipv4Addr, ApiError> {
        self.subnet(subnet_id)?;
        match wanted {
            Some(address) if self.is_free(subnet_id, address) => Ok(address),
            Some(address) => {
                let message = format!("Address {address} is in use or not in subnet {subnet_id}");
                Err(ApiError::new("InvalidIPAddress.InUse", message))
            }
            None => self.free_address(subnet_id, upper),
        }
    }

    /// Creates the interface of a service (a load balancer's, for instance) and returns its id.
    ///
    /// # Errors
    /// `InvalidSubnetID.NotFound`, `InsufficientFreeAddressesInSubnet`, `InvalidIPAddress.InUse` for an address that is taken or not
    /// the subnet's, `InvalidAllocationID.NotFound`, `Resource.AlreadyAssociated` for an Elastic IP that another interface has.
    /// Nothing is created then.
    pub fn create_service_interface(
        &mut self,
        wanted: &ServiceInterface<'_>,
        ids: &mut Ids,
    ) -> Result<String, ApiError> {
        let address = self.wanted_address(wanted.subnet_id, wanted.address, true)?;
        self.check_allocation(wanted.allocation_id)?;
        let subnet = self.subnet(wanted.subnet_id)?;
        let interface = Interface {
            vpc_id: subnet.vpc_id.clone(),
            subnet_id: wanted.subnet_id.to_owned(),
            zone: subnet.zone.clone(),
            description: wanted.description.to_owned(),
            kind: wanted.kind.to_owned(),
            requester: Some(wanted.requester.to_owned()),
            security_groups: wanted.security_groups.to_vec(),
            addresses: vec![address],
            prefixes: Vec::new(),
            attachment: None,
            tags: Tags::new(),
        };
        let id = ids.resource("eni");
        self.interfaces.insert(id.clone(), interface);
        if let Some(elastic) = wanted
            .allocation_id
            .and_then(|allocation| self.addresses.get_mut(allocation))
        {
            elastic.interface_id = Some(id.clone());
        }
        Ok(id)
    }

    /// That an Elastic IP exists and is free.
    fn check_allocation(&self, allocation_id: Option<&str>) -> Result<(), ApiError> {
        let Some(id) = allocation_id else { return Ok(()) };
        let elastic = self
            .addresses
            .get(id)
            .ok_or_else(|| not_found("InvalidAllocationID.NotFound", "allocation", id))?;
        match &elastic.interface_id {
            None => Ok(()),
            Some(other) => Err(ApiError::new(
                "Resource.AlreadyAssociated",
                format!("{id} is already associated with {other}"),
            )),
        }
    }

    /// Removes an interface that a service made, and frees its addresses.
    pub fn release_interface(&mut self, id: &str) {
        self.interfaces.remove(id);
        for elastic in self
            .addresses
            .values_mut()
            .filter(|elastic| elastic.interface_id.as_deref() == Some(id))
        {
            elastic.interface_id = None;
        }
    }

    /// The public address of an interface.
    pub fn public_address(&self, interface_id: &str) -> Option<Ipv4Addr> {
        let has = |elastic: &&Address| elastic.interface_id.as_deref() == Some(interface_id);
        self.addresses.values().find(has).map(|elastic| elastic.public_ip)
    }

    /// The interface that has an address in its VPC, as its own or in a delegated prefix.
    pub fn interface_of(&self, vpc_id: &str, address: Ipv4Addr) -> Option<(&String, &Interface)> {
        self.interfaces
            .iter()
            .find(|(_, interface)| interface.vpc_id == vpc_id && interface.carries(address))
    }

    /// Zones that have a subnet.
    pub fn zones(&self) -> BTreeSet<&str> {
        self.subnets.values().map(|subnet| subnet.zone.as_str()).collect()
    }

    /// The tags of a resource of any type that is there.
    pub fn tags_mut(&mut self, id: &str, now: Timestamp) -> Option<&mut Tags> {
        let (prefix, _) = id.split_once('-')?;
        match prefix {
            "vpc" => self.vpcs.get_mut(id).map(|vpc| &mut vpc.tags),
            "subnet" => self.subnets.get_mut(id).map(|subnet| &mut subnet.tags),
            "rtb" => self.route_tables.get_mut(id).map(|table| &mut table.tags),
            "igw" => self.internet_gateways.get_mut(id).map(|gateway| &mut gateway.tags),
            "eipalloc" => self.addresses.get_mut(id).map(|address| &mut address.tags),
            "i" => self.instances.get_mut(id).map(|instance| &mut instance.tags),
            "eni" => self.interfaces.get_mut(id).map(|interface| &mut interface.tags),
            "sg" => self.security_groups.get_mut(id).map(|group| &mut group.tags),
            "vol" | "snap" => self.ebs.tags_mut(id, now),
            _ => None,
        }
    }
}

/// The error for tags of something that is not there.
pub(crate) fn untaggable(id: &str) -> ApiError {
    match id.split_once('-') {
        Some(("vol", _)) => ApiError::new("InvalidVolume.NotFound", format!("The volume '{id}' does not exist.")),
        Some(("snap", _)) => ApiError::new(
            "InvalidSnapshot.NotFound",
            format!("The snapshot '{id}' does not exist."),
        ),
        _ => not_found("InvalidID", "", id),
    }
}

/// The error for an id that names nothing.
pub(crate) fn not_found(code: &'static str, kind: &str, id: &str) -> ApiError {
    ApiError::new(code, format!("The {kind} ID '{id}' does not exist"))
}

impl State {
    /// Every resource: its type as tag specifications name it, its id, its tags.
    pub(crate) fn tagged(&self, now: Timestamp) -> impl Iterator<Item = (&'static str, &String, &Tags)> {
        let vpcs = self.vpcs.iter().map(|(id, vpc)| ("vpc", id, &vpc.tags));
        let subnets = self.subnets.iter().map(|(id, subnet)| ("subnet", id, &subnet.tags));
        let tables = self
            .route_tables
            .iter()
            .map(|(id, table)| ("route-table", id, &table.tags));
        let gateways = self
            .internet_gateways
            .iter()
            .map(|(id, gateway)| ("internet-gateway", id, &gateway.tags));
        let addresses = self
            .addresses
            .iter()
            .map(|(id, address)| ("elastic-ip", id, &address.tags));
        let instances = self
            .instances
            .iter()
            .map(|(id, instance)| ("instance", id, &instance.tags));
        let interfaces = self
            .interfaces
            .iter()
            .map(|(id, interface)| ("network-interface", id, &interface.tags));
        let groups = self
            .security_groups
            .iter()
            .map(|(id, group)| ("security-group", id, &group.tags));
        vpcs.chain(subnets)
            .chain(tables)
            .chain(gateways)
            .chain(addresses)
            .chain(instances)
            .chain(interfaces)
            .chain(groups)
            .chain(self.ebs.tagged(now))
    }
}
