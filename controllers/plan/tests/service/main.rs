//! Services and what is planned for them.
#![allow(clippy::unwrap_used)]

mod choices;
mod claims;
mod golden;
mod refusals;
mod world;
