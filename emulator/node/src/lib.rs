//! seatrial-node: what the Nitro card, udev and the metadata service do on an EC2 instance.
//!
//! Volumes that are attached to the instance become block devices; their bytes, and those of snapshots, are files in a directory that
//! all nodes of a machine share. What there should be is read from the public EC2 API, so any endpoint will do.
//!
//! ```text
//! EC2 API -> ec2 (view) -> machine (files: store, devices: devices) -> /dev/loopN, /dev/xvdaa, /dev/disk/by-id/nvme-...
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod agent;
pub mod devices;
pub mod ec2;
pub mod http;
pub mod imds;
mod machine;
pub mod metadata;
mod serve;
mod status;
pub mod store;

pub use agent::{Agent, Options, StartError, remove};
pub use status::Status;
