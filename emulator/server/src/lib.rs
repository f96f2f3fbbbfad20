//! seatrial-aws: the AWS endpoint with its data plane. As a library, an isolated emulator for tests.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod changes;
mod counters;
mod drive;
mod emulator;
mod fault;
mod faults;
mod http;
mod journal;
mod topology;

pub use emulator::{Config, Emulator, StartError};
pub use fault::{Effect, Fault, FaultError, Injected, Moment, Refusal};
pub use journal::JournalError;

// What a Config is made of.
pub use cloud::{Timing, World};
pub use dataplane::Options as DataPlaneOptions;
