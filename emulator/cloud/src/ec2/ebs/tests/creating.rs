//! Volumes as they are made and deleted.

use super::*;

#[test]
fn a_volume_is_created_and_deleted() {
    let mut disks = Disks::new();
    let tags = json!([{"ResourceType": "volume", "Tag": [{"Key": "CSIVolumeName", "Value": "pvc-1"}]}]);
    let input = json!({"AvailabilityZone": ZONE_A, "Size": 4, "VolumeType": "gp3", "TagSpecification": tags});
    let made = disks.call("CreateVolume", input).unwrap();
    let id = text(&made["volumeId"]);
    insta::assert_json_snapshot!(made, @r#"
    {
      "attachmentSet": [],
      "availabilityZone": "us-west-2a",
      "availabilityZoneId": "usw2-az1",
      "createTime": "2026-01-01T00:00:00.000Z",
      "encrypted": false,
      "fastRestored": null,
      "iops": 3000,
      "kmsKeyId": null,
      "multiAttachEnabled": false,
      "size": 4,
      "snapshotId": "",
      "sourceVolumeId": null,
      "sseType": "none",
      "status": "creating",
      "tagSet": [
        {
          "key": "CSIVolumeName",
          "value": "pvc-1"
        }
      ],
      "throughput": 125,
      "volumeId": "vol-05e41ab087439611e",
      "volumeInitializationRate": null,
      "volumeType": "gp3"
    }
    "#);
    assert_eq!(disks.states(&id), ["creating"]);
    assert_eq!(
        disks.code("DeleteVolume", json!({"VolumeId": "vol-0000000000000bad0"})),
        "InvalidVolume.NotFound"
    );
    disks.wait(SOON);
    assert_eq!(disks.states(&id), ["available"]);
    let by_tag = json!({"Filter": [{"Name": "tag:CSIVolumeName", "Value": ["pvc-1"]}]});
    let found = disks.call("DescribeVolumes", by_tag.clone()).unwrap();
    assert_eq!(text(&found["volumeSet"][0]["volumeId"]), id);
    for _ in 0..2 {
        assert_eq!(disks.code("DeleteVolume", json!({"VolumeId": id})), "ok");
    }
    assert_eq!(disks.states(&id), ["deleting"]);
    disks.wait(SOON);
    assert_eq!(
        disks.code("DescribeVolumes", json!({"VolumeId": [id]})),
        "InvalidVolume.NotFound"
    );
    assert_eq!(
        disks.code("DeleteVolume", json!({"VolumeId": id})),
        "InvalidVolume.NotFound"
    );
    assert_eq!(
        disks.code("CreateTags", json!({"ResourceId": [id], "Tag": [{"Key": "a"}]})),
        "InvalidVolume.NotFound"
    );
    assert_eq!(disks.call("DescribeVolumes", by_tag).unwrap()["volumeSet"], json!([]));
}

#[test]
fn what_cannot_be_created_says_why() {
    let mut disks = Disks::new();
    for (input, code) in [
        (json!({"Size": 1}), "MissingParameter"),
        (json!({"AvailabilityZone": ZONE_A}), "MissingParameter"),
        (
            json!({"AvailabilityZone": "us-east-1z", "Size": 1}),
            "InvalidZone.NotFound",
        ),
        (
            json!({"AvailabilityZoneId": "usw2-az9", "Size": 1}),
            "InvalidZone.NotFound",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "AvailabilityZoneId": "usw2-az1", "Size": 1}),
            "InvalidParameterCombination",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "Size": 1, "VolumeType": "zz"}),
            "UnknownVolumeType",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "Size": 0, "VolumeType": "gp3"}),
            "InvalidParameterValue",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "Size": 4, "VolumeType": "gp3", "MultiAttachEnabled": true}),
            "InvalidParameterCombination",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "Size": 1, "KmsKeyId": "k"}),
            "InvalidParameterDependency",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "SnapshotId": "snap-0000000000000bad0"}),
            "InvalidSnapshot.NotFound",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "SnapshotId": "non-existing"}),
            "InvalidParameterValue",
        ),
        (
            json!({"AvailabilityZone": ZONE_A, "Size": 1, "VolumeInitializationRate": 200}),
            "InvalidParameterDependency",
        ),
    ] {
        assert_eq!(disks.code("CreateVolume", input.clone()), code, "{input}");
    }
}

