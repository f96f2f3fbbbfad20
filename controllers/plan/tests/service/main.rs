//! Services and what is planned for them.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod choices;
mod claims;
mod golden;
mod refusals;
mod world;
