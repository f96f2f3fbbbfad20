//! What the controllers share: arguments, logs, cache, work queue, finalizers, events, metrics, leader lease, webhooks, health.
//!
//! A binary puts the pieces together in this order: [`telemetry::init`], [`client::connect`], [`serve::serve`],
//! [`crd::wait_until_served`], [`leadership::lead`], one [`cache::follow`] per kind, [`queue::Queue::run`]; and when
//! [`shutdown::on_signal`] fires, the queue drains and the lease is released last.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod args;
pub mod cache;
pub mod chain;
pub mod client;
pub mod crd;
pub mod events;
pub mod finalizer;
pub mod key;
pub mod leadership;
pub mod metrics;
pub mod process;
pub mod queue;
mod schedule;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
pub mod webhook;

pub use args::Args;
pub use key::Key;