#[test]
fn zones_go_by_name_or_id() {
    let mut disks = Disks::new();
    let id = disks.made(json!({"AvailabilityZoneId": "usw2-az2", "Size": 1}));
    let found = disks.described(&id);
    assert_eq!(
        (text(&found["availabilityZone"]), text(&found["volumeType"])),
        (ZONE_B.to_owned(), "gp2".to_owned())
    );
}

#[test]
fn a_client_token_makes_one_volume() {
    let mut disks = Disks::new();
    let input = |size: u32| json!({"AvailabilityZone": ZONE_A, "Size": size, "VolumeType": "gp3", "ClientToken": "t"});
    let id = disks.made(input(1));
    assert_eq!(disks.made(input(1)), id);
    assert_eq!(disks.code("CreateVolume", input(2)), "IdempotentParameterMismatch");
    let copy = json!({"SourceVolumeId": id, "ClientToken": "t"});
    assert_eq!(disks.code("CopyVolumes", copy), "IdempotentParameterMismatch");
    disks.attach(&id, NODE_A, "/dev/xvdaa");
    assert_eq!(text(&disks.call("CreateVolume", input(1)).unwrap()["status"]), "in-use");
    disks.call("DetachVolume", json!({"VolumeId": id})).unwrap();
    disks.wait(SOON);
    disks.call("DeleteVolume", json!({"VolumeId": id})).unwrap();
    disks.wait(SOON);
    assert_ne!(disks.made(input(2)), id, "the token of a volume that is gone is free");
}

#[test]
fn a_token_does_not_mind_the_order_of_tags() {
    let mut disks = Disks::new();
    let tag = |key: &str| json!({"Key": key, "Value": "v"});
    let input = |first: &str, second: &str| {
        let tags = json!([{"ResourceType": "volume", "Tag": [tag(first), tag(second)]}]);
        json!({"AvailabilityZone": ZONE_A, "Size": 1, "ClientToken": "t", "TagSpecification": tags})
    };
    let id = disks.made(input("a", "b"));
    assert_eq!(disks.made(input("b", "a")), id);
}

#[test]
fn a_dry_run_makes_nothing_and_says_how_many_iops_there_can_be() {
    let mut disks = Disks::new();
    let most = i32::MAX;
    let mut probe = |kind: &str, iops: i32| {
        let input = json!({"AvailabilityZone": ZONE_A, "Size": 4, "VolumeType": kind, "Iops": iops, "DryRun": true});
        disks.call("CreateVolume", input).unwrap_err()
    };
    assert!(probe("gp3", most).message.contains("too high; maximum is 80000"));
    assert!(probe("io1", most).message.contains("too high; maximum is 64000"));
    assert!(probe("io2", most).message.contains("256K IOPS"));
    assert!(
        probe("st1", most)
            .message
            .to_lowercase()
            .contains("parameter iops is not supported")
    );
    let fine = probe("gp3", 3000);
    assert_eq!((fine.code.as_ref(), fine.status), ("DryRunOperation", 412));
    assert_eq!(
        disks.code("DescribeAvailabilityZones", json!({"DryRun": true})),
        "DryRunOperation"
    );
    let roots = json!({"Filter": [{"Name": "attachment.device", "Value": ["/dev/xvda"]}]});
    let all = disks.call("DescribeVolumes", json!({})).unwrap();
    assert_eq!(disks.call("DescribeVolumes", roots).unwrap(), all);
}

#[test]
fn encryption_is_inherited() {
    let mut disks = Disks::new();
    let own = "arn:aws:kms:us-west-2:123456789012:key/mine";
    let managed = disks.made(json!({"AvailabilityZone": ZONE_A, "Size": 1, "Encrypted": true}));
    let managed_key = text(&disks.described(&managed)["kmsKeyId"]);
    assert!(managed_key.starts_with("arn:aws:kms:us-west-2:123456789012:key/"));
    let input = json!({"AvailabilityZone": ZONE_A, "Size": 1, "Encrypted": true, "KmsKeyId": "mine"});
    let encrypted = disks.made(input);
    assert_eq!(text(&disks.described(&encrypted)["kmsKeyId"]), own);
    let snapshot = disks.snapshot(&encrypted);
    let of_snapshot = disks.made(json!({"AvailabilityZone": ZONE_B, "SnapshotId": snapshot, "Encrypted": false}));
    assert_eq!(text(&disks.described(&of_snapshot)["kmsKeyId"]), own);
    let copy = disks.call("CopyVolumes", json!({"SourceVolumeId": encrypted})).unwrap();
    assert_eq!(text(&copy["volumeSet"][0]["kmsKeyId"]), own);
    let input = json!({"SourceRegion": "us-west-2", "SourceSnapshotId": snapshot, "KmsKeyId": managed_key});
    let copied = text(&disks.call("CopySnapshot", input).unwrap()["snapshotId"]);
    let found = disks
        .call("DescribeSnapshots", json!({"SnapshotId": [copied]}))
        .unwrap();
    assert_eq!(text(&found["snapshotSet"][0]["kmsKeyId"]), managed_key);
}

