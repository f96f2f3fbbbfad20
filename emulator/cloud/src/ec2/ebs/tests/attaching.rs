//! Volumes at instances.

use super::*;

#[test]
fn a_volume_is_attached_and_detached() {
    let mut disks = Disks::new();
    let id = disks.volume(ZONE_A);
    assert_eq!(disks.attach(&id, NODE_A, "/dev/xvdaa"), "ok");
    assert_eq!(disks.states(&id), ["in-use", "attaching"]);
    disks.wait(SOON);
    assert_eq!(disks.states(&id), ["in-use", "attached"]);
    let instance = disks
        .call("DescribeInstances", json!({"InstanceId": [NODE_A]}))
        .unwrap();
    let devices = instance["reservationSet"][0]["instancesSet"][0]["blockDeviceMapping"].clone();
    let pairs: Vec<(String, String)> = devices
        .as_array()
        .unwrap()
        .iter()
        .map(|device| (text(&device["deviceName"]), text(&device["ebs"]["volumeId"])))
        .collect();
    assert!(
        pairs.contains(&("/dev/xvda".to_owned(), "vol-0a00000000000000a".to_owned())),
        "{pairs:?}"
    );
    assert!(pairs.contains(&("/dev/xvdaa".to_owned(), id.clone())), "{pairs:?}");
    assert_eq!(disks.code("DeleteVolume", json!({"VolumeId": id})), "VolumeInUse");

    let detach = json!({"VolumeId": id, "InstanceId": NODE_A});
    assert_eq!(disks.code("DetachVolume", detach.clone()), "ok");
    assert_eq!(disks.states(&id), ["in-use", "detaching"]);
    assert_eq!(disks.code("DetachVolume", detach.clone()), "IncorrectState");
    assert_eq!(disks.code("DeleteVolume", json!({"VolumeId": id})), "VolumeInUse");
    assert_eq!(disks.attach(&id, NODE_A, "/dev/xvdab"), "VolumeInUse");
    disks.wait(SOON);
    assert_eq!(disks.states(&id), ["available"]);
    assert_eq!(disks.code("DetachVolume", detach), "IncorrectState");
    assert_eq!(disks.attach(&id, NODE_A, "/dev/xvdaa"), "ok");
    disks.wait(100_000);
    assert_eq!(disks.attach(&id, NODE_A, "/dev/xvdac"), "VolumeInUse");
    assert_eq!(disks.states(&id), ["in-use", "attached"]);
}

#[test]
fn an_attachment_can_be_found_by_its_instance() {
    let mut disks = Disks::new();
    let (one, other) = (disks.volume(ZONE_A), disks.volume(ZONE_B));
    disks.attach(&one, NODE_A, "/dev/xvdaa");
    disks.attach(&other, NODE_B, "/dev/xvdaa");
    let filters = json!([{"Name": "attachment.instance-id", "Value": [NODE_A]},
        {"Name": "attachment.status", "Value": ["attaching", "attached"]},
        {"Name": "attachment.delete-on-termination", "Value": ["false"]}]);
    let found = disks.call("DescribeVolumes", json!({"Filter": filters})).unwrap();
    let found: Vec<String> = found["volumeSet"]
        .as_array()
        .unwrap()
        .iter()
        .map(|volume| text(&volume["volumeId"]))
        .collect();
    assert_eq!(found, [one]);
}

#[test]
fn what_cannot_be_attached_says_why() {
    let mut disks = Disks::new();
    let (id, taken) = (disks.volume(ZONE_A), disks.volume(ZONE_A));
    disks.attach(&taken, NODE_A, "/dev/sdf");
    for (volume, instance, device, code) in [
        ("fake-vol-id", NODE_A, "/dev/xvdaa", "InvalidParameterValue"),
        ("vol-0000000000000bad0", NODE_A, "/dev/xvdaa", "InvalidVolume.NotFound"),
        (&id, "fake-node-id", "/dev/xvdaa", "InvalidInstanceID.Malformed"),
        (&id, "i-0000000000000bad0", "/dev/xvdaa", "InvalidInstanceID.NotFound"),
        (&id, NODE_B, "/dev/xvdaa", "InvalidVolume.ZoneMismatch"),
        (&id, NODE_A, "/dev/nvme1n1", "InvalidParameterValue"),
        (&id, NODE_A, "/dev/xvda", "InvalidParameterValue"),
        (&id, NODE_A, "/dev/xvdf", "InvalidParameterValue"),
        (&taken, NODE_A, "/dev/xvdaa", "VolumeInUse"),
    ] {
        assert_eq!(
            disks.attach(volume, instance, device),
            code,
            "{volume} {instance} {device}"
        );
    }
    let in_use = json!({"VolumeId": id, "InstanceId": NODE_A, "Device": "/dev/sdf"});
    assert!(
        disks
            .call("AttachVolume", in_use)
            .unwrap_err()
            .message
            .contains("already in use")
    );
    let card = json!({"VolumeId": id, "InstanceId": NODE_A, "Device": "/dev/xvdaa", "EbsCardIndex": 1});
    assert_eq!(disks.code("AttachVolume", card), "InvalidParameterValue");
    let fresh = disks
        .call("CreateVolume", json!({"AvailabilityZone": ZONE_A, "Size": 1}))
        .unwrap();
    assert_eq!(
        disks.attach(&text(&fresh["volumeId"]), NODE_A, "/dev/xvdaa"),
        "IncorrectState"
    );
}

