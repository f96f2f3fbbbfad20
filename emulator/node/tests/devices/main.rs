//! Nodes with real loop devices, at an emulated AWS. Needs root.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod held;
mod lab;
mod mount;

use lab::{Lab, NODE_A, NODE_B, device_name};
use mount::Mount;
use std::time::Duration;

/// Waits until something holds; if that takes too long, the test fails.
async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .unwrap_or_else(|_| panic!("{what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_keeps_its_bytes_from_node_to_node() {
    let Some(lab) = Lab::start().await else { return };
    let (one, other) = (lab.node(NODE_A), lab.node(NODE_B));
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    let device = one.by_id(&volume);
    eventually("the device appears", || device.exists()).await;
    assert_eq!(
        one.dev().join("xvdaa").canonicalize().unwrap(),
        device.canonicalize().unwrap()
    );
    assert_eq!(one.size(&volume), 1 << 30);
    one.write(&volume, 4096, b"from the first node");
    assert!(!other.by_id(&volume).exists() && !other.dev().join(device_name(&device)).exists());

    lab.detach(&volume).await;
    eventually("the device goes", || !device.exists() && lab.loops().is_empty()).await;
    assert!(!one.dev().join("xvdaa").is_symlink());
    lab.attach(&volume, NODE_B, "/dev/xvdba").await;
    eventually("the device appears at the other node", || other.by_id(&volume).exists()).await;
    assert_eq!(other.read(&volume, 4096, 19), b"from the first node");
    assert!(!device.exists());

    lab.detach(&volume).await;
    lab.delete(&volume).await;
    eventually("nothing is left", || lab.loops().is_empty() && lab.files().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_killed_finds_what_is_there_and_removes_what_is_over() {
    let Some(lab) = Lab::start().await else { return };
    let mut node = lab.node(NODE_A);
    let (stays, goes) = (lab.volume(1).await, lab.volume(1).await);
    lab.attach(&stays, NODE_A, "/dev/xvdaa").await;
    lab.attach(&goes, NODE_A, "/dev/xvdab").await;
    eventually("both appear", || {
        node.by_id(&stays).exists() && node.by_id(&goes).exists()
    })
    .await;
    let device = node.by_id(&stays).canonicalize().unwrap();
    node.write(&stays, 0, b"kept");

    node.kill();
    assert!(device.exists(), "devices outlive the process");
    lab.detach(&goes).await;
    let new = lab.volume(1).await;
    lab.attach(&new, NODE_A, "/dev/xvdac").await;
    let node = lab.node(NODE_A);
    eventually("what is over goes", || {
        !node.by_id(&goes).exists() && node.by_id(&new).exists()
    })
    .await;
    eventually("two devices are left", || lab.loops().len() == 2).await;
    assert_eq!(node.by_id(&stays).canonicalize().unwrap(), device);
    assert_eq!(node.read(&stays, 0, 4), b"kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_devices_are_gone_makes_them_again() {
    let Some(lab) = Lab::start().await else { return };
    let mut node = lab.node(NODE_A);
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    eventually("the device appears", || node.by_id(&volume).exists()).await;
    node.write(&volume, 1 << 20, b"before");
    node.kill();
    // As after a reboot: no loop device has a file, and there is nothing in the directory of devices.
    lab.reboot(&node);
    assert!(lab.loops().is_empty());
    let node = lab.node(NODE_A);
    eventually("the device appears again", || node.by_id(&volume).exists()).await;
    assert_eq!(node.read(&volume, 1 << 20, 6), b"before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_grows_while_it_is_attached() {
    let Some(lab) = Lab::start().await else { return };
    let node = lab.node(NODE_A);
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    eventually("the device appears", || node.by_id(&volume).exists()).await;
    lab.call("ModifyVolume", &[("VolumeId", &volume), ("Size", "3")]).await;
    eventually("the device is larger", || node.size(&volume) == 3 << 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_and_copies_have_the_bytes_of_their_time() {
    let Some(lab) = Lab::start().await else { return };
    let node = lab.node(NODE_A);
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    eventually("the device appears", || node.by_id(&volume).exists()).await;
    node.write(&volume, 8192, b"then");
    let snapshot = lab.snapshot(&volume).await;
    let copy = lab.copy(&volume).await;
    eventually("both are copied", || lab.files().len() == 3).await;
    node.write(&volume, 8192, b"now!");
    let copied_snapshot = lab.copy_snapshot(&snapshot).await;
    eventually("the snapshot is copied", || lab.files().len() == 4).await;
    let restored = lab.restore(&snapshot, 2).await;
    let restored_again = lab.restore(&copied_snapshot, 1).await;
    lab.call("DeleteSnapshot", &[("SnapshotId", &snapshot)]).await;
    for (volume, device) in [
        (&copy, "/dev/xvdab"),
        (&restored, "/dev/xvdac"),
        (&restored_again, "/dev/xvdad"),
    ] {
        lab.attach(volume, NODE_A, device).await;
        eventually("the device appears", || node.by_id(volume).exists()).await;
        assert_eq!(node.read(volume, 8192, 4), b"then", "{device}");
    }
    assert_eq!(node.size(&restored), 2 << 30);
    assert_eq!(node.read(&volume, 8192, 4), b"now!");
}

#[tokio::test(flavor = "multi_thread")]
async fn loop_devices_of_others_are_left_alone() {
    let Some(lab) = Lab::start().await else { return };
    let (file, foreign) = lab.foreign();
    let node = lab.node(NODE_A);
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    eventually("the device appears", || node.by_id(&volume).exists()).await;
    lab.detach(&volume).await;
    eventually("the device goes", || {
        !node.by_id(&volume).exists() && lab.loops().is_empty()
    })
    .await;
    assert_eq!(foreign.backing_file().as_deref(), Some(file.path()));
    foreign.detach(lab.directory()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_a_file_system_in_use_is_whole() {
    let Some(lab) = Lab::start().await else { return };
    if !Mount::is_possible() {
        return;
    }
    let node = lab.node(NODE_A);
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    eventually("the device appears", || node.by_id(&volume).exists()).await;
    Mount::format(&node.by_id(&volume));
    let mount = Mount::new(&node.by_id(&volume), lab.directory().join("one"));
    let text = vec![b'x'; 1 << 20];
    // Not synced: that is for who makes the snapshot.
    std::fs::write(mount.path().join("file"), &text).unwrap();
    let snapshot = lab.snapshot(&volume).await;
    eventually("the snapshot is copied", || lab.files().len() == 2).await;
    std::fs::write(mount.path().join("file"), "written on").unwrap();

    let restored = lab.restore(&snapshot, 1).await;
    lab.attach(&restored, NODE_A, "/dev/xvdab").await;
    eventually("the device appears", || node.by_id(&restored).exists()).await;
    let other = Mount::new(&node.by_id(&restored), lab.directory().join("other"));
    assert!(std::fs::read(other.path().join("file")).unwrap() == text);
    drop(other);

    // The device of a volume that is detached while it is mounted goes with the mount.
    lab.detach(&restored).await;
    lab.detach(&volume).await;
    assert_eq!(std::fs::read(mount.path().join("file")).unwrap(), b"written on");
    drop(mount);
    eventually("the devices go", || lab.loops().is_empty()).await;
}
