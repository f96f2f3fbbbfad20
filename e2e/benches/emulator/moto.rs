//! moto's server, for comparison.

use crate::peer::Peer;
use anyhow::Result;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{answers, free_port};
use seatrial_e2e::process::{Processes, Program};
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::peers;

const LABEL: &str = "moto";

/// Starts it, with its default VPC.
pub(crate) async fn start(processes: &Processes) -> Result<Peer> {
    let address = free_port(0)?;
    processes.start(&Program {
        label: LABEL.into(),
        path: peers(Progress::Lines)?.join("moto_server"),
        args: vec![format!("-H{}", address.ip()), format!("-p{}", address.port())],
        ..Program::default()
    })?;
    wait_for(LABEL, 30, async || answers(address, "/moto-api/data.json")).await?;
    Peer::running(LABEL, address, processes)
}