#[test]
fn what_cannot_be_detached_says_why() {
    let mut disks = Disks::new();
    let id = disks.volume(ZONE_A);
    disks.attach(&id, NODE_A, "/dev/xvdaa");
    for (input, code) in [
        (
            json!({"VolumeId": id, "InstanceId": NODE_B}),
            "InvalidAttachment.NotFound",
        ),
        (
            json!({"VolumeId": id, "Device": "/dev/xvdab"}),
            "InvalidAttachment.NotFound",
        ),
        (
            json!({"VolumeId": id, "InstanceId": "node"}),
            "InvalidInstanceID.Malformed",
        ),
        (json!({"VolumeId": "vol-0a00000000000000a"}), "OperationNotPermitted"),
        (json!({"VolumeId": "vol-0000000000000bad0"}), "InvalidVolume.NotFound"),
    ] {
        assert_eq!(disks.code("DetachVolume", input.clone()), code, "{input}");
    }
}

#[test]
fn instances_take_as_many_volumes_as_their_type_allows() {
    for (kind, most) in [
        ("m5.large", 26),
        ("m7i.large", 31),
        ("g5.48xlarge", 8),
        ("unheard.of", 26),
    ] {
        let mut disks = Disks::of(|world| kind.clone_into(&mut world.instances[0].instance_type));
        let letters: Vec<String> = ('a'..='b')
            .flat_map(|one| ('a'..='z').map(move |two| format!("{one}{two}")))
            .collect();
        let mut attached = 0;
        let refused = letters.iter().find_map(|letters| {
            let id = disks.volume(ZONE_A);
            let code = disks.attach(&id, NODE_A, &format!("/dev/xvd{letters}"));
            attached += usize::from(code == "ok");
            (code != "ok").then_some(code)
        });
        assert_eq!(
            (attached, refused.as_deref()),
            (most, Some("AttachmentLimitExceeded")),
            "{kind}"
        );
    }
}

#[test]
fn types_of_instances_say_how_many_volumes_they_take() {
    let mut disks = Disks::new();
    let found = disks
        .call("DescribeInstanceTypes", json!({"InstanceType": ["r8gb.48xlarge"]}))
        .unwrap();
    insta::assert_json_snapshot!(found["instanceTypeSet"][0]["ebsInfo"], @r#"
    {
      "attachmentLimitType": "dedicated",
      "ebsCardSet": [
        {
          "ebsCardIndex": 0
        },
        {
          "ebsCardIndex": 1
        }
      ],
      "ebsOptimizedSupport": "default",
      "encryptionSupport": "supported",
      "maximumEbsAttachments": 128,
      "maximumEbsCards": 2,
      "nvmeSupport": "required"
    }
    "#);
    let unknown = json!({"InstanceType": ["z9.huge"]});
    assert_eq!(disks.code("DescribeInstanceTypes", unknown), "InvalidInstanceType");
    let page = disks.call("DescribeInstanceTypes", json!({"MaxResults": 5})).unwrap();
    assert_eq!(page["instanceTypeSet"].as_array().unwrap().len(), 5);
    assert!(page["nextToken"].is_string());
}

#[test]
fn a_volume_with_multi_attach_is_at_several_instances_of_its_zone() {
    let mut disks = Disks::of(|world| {
        let mut third = world.instances[0].clone();
        third.id = "i-0a00000000000000c".to_owned();
        third.interface = "eni-0a00000000000000c".to_owned();
        third.address = "192.168.0.5".parse().unwrap();
        third.prefixes.clear();
        world.instances.push(third);
    });
    let third = "i-0a00000000000000c";
    let input =
        json!({"AvailabilityZone": ZONE_A, "Size": 4, "VolumeType": "io2", "Iops": 100, "MultiAttachEnabled": true});
    let id = disks.made(input);
    assert_eq!(disks.attach(&id, NODE_A, "/dev/xvdaa"), "ok");
    assert_eq!(disks.attach(&id, NODE_A, "/dev/xvdab"), "VolumeInUse");
    assert_eq!(disks.attach(&id, NODE_B, "/dev/xvdaa"), "InvalidVolume.ZoneMismatch");
    assert_eq!(disks.attach(&id, third, "/dev/xvdaa"), "ok");
    disks.wait(SOON);
    assert_eq!(disks.states(&id), ["in-use", "attached", "attached"]);
    assert_eq!(
        disks.code("DetachVolume", json!({"VolumeId": id})),
        "InvalidParameterCombination"
    );
    assert_eq!(
        disks.code("DetachVolume", json!({"VolumeId": id, "InstanceId": third})),
        "ok"
    );
    disks.wait(SOON);
    assert_eq!(disks.states(&id), ["in-use", "attached"]);
}

#[test]
fn in_real_time_it_takes_seconds() {
    let mut disks = Disks::with(Timing::Realistic);
    let id = disks.volume(ZONE_A);
    assert_eq!(disks.states(&id), ["creating"]);
    disks.wait(5_000);
    disks.attach(&id, NODE_A, "/dev/xvdaa");
    disks.wait(2_000);
    assert_eq!(disks.states(&id), ["in-use", "attaching"]);
    disks.wait(1_000);
    assert_eq!(disks.states(&id), ["in-use", "attached"]);
}
