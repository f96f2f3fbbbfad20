//! Nodes that leave, and devices that somebody still has.

use crate::eventually;
use crate::lab::{Lab, NODE_A, NODE_B};
use crate::mount::Mount;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_ends_leaves_its_devices_until_they_are_removed() {
    let Some(lab) = Lab::start().await else { return };
    let (mut one, other) = (lab.node(NODE_A), lab.node(NODE_B));
    let (mine, others) = (lab.volume(1).await, lab.volume(1).await);
    lab.attach(&mine, NODE_A, "/dev/xvdaa").await;
    lab.attach(&others, NODE_B, "/dev/xvdaa").await;
    eventually("both appear", || {
        one.by_id(&mine).exists() && other.by_id(&others).exists()
    })
    .await;
    assert!(one.terminate());
    assert!(one.by_id(&mine).exists());

    assert!(lab.remove(NODE_A));
    assert!(!one.by_id(&mine).is_symlink() && !one.dev().join("xvdaa").is_symlink());
    assert_eq!(lab.loops().len(), 1);
    assert!(other.by_id(&others).exists());
    assert_eq!(lab.files().len(), 2, "the bytes stay");
    assert!(lab.remove(NODE_A), "there is nothing more to remove");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mounted_device_stays_until_it_is_unmounted() {
    let Some(lab) = Lab::start().await else { return };
    let mut node = lab.node(NODE_A);
    let volume = lab.volume(1).await;
    lab.attach(&volume, NODE_A, "/dev/xvdaa").await;
    let device = node.by_id(&volume);
    eventually("the device appears", || device.exists()).await;
    if !Mount::is_possible() {
        return;
    }
    Mount::format(&device);
    let mounted = Mount::new(&device, lab.directory().join("mounted"));

    lab.detach(&volume).await;
    let goes = lab.volume(1).await;
    lab.attach(&goes, NODE_A, "/dev/xvdab").await;
    eventually("other volumes do not wait for it", || node.by_id(&goes).exists()).await;
    lab.detach(&goes).await;
    eventually("the other goes", || !node.by_id(&goes).exists()).await;
    let stayed = device.exists();
    node.terminate();
    let refused = !lab.remove(NODE_A);
    drop(mounted);
    assert!(stayed && refused);

    let node = lab.node(NODE_A);
    eventually("it goes", || {
        !node.by_id(&volume).is_symlink() && lab.loops().is_empty()
    })
    .await;
}
