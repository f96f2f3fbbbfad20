//! The endpoint over HTTP.
#![allow(clippy::unwrap_used)]

mod client;
mod faults;
mod restart;
