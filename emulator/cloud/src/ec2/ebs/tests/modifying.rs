//! Volumes that change.

use super::*;

fn modification(disks: &mut Disks, volume: &str) -> Value {
    let found = disks
        .call("DescribeVolumesModifications", json!({"VolumeId": [volume]}))
        .unwrap();
    found["volumeModificationSet"][0].clone()
}

#[test]
fn a_volume_grows_when_its_modification_is_optimizing() {
    let mut disks = Disks::with(Timing::Realistic);
    let id = disks.volume(ZONE_A);
    assert_eq!(
        disks.code("DescribeVolumesModifications", json!({"VolumeId": [id]})),
        "InvalidVolumeModification.NotFound"
    );
    assert_eq!(
        disks.code("ModifyVolume", json!({"VolumeId": id, "Size": 2})),
        "IncorrectState"
    );
    disks.wait(5_000);
    let began = disks
        .call("ModifyVolume", json!({"VolumeId": id, "Size": 8, "Iops": 4000}))
        .unwrap();
    insta::assert_json_snapshot!(began, @r#"
    {
      "volumeModification": {
        "endTime": null,
        "modificationState": "modifying",
        "originalIops": 3000,
        "originalMultiAttachEnabled": false,
        "originalSize": 1,
        "originalThroughput": 125,
        "originalVolumeType": "gp3",
        "progress": 0,
        "startTime": "2026-01-01T00:00:05.050Z",
        "targetIops": 4000,
        "targetMultiAttachEnabled": false,
        "targetSize": 8,
        "targetThroughput": 125,
        "targetVolumeType": "gp3",
        "volumeId": "vol-05e41ab087439611e"
      }
    }
    "#);
    assert_eq!(disks.described(&id)["size"], 1);
    assert_eq!(
        disks.code("ModifyVolume", json!({"VolumeId": id, "Size": 9})),
        "IncorrectModificationState"
    );
    disks.wait(10_000);
    assert_eq!(text(&modification(&mut disks, &id)["modificationState"]), "optimizing");
    let found = disks.described(&id);
    assert_eq!((found["size"].as_u64(), found["iops"].as_u64()), (Some(8), Some(4000)));
    disks.wait(150_000);
    assert_eq!(modification(&mut disks, &id)["progress"], 50);
    assert_eq!(
        disks.code("ModifyVolume", json!({"VolumeId": id, "Size": 9})),
        "IncorrectModificationState"
    );
    disks.wait(150_000);
    let over = modification(&mut disks, &id);
    assert_eq!(
        (text(&over["modificationState"]), over["progress"].as_u64()),
        ("completed".to_owned(), Some(100))
    );
    assert_eq!(
        disks.code("ModifyVolume", json!({"VolumeId": id, "Size": 9})),
        "VolumeModificationRateExceeded"
    );
    disks.wait(6 * 3_600_000);
    assert_eq!(disks.code("ModifyVolume", json!({"VolumeId": id, "Size": 9})), "ok");
    let all = disks.call("DescribeVolumesModifications", json!({})).unwrap();
    assert_eq!(all["volumeModificationSet"].as_array().unwrap().len(), 1);
    let done = json!({"Filter": [{"Name": "modification-state", "Value": ["completed"]}]});
    assert_eq!(
        disks.call("DescribeVolumesModifications", done).unwrap()["volumeModificationSet"],
        json!([])
    );
}

#[test]
fn performance_follows_the_type() {
    let mut disks = Disks::new();
    let input = json!({"AvailabilityZone": ZONE_A, "Size": 100, "VolumeType": "io2", "Iops": 5000});
    let id = disks.made(input);
    let mut change = |input: Value| {
        let mut input = input;
        input["VolumeId"] = json!(id);
        let result = disks.call("ModifyVolume", input);
        disks.wait(SOON);
        result.map(|_| {
            let found = disks.described(&id);
            format!(
                "{} {} {} {}",
                found["volumeType"], found["size"], found["iops"], found["throughput"]
            )
        })
    };
    let mut code = |input: Value| change(input).unwrap_or_else(|error| error.code.into_owned());
    assert_eq!(code(json!({"Size": 200})), r#""io2" 200 5000 null"#);
    assert_eq!(code(json!({"VolumeType": "gp3"})), r#""gp3" 200 3000 125"#);
    assert_eq!(code(json!({"Throughput": 500})), r#""gp3" 200 3000 500"#);
    assert_eq!(code(json!({"VolumeType": "gp2"})), r#""gp2" 200 600 null"#);
    assert_eq!(code(json!({"VolumeType": "io1"})), r#""io1" 200 3000 null"#);
    assert_eq!(code(json!({"Size": 199})), "InvalidParameterValue");
    assert_eq!(code(json!({"Iops": 10_001})), "InvalidParameterValue");
    assert_eq!(code(json!({"Throughput": 125})), "InvalidParameterCombination");
    assert_eq!(code(json!({"VolumeType": "standard"})), "UnsupportedOperation");
    assert_eq!(code(json!({"VolumeType": "gp4"})), "UnknownVolumeType");
    assert_eq!(code(json!({"Size": 16_385})), "InvalidParameterValue");
}

#[test]
fn multi_attach_changes_only_while_the_volume_is_attached_to_nothing() {
    let mut disks = Disks::new();
    let id = disks.made(json!({"AvailabilityZone": ZONE_A, "Size": 4, "VolumeType": "io2", "Iops": 100}));
    let enable = json!({"VolumeId": id, "MultiAttachEnabled": true});
    disks.attach(&id, NODE_A, "/dev/xvdaa");
    assert_eq!(
        disks.code("ModifyVolume", enable.clone()),
        "InvalidParameterCombination"
    );
    disks.call("DetachVolume", json!({"VolumeId": id})).unwrap();
    disks.wait(SOON);
    assert_eq!(disks.code("ModifyVolume", enable), "ok");
}

#[test]
fn attributes_of_volumes() {
    let mut disks = Disks::new();
    let id = disks.volume(ZONE_A);
    let asked = json!({"VolumeId": id, "Attribute": "autoEnableIO"});
    assert_eq!(
        disks.call("DescribeVolumeAttribute", asked.clone()).unwrap()["autoEnableIO"]["value"],
        false
    );
    disks
        .call(
            "ModifyVolumeAttribute",
            json!({"VolumeId": id, "AutoEnableIO": {"Value": true}}),
        )
        .unwrap();
    assert_eq!(
        disks.call("DescribeVolumeAttribute", asked).unwrap()["autoEnableIO"]["value"],
        true
    );
    let other = json!({"VolumeId": id, "Attribute": "size"});
    assert_eq!(disks.code("DescribeVolumeAttribute", other), "InvalidParameterValue");
}

#[test]
fn changes_that_come_by_themselves_are_foreseen() {
    let mut disks = Disks::new();
    let id = disks.volume(ZONE_A);
    let now = disks.0.now;
    disks.call("ModifyVolume", json!({"VolumeId": id, "Size": 2})).unwrap();
    let ebs = &disks.0.cloud.region("us-west-2").ec2.ebs;
    let next = ebs.next_change(now).unwrap();
    assert_eq!(ebs.volume(&id, next).unwrap().settings(next).size, 2);
    assert_eq!(ebs.next_change(next), None);
}
