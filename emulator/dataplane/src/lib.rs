//! The data plane of Network Load Balancers: listeners, flows, target health, DNS.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
mod matcher;
mod options;
mod report;

pub use config::Config;
pub use matcher::{InvalidMatcher, Matcher};
pub use options::{Options, Timing};
pub use report::{HealthReason, HealthReport, HealthState, Problem};