#[test]
fn a_copy_is_of_its_source() {
    let mut disks = Disks::new();
    let source = disks.made(json!({"AvailabilityZone": ZONE_B, "Size": 10, "VolumeType": "io2", "Iops": 200}));
    assert_eq!(
        disks.code("CopyVolumes", json!({"SourceVolumeId": source, "Size": 9})),
        "InvalidParameterValue"
    );
    let input = json!({"SourceVolumeId": source, "Size": 12, "VolumeType": "gp3"});
    let copied = disks.call("CopyVolumes", input).unwrap()["volumeSet"][0].clone();
    assert_eq!(text(&copied["sourceVolumeId"]), source);
    assert_eq!(text(&copied["availabilityZone"]), ZONE_B);
    assert_eq!(
        (copied["size"].as_u64(), copied["iops"].as_u64()),
        (Some(12), Some(3000))
    );
    let same = disks.call("CopyVolumes", json!({"SourceVolumeId": source})).unwrap();
    assert_eq!(same["volumeSet"][0]["iops"].as_u64(), Some(200));
    let missing = json!({"SourceVolumeId": "vol-0000000000000bad0"});
    assert_eq!(disks.code("CopyVolumes", missing), "InvalidVolume.NotFound");
}

#[test]
fn quotas_hold() {
    let mut disks = Disks::of(|world| {
        world
            .quotas
            .extend([("ebs-storage-gp3".to_owned(), 1), ("ebs-iops-io2".to_owned(), 250)]);
    });
    let gp3 = |size: u32| json!({"AvailabilityZone": ZONE_A, "Size": size, "VolumeType": "gp3"});
    let id = disks.made(gp3(512));
    assert_eq!(disks.code("CreateVolume", gp3(1000)), "VolumeLimitExceeded");
    assert_eq!(disks.code("CreateVolume", gp3(400)), "ok");
    let grown = json!({"VolumeId": id, "Size": 900});
    assert_eq!(disks.code("ModifyVolume", grown), "VolumeModificationSizeLimitExceeded");
    let io2 = json!({"AvailabilityZone": ZONE_A, "Size": 4, "VolumeType": "io2", "Iops": 200});
    assert_eq!(disks.code("CreateVolume", io2.clone()), "ok");
    assert_eq!(disks.code("CreateVolume", io2), "MaxIOPSLimitExceeded");
}

#[test]
fn volumes_are_listed_in_pages_of_five_at_least() {
    let mut disks = Disks::new();
    let mut made: Vec<String> = (0..12).map(|_| disks.volume(ZONE_A)).collect();
    made.sort();
    let mine = json!([{"Name": "size", "Value": ["1"]}, {"Name": "status", "Value": ["avail*"]}]);
    assert_eq!(
        disks.code("DescribeVolumes", json!({"MaxResults": 4})),
        "InvalidParameterValue"
    );
    let both = json!({"MaxResults": 5, "VolumeId": [made[0]]});
    assert_eq!(disks.code("DescribeVolumes", both), "InvalidParameterCombination");
    assert_eq!(
        disks.code("DescribeVolumes", json!({"VolumeId": ["fake-vol-id"]})),
        "InvalidParameterValue"
    );
    let (mut found, mut token) = (Vec::new(), Value::Null);
    for pages in 1.. {
        let input = json!({"MaxResults": 5, "Filter": mine, "NextToken": token});
        let page = disks.call("DescribeVolumes", input).unwrap();
        found.extend(
            page["volumeSet"]
                .as_array()
                .unwrap()
                .iter()
                .map(|volume| text(&volume["volumeId"])),
        );
        token = page["nextToken"].clone();
        if token.is_null() {
            assert_eq!(pages, 3);
            break;
        }
    }
    assert_eq!(found, made);
}
