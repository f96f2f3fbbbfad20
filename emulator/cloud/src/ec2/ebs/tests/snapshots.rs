//! Snapshots and what is made of them.

use super::*;

fn state(disks: &mut Disks, snapshot: &str) -> (String, String) {
    let found = disks
        .call("DescribeSnapshots", json!({"SnapshotId": [snapshot]}))
        .unwrap();
    let found = &found["snapshotSet"][0];
    (text(&found["status"]), text(&found["progress"]))
}

#[test]
fn a_snapshot_is_pending_then_completed() {
    let mut disks = Disks::with(Timing::Realistic);
    let volume = disks.volume(ZONE_A);
    disks.wait(5_000);
    let tags = json!([{"ResourceType": "snapshot", "Tag": [{"Key": "CSIVolumeSnapshotName", "Value": "s"}]}]);
    let input = json!({"VolumeId": volume, "Description": "d", "TagSpecification": tags});
    let made = disks.call("CreateSnapshot", input.clone()).unwrap();
    let id = text(&made["snapshotId"]);
    insta::assert_json_snapshot!(made, @r#"
    {
      "completionTime": null,
      "description": "d",
      "encrypted": false,
      "kmsKeyId": null,
      "ownerId": "123456789012",
      "progress": "0%",
      "snapshotId": "snap-063e0053446600b2f",
      "sseType": "none",
      "startTime": "2026-01-01T00:00:05.050Z",
      "status": "pending",
      "storageTier": "standard",
      "tagSet": [
        {
          "key": "CSIVolumeSnapshotName",
          "value": "s"
        }
      ],
      "volumeId": "vol-05e41ab087439611e",
      "volumeSize": 1
    }
    "#);
    assert_eq!(
        disks.code("CreateSnapshot", input),
        "SnapshotCreationPerVolumeRateExceeded"
    );
    disks.wait(15_000);
    assert_eq!(state(&mut disks, &id), ("pending".to_owned(), "50%".to_owned()));
    let of_snapshot = json!({"AvailabilityZone": ZONE_A, "SnapshotId": id});
    assert_eq!(disks.code("CreateVolume", of_snapshot.clone()), "IncorrectState");
    disks.wait(15_000);
    assert_eq!(state(&mut disks, &id), ("completed".to_owned(), "100%".to_owned()));
    assert_eq!(disks.code("CreateVolume", of_snapshot), "ok");
    assert_eq!(disks.code("DeleteSnapshot", json!({"SnapshotId": id})), "ok");
    assert_eq!(
        disks.code("DeleteSnapshot", json!({"SnapshotId": id})),
        "InvalidSnapshot.NotFound"
    );
    assert_eq!(
        disks.code("DescribeSnapshots", json!({"SnapshotId": ["snap"]})),
        "InvalidParameterValue"
    );
}

#[test]
fn snapshots_are_found_by_owner_tag_and_volume() {
    let mut disks = Disks::new();
    let volume = disks.volume(ZONE_A);
    let made: Vec<String> = (0..7).map(|_| disks.snapshot(&volume)).collect();
    let mut count = |input: Value| {
        let found = disks.call("DescribeSnapshots", input).unwrap();
        (
            found["snapshotSet"].as_array().unwrap().len(),
            found["nextToken"].is_string(),
        )
    };
    assert_eq!(count(json!({})), (7, false));
    assert_eq!(count(json!({"MaxResults": 0})), (7, false));
    assert_eq!(count(json!({"MaxResults": 5})), (5, true));
    assert_eq!(count(json!({"Owner": ["self"]})), (7, false));
    assert_eq!(count(json!({"Owner": ["amazon"]})), (0, false));
    assert_eq!(
        count(json!({"Filter": [{"Name": "owner-id", "Value": ["123456789012"]}]})),
        (7, false)
    );
    assert_eq!(
        count(json!({"Filter": [{"Name": "owner-id", "Value": ["1"]}]})),
        (0, false)
    );
    assert_eq!(
        count(json!({"Filter": [{"Name": "volume-id", "Value": [volume]}]})),
        (7, false)
    );
    assert_eq!(count(json!({"SnapshotId": [made[0], made[1]]})), (2, false));
}

#[test]
fn a_volume_is_at_least_as_large_as_its_snapshot() {
    let mut disks = Disks::new();
    let volume = disks.made(json!({"AvailabilityZone": ZONE_A, "Size": 5, "VolumeType": "gp3"}));
    let snapshot = disks.snapshot(&volume);
    let of_snapshot = |size: Option<u32>| json!({"AvailabilityZone": ZONE_B, "SnapshotId": snapshot, "Size": size});
    assert_eq!(
        disks.code("CreateVolume", of_snapshot(Some(4))),
        "InvalidParameterValue"
    );
    let made = disks.call("CreateVolume", of_snapshot(None)).unwrap();
    assert_eq!(
        (made["size"].as_u64(), text(&made["snapshotId"])),
        (Some(5), snapshot.clone())
    );
    assert_eq!(disks.call("CreateVolume", of_snapshot(Some(6))).unwrap()["size"], 6);
}

#[test]
fn blocks_of_a_snapshot_come_in_the_background() {
    let mut disks = Disks::with(Timing::Realistic);
    let volume = disks.volume(ZONE_A);
    disks.wait(5_000);
    let snapshot = disks.snapshot(&volume);
    disks.wait(30_000);
    let input = json!({"AvailabilityZone": ZONE_A, "SnapshotId": snapshot, "VolumeInitializationRate": 100});
    let restored = disks.made(input);
    disks.wait(5_000);
    let status = |disks: &mut Disks| {
        let found = disks
            .call("DescribeVolumeStatus", json!({"VolumeId": [restored]}))
            .unwrap();
        found["volumeStatusSet"][0].clone()
    };
    insta::assert_json_snapshot!(status(&mut disks), @r#"
    {
      "availabilityZone": "us-west-2a",
      "availabilityZoneId": "usw2-az1",
      "initializationStatusDetails": {
        "estimatedTimeToCompleteInSeconds": 120,
        "initializationType": "provisioned-rate",
        "progress": 0
      },
      "volumeId": "vol-0f602ec30f98a3929",
      "volumeStatus": {
        "details": [
          {
            "name": "io-enabled",
            "status": "passed"
          },
          {
            "name": "io-performance",
            "status": "not-applicable"
          },
          {
            "name": "initialization-state",
            "status": "initializing"
          }
        ],
        "status": "ok"
      }
    }
    "#);
    disks.wait(120_000);
    assert_eq!(status(&mut disks)["initializationStatusDetails"]["progress"], 100);
    assert_eq!(status(&mut disks)["volumeStatus"]["details"][2]["status"], "completed");
}

#[test]
fn fast_restore_is_by_snapshot_and_zone() {
    let mut disks = Disks::new();
    let volume = disks.volume(ZONE_A);
    let snapshot = disks.snapshot(&volume);
    let input = json!({"AvailabilityZone": [ZONE_A], "SourceSnapshotId": [snapshot, "snap-0000000000000bad0"]});
    let enabled = disks.call("EnableFastSnapshotRestores", input.clone()).unwrap();
    assert_eq!(text(&enabled["successful"][0]["state"]), "enabling");
    let failed = &enabled["unsuccessful"][0]["fastSnapshotRestoreStateErrorSet"][0];
    assert_eq!(text(&failed["error"]["code"]), "InvalidSnapshot.NotFound");
    disks.wait(SOON);
    let on = json!({"Filter": [{"Name": "state", "Value": ["enabled"]}, {"Name": "snapshot-id", "Value": [snapshot]}]});
    let found = disks.call("DescribeFastSnapshotRestores", on).unwrap();
    assert_eq!(found["fastSnapshotRestoreSet"].as_array().unwrap().len(), 1);
    let made = |zone: &str| json!({"AvailabilityZone": zone, "SnapshotId": snapshot});
    assert_eq!(disks.call("CreateVolume", made(ZONE_A)).unwrap()["fastRestored"], true);
    assert_eq!(
        disks.call("CreateVolume", made(ZONE_B)).unwrap()["fastRestored"],
        Value::Null
    );
    disks.call("DisableFastSnapshotRestores", input).unwrap();
    disks.wait(SOON);
    let all = disks.call("DescribeFastSnapshotRestores", json!({})).unwrap();
    assert_eq!(text(&all["fastSnapshotRestoreSet"][0]["state"]), "disabled");
    let nowhere = json!({"AvailabilityZone": ["us-west-2z"], "SourceSnapshotId": [snapshot]});
    assert_eq!(
        disks.code("EnableFastSnapshotRestores", nowhere),
        "InvalidParameterValue"
    );
}

#[test]
fn a_lock_keeps_a_snapshot() {
    let mut disks = Disks::new();
    let volume = disks.volume(ZONE_A);
    let id = disks.snapshot(&volume);
    let lock = |mode: &str, more: Value| {
        let mut input = json!({"SnapshotId": id, "LockMode": mode});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (input, code) in [
        (lock("governance", json!({})), "InvalidParameterCombination"),
        (lock("governance", json!({"LockDuration": 0})), "InvalidParameterValue"),
        (
            lock("governance", json!({"LockDuration": 1, "CoolOffPeriod": 1})),
            "InvalidParameterCombination",
        ),
        (
            lock("compliance", json!({"LockDuration": 1, "CoolOffPeriod": 73})),
            "InvalidParameterValue",
        ),
        (
            lock("compliance", json!({"ExpirationDate": "2020-01-01T00:00:00Z"})),
            "InvalidParameterValue",
        ),
        (lock("other", json!({"LockDuration": 1})), "InvalidParameterValue"),
        (
            lock("governance", json!({"ExpirationDate": "2027-01-01T00:00:00Z"})),
            "ok",
        ),
    ] {
        assert_eq!(disks.code("LockSnapshot", input.clone()), code, "{input}");
    }
    assert_eq!(
        disks.code("DeleteSnapshot", json!({"SnapshotId": id})),
        "SnapshotLocked"
    );
    assert_eq!(disks.code("UnlockSnapshot", json!({"SnapshotId": id})), "ok");
    let compliance = lock("compliance", json!({"LockDuration": 2, "CoolOffPeriod": 1}));
    assert_eq!(
        text(&disks.call("LockSnapshot", compliance.clone()).unwrap()["lockState"]),
        "compliance-cooloff"
    );
    let cooling = json!({"Filter": [{"Name": "lock-state", "Value": ["compliance-cooloff"]}]});
    let found = disks.call("DescribeLockedSnapshots", cooling).unwrap();
    assert_eq!(text(&found["snapshotSet"][0]["snapshotId"]), id);
    disks.wait(3_600_000);
    assert_eq!(
        disks.code("UnlockSnapshot", json!({"SnapshotId": id})),
        "SnapshotLocked"
    );
    assert_eq!(
        disks.code("LockSnapshot", lock("governance", json!({"LockDuration": 9}))),
        "SnapshotLocked"
    );
    assert_eq!(disks.code("LockSnapshot", compliance), "ok");
    disks.wait(3 * 86_400_000);
    assert_eq!(disks.code("DeleteSnapshot", json!({"SnapshotId": id})), "ok");
}

#[test]
fn a_volume_has_five_pending_snapshots_at_most() {
    let mut disks = Disks::new();
    let volume = disks.volume(ZONE_A);
    let codes: Vec<String> = (0..6)
        .map(|_| disks.code("CreateSnapshot", json!({"VolumeId": volume})))
        .collect();
    assert_eq!(codes[4..], ["ok", "ConcurrentSnapshotLimitExceeded"]);
    let mut full = Disks::of(|world| {
        world.quotas.insert("ebs-snapshots".to_owned(), 0);
    });
    let volume = full.volume(ZONE_A);
    assert_eq!(
        full.code("CreateSnapshot", json!({"VolumeId": volume})),
        "SnapshotLimitExceeded"
    );
}
