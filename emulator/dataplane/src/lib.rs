//! The data plane of Network and Application Load Balancers: listeners that carry traffic, target health that is really probed, DNS.
//!
//! It knows nothing of AWS's API: it is told a [`Config`] and gives back [`HealthReport`]s.
//!
//! ```text
//! Config -> control thread -> Routes (compiled, behind an ArcSwap) -> worker threads: accept; flows, datagrams: choose a target, relay
//!            |                                                                        requests: follow rules, forward, answer
//!            |  probes, health reports                            -> DNS thread
//! ```
//! Every thread enters the network namespace of the VPC before it makes a socket.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod application;
pub mod config;
mod control;
mod counters;
mod datagrams;
mod departure;
mod dns;
mod executor;
mod flow;
mod flows;
mod health;
mod matcher;
mod namespace;
mod options;
mod plane;
mod prepared;
mod proxy_protocol;
mod report;
mod routes;
mod selection;
mod standing;
mod stream;
mod tls;
mod worker;

pub use config::Config;
pub use counters::{Flows, Requests};
pub use matcher::{InvalidMatcher, Matcher};
pub use options::{Options, Timing};
pub use plane::{DataPlane, HealthReports, PublicKey, StartError};
pub use report::{HealthReason, HealthReport, HealthState, Problem};
