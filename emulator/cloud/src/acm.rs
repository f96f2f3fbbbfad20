//! AWS Certificate Manager, API version 2015-12-08.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

pub mod certificate;
mod state;

pub use state::State;
