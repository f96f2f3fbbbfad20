//! EC2, API version 2016-11-15.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

pub(crate) mod dry_run;
pub mod ebs;
pub mod filter;
pub mod instance_type;
pub mod interface;
pub mod network;
pub mod permission;
pub mod security_group;
pub mod shape;
mod state;

pub use state::{ServiceInterface, State};

crate::action::actions! {
    rooms {
        ebs,
    }
    read {
        "DescribeAddresses" => describe_addresses,
        "DescribeAvailabilityZones" => describe_availability_zones,
        "DescribeInstanceTypes" => describe_instance_types,
        "DescribeInstances" => describe_instances,
        "DescribeInternetGateways" => describe_internet_gateways,
        "DescribeNetworkInterfaces" => describe_network_interfaces,
        "DescribeRouteTables" => describe_route_tables,
        "DescribeSecurityGroups" => describe_security_groups,
        "DescribeSubnets" => describe_subnets,
        "DescribeTags" => describe_tags,
        "DescribeVpcs" => describe_vpcs,
    }
    write {
        "AllocateAddress" => allocate_address,
        "AssignPrivateIpAddresses" => assign_private_ip_addresses,
        "AuthorizeSecurityGroupIngress" => authorize_security_group_ingress,
        "CreateNetworkInterface" => create_network_interface,
        "CreateSecurityGroup" => create_security_group,
        "CreateSubnet" => create_subnet,
        "CreateTags" => create_tags,
        "CreateVpc" => create_vpc,
        "DeleteSecurityGroup" => delete_security_group,
        "DeleteTags" => delete_tags,
        "RevokeSecurityGroupIngress" => revoke_security_group_ingress,
    }
}
