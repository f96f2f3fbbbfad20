//! EC2, API version 2016-11-15.

pub mod filter;
pub mod permission;
pub mod interface;
pub mod network;
pub mod security_group;
pub mod shape;
mod state;

pub use state::{ServiceInterface, State};

crate::action::actions! {
    read {
        "DescribeAvailabilityZones" => describe_availability_zones,
        "DescribeInstances" => describe_instances,
        "DescribeNetworkInterfaces" => describe_network_interfaces,
        "DescribeRouteTables" => describe_route_tables,
        "DescribeSecurityGroups" => describe_security_groups,
        "DescribeSubnets" => describe_subnets,
        "DescribeTags" => describe_tags,
        "DescribeVpcs" => describe_vpcs,
    }
    write {
        "AuthorizeSecurityGroupIngress" => authorize_security_group_ingress,
        "CreateSecurityGroup" => create_security_group,
        "CreateTags" => create_tags,
        "DeleteSecurityGroup" => delete_security_group,
        "DeleteTags" => delete_tags,
        "RevokeSecurityGroupIngress" => revoke_security_group_ingress,
    }
}
