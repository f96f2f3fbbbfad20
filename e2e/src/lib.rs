//! A real control plane and nodes as child processes, the suites, the benchmarks.
//!
//! [`toolchain`] gets the programs, [`cluster`] runs them, [`instance`] puts the emulated AWS and the controllers beside them.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod address_plan;
pub mod calls;
pub mod certificate;
pub mod client;
pub mod client_loop;
pub mod cluster;
pub mod example;
pub mod fleet;
pub mod host;
pub mod instance;
pub mod load_balancer;
pub mod process;
pub mod progress;
pub mod report;
pub mod toolchain;
pub mod trial;
pub mod usage;
pub mod webapp;
pub mod world;
