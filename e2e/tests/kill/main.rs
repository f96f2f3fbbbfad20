//! kill -9 of either controller or of the emulated AWS, at any step of a create or delete: after a restart all converges, and nothing is
//! there twice or left.
//!
//! A step is a call that writes to AWS: a fault holds the k-th one, or ends the emulated AWS at it, and k grows until the operation is
//! over without having made so many. What is written to Kubernetes between those calls is seen by a watch, which kills the writer.

mod faults;
mod found;
mod operation;
mod walk;
mod writes;

use anyhow::Result;
use emulator::Moment;
use seatrial_e2e::instance::{AWS, CONTROLLERS, Setup};
use seatrial_e2e::trial::trial;
use walk::{Example, Walk};

#[tokio::test]
async fn a_kill_at_any_step_duplicates_nothing_and_leaves_nothing() -> Result<()> {
    let setup = Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, async |instance| {
        let walk = Walk::prepare(instance).await?;
        let [service, bindings] = CONTROLLERS;
        walk.writes(Example::Instance).await?;
        walk.calls(service, Moment::Before, Example::Ip).await?;
        walk.calls(bindings, Moment::Before, Example::Instance).await?;
        walk.calls(AWS, Moment::Before, Example::Instance).await?;
        walk.calls(AWS, Moment::After, Example::Ip).await
    })
    .await
}
