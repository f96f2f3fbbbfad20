//! Who waits for a change hears of it.

use crate::client::{call, page};
use seatrial_aws::{Config, Emulator};
use std::net::SocketAddr;

async fn cursor(address: SocketAddr, after: &str) -> String {
    let path = format!("/_seatrial/changes?region=us-west-2&after={}", after.trim());
    let (status, body) = page(address, "GET", &path, "").await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn a_call_that_changes_something_ends_the_wait() {
    let emulator = Emulator::start(Config::default()).await.unwrap();
    let address = emulator.address();
    let first = cursor(address, "").await;
    let waits = tokio::spawn(async move { cursor(address, &first).await });
    let form = "Action=CreateVolume&AvailabilityZone=us-west-2a&Size=1";
    assert_eq!(call(address, "ec2", form).await.0, 200);
    let second = waits.await.unwrap();
    assert!(second.starts_with("1."), "{second}");
    // The volume becomes available without another call.
    let third = cursor(address, &second).await;
    assert!(third.starts_with("1.") && third != second, "{third}");
    let found = call(
        address,
        "ec2",
        "Action=DescribeVolumes&Filter.1.Name=status&Filter.1.Value.1=available",
    )
    .await;
    assert!(found.1.contains("<status>available</status>"), "{}", found.1);
}

#[tokio::test]
async fn nobody_who_waits_keeps_the_emulator_from_ending() {
    let emulator = Emulator::start(Config::default()).await.unwrap();
    let address = emulator.address();
    let first = cursor(address, "").await;
    let waits = tokio::spawn(async move { cursor(address, &first).await });
    // A call that is answered later than the wait began.
    call(address, "sts", "Action=GetCallerIdentity").await;
    emulator.shutdown().await;
    drop(waits);
}

#[tokio::test]
async fn the_region_must_be_said() {
    let emulator = Emulator::start(Config::default()).await.unwrap();
    let (status, _) = page(emulator.address(), "GET", "/_seatrial/changes", "").await;
    assert_eq!(status, 400);
}
