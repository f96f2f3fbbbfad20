//! kill -9 of a controller or of the emulated AWS, at any step of making and deleting a Service, and of making, changing and deleting a group of
//! Ingresses: after a restart all converges, and nothing is
//! there twice or left.
//!
//! A step is a call that writes to AWS: a fault holds the k-th one, or ends the emulated AWS at it, and k grows until the operation is
//! over without having made so many. What is written to Kubernetes between those calls is seen by a watch, which kills the writer.
//! Half of the walks pass beside another Service, which shares a security group and a rule with the one that comes and goes.

mod faults;
mod found;
mod group;
mod operation;
mod walk;
mod writes;

use anyhow::Result;
use emulator::Moment;
use group::Group;
use operation::Operation;
use seatrial_e2e::instance::{AWS, CONTROLLERS, Setup};
use seatrial_e2e::trial::trial;
use walk::{Example, Scene, Walk};

#[tokio::test]
async fn a_kill_at_any_step_duplicates_nothing_and_leaves_nothing() -> Result<()> {
    let setup = Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, async |instance| {
        let walk = Walk::prepare(instance).await?;
        let [service, ingress, bindings] = CONTROLLERS;
        let alone = |example| Scene { example, beside: None };
        walk.writes(alone(Example::Ip)).await?;
        walk.calls(service, Moment::Before, alone(Example::Ip)).await?;
        walk.calls(bindings, Moment::Before, alone(Example::Instance)).await?;
        walk.calls(AWS, Moment::Before, alone(Example::Instance)).await?;
        walk.calls(AWS, Moment::After, alone(Example::Ip)).await?;

        walk.undisturbed(Operation::Create, alone(Example::Ip)).await?;
        let beside = Scene {
            example: Example::Instance,
            beside: Some(Example::Ip),
        };
        for victim in [service, bindings, AWS] {
            walk.calls(victim, Moment::After, beside).await?;
        }
        walk.undisturbed(Operation::Delete, alone(Example::Ip)).await?;

        let group = Group::prepare(&walk).await?;
        for victim in [ingress, AWS] {
            group.calls(victim, Moment::Before).await?;
        }
        for victim in [ingress, bindings, AWS] {
            group.calls(victim, Moment::After).await?;
        }
        Ok(())
    })
    .await
}
