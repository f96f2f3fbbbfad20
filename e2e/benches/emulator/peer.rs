//! A server under load, in a process of its own.

use anyhow::{Context, Result};
use seatrial_e2e::process::Processes;
use seatrial_e2e::usage::Usage;
use std::net::SocketAddr;

/// Where it is reached, and what it costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pid: u32,
}

impl Peer {
    /// The recorded process of that label.
    pub(crate) fn running(label: &str, address: SocketAddr, processes: &Processes) -> Result<Self> {
        let pid = processes
            .pid(label)
            .with_context(|| format!("{label} has ended: {}", processes.last_words(label)))?;
        Ok(Self { address, pid })
    }

    /// What it has cost so far.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Ok(Usage::of(self.pid)?)
    }
}
