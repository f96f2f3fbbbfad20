//! EC2, API version 2016-11-15.

pub mod filter;
pub mod interface;
pub mod network;
pub mod security_group;
pub mod shape;
mod state;

pub use state::{ServiceInterface, State};

crate::action::actions! {
    read {
        "DescribeVpcs" => describe_vpcs,
    }
    write {
    }
}
