//! The faults of the emulated AWS, switched on and read over its endpoint.

use anyhow::{Context, Result, ensure};
use emulator::{Effect, Fault, Moment};
use seatrial_e2e::instance::{Instance, request};

const FAULTS: &str = "/_seatrial/faults";

/// Lets the first write that comes after `skip` others meet `effect`.
pub(crate) fn set(instance: &Instance, skip: u64, moment: Moment, effect: Effect) -> Result<()> {
    let fault = Fault {
        action: None,
        reads: false,
        skip,
        times: Some(1),
        moment,
        effect,
    };
    send(instance, "PUT", &serde_json::to_string(&[fault])?).map(drop)
}

/// Removes the fault, and lets the call go that it holds.
pub(crate) fn clear(instance: &Instance) -> Result<()> {
    send(instance, "DELETE", "").map(drop)
}

/// Whether a call has met the fault.
pub(crate) fn is_met(instance: &Instance) -> bool {
    send(instance, "GET", "").is_ok_and(|list| list.contains(r#""hits":1"#))
}

fn send(instance: &Instance, method: &str, body: &str) -> Result<String> {
    let response = request(instance.aws_address(), method, FAULTS, body).context("the endpoint of faults")?;
    ensure!(response.starts_with("HTTP/1.1 200"), "{response}");
    Ok(response)
}
