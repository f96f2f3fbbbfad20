//! The EBS CSI driver without its clients.
//!
//! The pure middle understands requests: [`parameters`], [`tags`], [`capacity`], [`performance`], [`topology`], [`device_name`].
//! Around it the thin shells: [`controller`] makes calls of EC2 of them, [`node`] mounts. Nothing here links the AWS SDK.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
pub mod capability;
pub mod capacity;
pub mod controller;
pub mod describe;
pub mod device_name;
pub mod identity;
pub mod invalid;
pub mod local;
pub mod metadata;
pub mod metered;
pub mod names;
pub mod node;
pub mod parameters;
pub mod performance;
pub mod pre_stop;
pub mod startup_taint;
pub mod tags;
pub mod template;
pub mod token;
pub mod topology;
pub mod wait;
