//! What CSI drivers share.
//!
//! A driver implements the service traits of `csi-proto`, each method by [`Rpcs::answer`], puts the services into
//! [`Services`] and serves them at an [`Endpoint`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod endpoint;
pub mod metrics_server;
pub mod operations;
pub mod registration;
mod rpc;
pub mod server;

pub use endpoint::Endpoint;
pub use operations::{Busy, Operation, Operations};
pub use rpc::{Refusal, Rpcs};
pub use server::{ServeError, Services};
