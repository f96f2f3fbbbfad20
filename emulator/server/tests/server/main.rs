//! The endpoint over HTTP.
#![allow(clippy::unwrap_used)]

mod changes;
mod client;
mod faults;
mod restart;
