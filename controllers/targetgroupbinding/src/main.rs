//! targetgroupbinding-controller: endpoints to targets, readiness gates, networking rules.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod availability_zone;
mod binding;
mod checkpoint;
mod cluster;
mod controller;
mod deferred;
mod endpoints;
mod error;
mod interfaces;
mod matching;
mod multicluster;
mod networking;
mod node_filter;
mod objects;
mod open;
mod readiness;
mod reconcile;
mod registration;
mod rules;
mod security_groups;
mod targets;
mod watches;
mod writes;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    runtime::client::install_crypto_provider();
    let args = args::Args::parse();
    runtime::process::run(&args.runtime, controller::run(&args))
}
