//! Whatever is called in whatever order: no volume is where it cannot be, and a call that fails leaves no trace.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const DEVICES: [&str; 3] = ["/dev/xvdaa", "/dev/xvdab", "/dev/sdf"];

#[derive(Debug, Clone)]
enum Step {
    Create(bool, u8),
    Copy(usize),
    Attach(usize, bool, usize),
    Detach(usize),
    Modify(usize, u32),
    Delete(usize),
    Snapshot(usize),
    Restore(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<bool>(), 0..3_u8).prop_map(|(a, token)| Step::Create(a, token)),
        (0..4_usize).prop_map(Step::Copy),
        (0..4_usize, any::<bool>(), 0..3_usize).prop_map(|(n, a, device)| Step::Attach(n, a, device)),
        (0..4_usize).prop_map(Step::Detach),
        (0..4_usize, 1..5_u32).prop_map(|(n, size)| Step::Modify(n, size)),
        (0..4_usize).prop_map(Step::Delete),
        (0..4_usize).prop_map(Step::Snapshot),
        (0..3_usize).prop_map(Step::Restore),
        (0..30_u64).prop_map(Step::Wait),
    ]
}

/// The nth id that there is, or one of nothing.
fn nth<T>(all: &std::collections::BTreeMap<String, T>, n: usize, nothing: &str) -> String {
    all.keys().nth(n).map_or_else(|| nothing.to_owned(), Clone::clone)
}

fn run(disks: &mut Disks, step: &Step) -> Result<Value, ApiError> {
    let ebs = &disks.0.cloud.region("us-west-2").ec2.ebs;
    // The first two are the instances' own.
    let volume = |n: usize| nth(&ebs.volumes, n, "vol-0000000000000bad0");
    let snapshot = |n: usize| nth(&ebs.snapshots, n, "snap-0000000000000bad0");
    let (action, input) = match *step {
        Step::Create(a, token) => {
            let zone = if a { ZONE_A } else { ZONE_B };
            let token = (token > 0).then(|| format!("t{token}"));
            (
                "CreateVolume",
                json!({"AvailabilityZone": zone, "Size": 1, "ClientToken": token}),
            )
        }
        Step::Copy(n) => ("CopyVolumes", json!({"SourceVolumeId": volume(n)})),
        Step::Attach(n, a, device) => {
            let node = if a { NODE_A } else { NODE_B };
            (
                "AttachVolume",
                json!({"VolumeId": volume(n), "InstanceId": node, "Device": DEVICES[device]}),
            )
        }
        Step::Detach(n) => ("DetachVolume", json!({"VolumeId": volume(n)})),
        Step::Modify(n, size) => ("ModifyVolume", json!({"VolumeId": volume(n), "Size": size})),
        Step::Delete(n) => ("DeleteVolume", json!({"VolumeId": volume(n)})),
        Step::Snapshot(n) => ("CreateSnapshot", json!({"VolumeId": volume(n)})),
        Step::Restore(n) => (
            "CreateVolume",
            json!({"AvailabilityZone": ZONE_A, "SnapshotId": snapshot(n)}),
        ),
        Step::Wait(milliseconds) => {
            disks.wait(milliseconds);
            return Ok(Value::Null);
        }
    };
    disks.call(action, input)
}

/// What clients can see.
fn seen(disks: &mut Disks) -> [Value; 3] {
    ["DescribeVolumes", "DescribeSnapshots", "DescribeInstances"].map(|action| disks.call(action, json!({})).unwrap())
}

fn check(disks: &Disks) {
    let now = disks.0.now;
    let ec2 = &disks.0.cloud.region("us-west-2").ec2;
    let mut places = BTreeSet::new();
    for (id, volume) in ec2.ebs.volumes(now) {
        assert!(volume.attachments(now).count() <= 1, "{id}");
        for attachment in volume.attachments(now) {
            assert_eq!(ec2.instances[&attachment.instance_id].zone, volume.zone);
            assert!(
                places.insert((&attachment.instance_id, &attachment.device)),
                "{attachment:?}"
            );
            let listed = ec2
                .ebs
                .attached(&attachment.instance_id, now)
                .any(|(listed, _, _)| listed == id);
            assert!(listed, "{id} at {}", attachment.instance_id);
        }
    }
    let listed: usize = [NODE_A, NODE_B]
        .iter()
        .map(|node| ec2.ebs.attached(node, now).count())
        .sum();
    assert_eq!(listed, places.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_stays_in_order(steps in prop::collection::vec(step(), 1..60)) {
        let mut disks = Disks::new();
        for step in &steps {
            let before = seen(&mut disks);
            if run(&mut disks, step).is_err() {
                assert_eq!(seen(&mut disks), before, "{step:?}");
            }
            check(&disks);
        }
        disks.wait(120_000);
        run(&mut disks, &Step::Create(true, 0)).unwrap();
        check(&disks);
    }
}
