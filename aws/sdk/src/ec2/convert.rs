//! Between our types and the SDK's.

use aws_api::Tags;
use aws_api::ec2::{
    AvailabilityZone, Filters, Instance, NetworkInterface, Peer, Permission, RouteTable, SecurityGroup, Subnet, Vpc,
};
use aws_sdk_ec2::types as sdk;

pub(super) fn filters(from: &Filters) -> Option<Vec<sdk::Filter>> {
    let filter = |(name, values): &(String, Vec<String>)| {
        sdk::Filter::builder()
            .name(name)
            .set_values(Some(values.clone()))
            .build()
    };
    (!from.is_empty()).then(|| from.iter().map(filter).collect())
}

pub(super) fn tags(from: &Tags) -> Vec<sdk::Tag> {
    from.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}

pub(super) fn tag_keys(from: &[String]) -> Vec<sdk::Tag> {
    from.iter().map(|key| sdk::Tag::builder().key(key).build()).collect()
}

pub(super) fn tags_of(from: Option<Vec<sdk::Tag>>) -> Tags {
    let tags = from.unwrap_or_default().into_iter();
    tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

pub(super) fn vpc(from: sdk::Vpc) -> Vpc {
    let cidrs = from
        .cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter_map(|one| {
            let state = one.cidr_block_state.and_then(|state| state.state);
            one.cidr_block
                .filter(|_| state == Some(sdk::VpcCidrBlockStateCode::Associated))
        });
    let ipv6_cidrs = from
        .ipv6_cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter_map(|one| {
            let state = one.ipv6_cidr_block_state.and_then(|state| state.state);
            one.ipv6_cidr_block
                .filter(|_| state == Some(sdk::VpcCidrBlockStateCode::Associated))
        });
    let mut cidrs: Vec<_> = cidrs.collect();
    if cidrs.is_empty() {
        // An answer without associations still names the primary block.
        cidrs.extend(from.cidr_block);
    }
    Vpc {
        id: from.vpc_id.unwrap_or_default(),
        cidrs,
        ipv6_cidrs: ipv6_cidrs.collect(),
        tags: tags_of(from.tags),
    }
}

pub(super) fn subnet(from: sdk::Subnet) -> Subnet {
    let ipv6_cidrs = from
        .ipv6_cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter_map(|one| {
            let state = one.ipv6_cidr_block_state.and_then(|state| state.state);
            one.ipv6_cidr_block
                .filter(|_| state == Some(sdk::SubnetCidrBlockStateCode::Associated))
        });
    Subnet {
        id: from.subnet_id.unwrap_or_default(),
        vpc_id: from.vpc_id.unwrap_or_default(),
        zone: from.availability_zone.unwrap_or_default(),
        zone_id: from.availability_zone_id.unwrap_or_default(),
        cidr: from.cidr_block.unwrap_or_default(),
        ipv6_cidrs: ipv6_cidrs.collect(),
        available_addresses: from.available_ip_address_count.unwrap_or_default(),
        outpost_arn: from.outpost_arn.filter(|arn| !arn.is_empty()),
        tags: tags_of(from.tags),
    }
}

pub(super) fn zone(from: sdk::AvailabilityZone) -> AvailabilityZone {
    AvailabilityZone {
        name: from.zone_name.unwrap_or_default(),
        id: from.zone_id.unwrap_or_default(),
        kind: from.zone_type.unwrap_or_default(),
    }
}

pub(super) fn route_table(from: sdk::RouteTable) -> RouteTable {
    let associations = from.associations.unwrap_or_default();
    RouteTable {
        id: from.route_table_id.unwrap_or_default(),
        main: associations.iter().any(|association| association.main == Some(true)),
        subnet_ids: associations
            .into_iter()
            .filter_map(|association| association.subnet_id)
            .collect(),
        gateway_ids: from
            .routes
            .unwrap_or_default()
            .into_iter()
            .filter_map(|route| route.gateway_id)
            .collect(),
    }
}

pub(super) fn security_group(from: sdk::SecurityGroup) -> SecurityGroup {
    SecurityGroup {
        id: from.group_id.unwrap_or_default(),
        name: from.group_name.unwrap_or_default(),
        vpc_id: from.vpc_id.unwrap_or_default(),
        ingress: from
            .ip_permissions
            .unwrap_or_default()
            .into_iter()
            .flat_map(permissions)
            .collect(),
        tags: tags_of(from.tags),
    }
}

/// EC2 groups the peers of one protocol and range; here each peer is a permission.
fn permissions(from: sdk::IpPermission) -> Vec<Permission> {
    let ipv4 = from.ip_ranges.unwrap_or_default().into_iter();
    let ipv6 = from.ipv6_ranges.unwrap_or_default().into_iter();
    let groups = from.user_id_group_pairs.unwrap_or_default().into_iter();
    let lists = from.prefix_list_ids.unwrap_or_default().into_iter();
    let peers = ipv4
        .filter_map(|one| Some((Peer::Ipv4(one.cidr_ip?), one.description)))
        .chain(ipv6.filter_map(|one| Some((Peer::Ipv6(one.cidr_ipv6?), one.description))))
        .chain(groups.filter_map(|one| Some((Peer::SecurityGroup(one.group_id?), one.description))))
        .chain(lists.filter_map(|one| Some((Peer::PrefixList(one.prefix_list_id?), one.description))));
    let protocol = from.ip_protocol.unwrap_or_default();
    let permission = |(peer, description)| Permission {
        protocol: protocol.clone(),
        from_port: from.from_port,
        to_port: from.to_port,
        peer,
        description,
    };
    peers.map(permission).collect()
}

pub(super) fn permission(from: &Permission) -> sdk::IpPermission {
    let builder = sdk::IpPermission::builder()
        .ip_protocol(&from.protocol)
        .set_from_port(from.from_port)
        .set_to_port(from.to_port);
    // Empty rather than absent, as the Go controller says it, so that the rules of both read alike.
    let description = Some(from.description.clone().unwrap_or_default());
    let builder = match &from.peer {
        Peer::Ipv4(cidr) => builder.ip_ranges(
            sdk::IpRange::builder()
                .cidr_ip(cidr)
                .set_description(description)
                .build(),
        ),
        Peer::Ipv6(cidr) => builder.ipv6_ranges(
            sdk::Ipv6Range::builder()
                .cidr_ipv6(cidr)
                .set_description(description)
                .build(),
        ),
        Peer::SecurityGroup(id) => builder.user_id_group_pairs(
            sdk::UserIdGroupPair::builder()
                .group_id(id)
                .set_description(description)
                .build(),
        ),
        Peer::PrefixList(id) => builder.prefix_list_ids(
            sdk::PrefixListId::builder()
                .prefix_list_id(id)
                .set_description(description)
                .build(),
        ),
    };
    builder.build()
}

pub(super) fn instance(from: sdk::Instance) -> Instance {
    let id = from.instance_id.unwrap_or_default();
    let interfaces = from.network_interfaces.unwrap_or_default().into_iter();
    Instance {
        interfaces: interfaces
            .map(|interface| interface_of_instance(&id, interface))
            .collect(),
        id,
        vpc_id: from.vpc_id.unwrap_or_default(),
        zone: from
            .placement
            .and_then(|placement| placement.availability_zone)
            .unwrap_or_default(),
    }
}

fn interface_of_instance(instance_id: &str, from: sdk::InstanceNetworkInterface) -> NetworkInterface {
    let private = from.private_ip_addresses.unwrap_or_default().into_iter();
    let ipv6 = from.ipv6_addresses.unwrap_or_default().into_iter();
    let prefixes = from.ipv4_prefixes.unwrap_or_default().into_iter();
    let ipv6_prefixes = from.ipv6_prefixes.unwrap_or_default().into_iter();
    NetworkInterface {
        id: from.network_interface_id.unwrap_or_default(),
        instance_id: Some(instance_id.to_owned()),
        device_index: from.attachment.and_then(|attachment| attachment.device_index),
        subnet_id: from.subnet_id.unwrap_or_default(),
        security_groups: groups(from.groups),
        addresses: primary_first(private.filter_map(|one| Some((one.primary == Some(true), one.private_ip_address?)))),
        ipv6_addresses: ipv6.filter_map(|one| one.ipv6_address).collect(),
        prefixes: prefixes.filter_map(|one| one.ipv4_prefix).collect(),
        ipv6_prefixes: ipv6_prefixes.filter_map(|one| one.ipv6_prefix).collect(),
    }
}

pub(super) fn network_interface(from: sdk::NetworkInterface) -> NetworkInterface {
    let private = from.private_ip_addresses.unwrap_or_default().into_iter();
    let ipv6 = from.ipv6_addresses.unwrap_or_default().into_iter();
    let prefixes = from.ipv4_prefixes.unwrap_or_default().into_iter();
    let ipv6_prefixes = from.ipv6_prefixes.unwrap_or_default().into_iter();
    let (instance_id, device_index) = from
        .attachment
        .map(|attachment| (attachment.instance_id, attachment.device_index))
        .unwrap_or_default();
    NetworkInterface {
        id: from.network_interface_id.unwrap_or_default(),
        instance_id,
        device_index,
        subnet_id: from.subnet_id.unwrap_or_default(),
        security_groups: groups(from.groups),
        addresses: primary_first(private.filter_map(|one| Some((one.primary == Some(true), one.private_ip_address?)))),
        ipv6_addresses: ipv6.filter_map(|one| one.ipv6_address).collect(),
        prefixes: prefixes.filter_map(|one| one.ipv4_prefix).collect(),
        ipv6_prefixes: ipv6_prefixes.filter_map(|one| one.ipv6_prefix).collect(),
    }
}

fn groups(from: Option<Vec<sdk::GroupIdentifier>>) -> Vec<String> {
    from.unwrap_or_default()
        .into_iter()
        .filter_map(|group| group.group_id)
        .collect()
}

fn primary_first(addresses: impl Iterator<Item = (bool, String)>) -> Vec<String> {
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(|(primary, _)| !primary);
    addresses.into_iter().map(|(_, address)| address).collect()
}
