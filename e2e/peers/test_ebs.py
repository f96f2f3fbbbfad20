import pytest
from botocore.exceptions import ClientError

ZONE = "us-west-2a"
WAIT = {"Delay": 1}


def code(failure):
    return failure.value.response["Error"]["Code"]


@pytest.fixture
def instance(ec2):
    """The instance of the zone."""
    in_zone = [{"Name": "availability-zone", "Values": [ZONE]}]
    return ec2.describe_instances(Filters=in_zone)["Reservations"][0]["Instances"][0]["InstanceId"]


@pytest.fixture
def volume(ec2, name):
    """A volume that is available."""
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "owner", "Value": name}]}]
    made = ec2.create_volume(AvailabilityZone=ZONE, Size=2, VolumeType="gp3", Encrypted=True, TagSpecifications=tags)
    ec2.get_waiter("volume_available").wait(VolumeIds=[made["VolumeId"]], WaiterConfig=WAIT)
    yield made["VolumeId"]
    ec2.delete_volume(VolumeId=made["VolumeId"])
    ec2.get_waiter("volume_deleted").wait(VolumeIds=[made["VolumeId"]], WaiterConfig=WAIT)


def test_a_volume_is_attached_and_detached(ec2, volume, instance, name):
    attached = ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdaa")
    assert attached["State"] == "attaching"
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume], WaiterConfig=WAIT)
    found = ec2.describe_volumes(Filters=[{"Name": "tag:owner", "Values": [name]}])["Volumes"]
    assert [one["VolumeId"] for one in found] == [volume]
    assert found[0]["KmsKeyId"].startswith("arn:aws:kms:")
    assert found[0]["Attachments"][0]["Device"] == "/dev/xvdaa"
    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    devices = {mapping["DeviceName"]: mapping["Ebs"]["VolumeId"] for mapping in described["BlockDeviceMappings"]}
    assert devices["/dev/xvdaa"] == volume and described["RootDeviceName"] in devices
    with pytest.raises(ClientError) as failure:
        ec2.delete_volume(VolumeId=volume)
    assert code(failure) == "VolumeInUse"
    ec2.detach_volume(VolumeId=volume, InstanceId=instance)
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=WAIT)
    with pytest.raises(ClientError) as failure:
        ec2.detach_volume(VolumeId=volume, InstanceId=instance)
    assert code(failure) == "IncorrectState"


def test_a_client_token_makes_one_volume(ec2, name):
    make = lambda size: ec2.create_volume(AvailabilityZone=ZONE, Size=size, VolumeType="gp3", ClientToken=name)
    made = make(1)["VolumeId"]
    assert make(1)["VolumeId"] == made
    with pytest.raises(ClientError) as failure:
        make(2)
    assert code(failure) == "IdempotentParameterMismatch"
    ec2.delete_volume(VolumeId=made)


def test_a_dry_run_makes_nothing(ec2, name):
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "owner", "Value": name}]}]
    for size, iops, expected in ((4, 2**31 - 1, "InvalidParameterValue"), (10, 3000, "DryRunOperation")):
        with pytest.raises(ClientError) as failure:
            ec2.create_volume(
                AvailabilityZone=ZONE, Size=size, Iops=iops, VolumeType="gp3", DryRun=True, TagSpecifications=tags
            )
        assert code(failure) == expected
    assert ec2.describe_volumes(Filters=[{"Name": "tag:owner", "Values": [name]}])["Volumes"] == []
    with pytest.raises(ClientError) as failure:
        ec2.describe_availability_zones(DryRun=True)
    assert code(failure) == "DryRunOperation"
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_a_volume_grows(ec2, volume):
    with pytest.raises(ClientError) as failure:
        ec2.describe_volumes_modifications(VolumeIds=[volume])
    assert code(failure) == "InvalidVolumeModification.NotFound"
    began = ec2.modify_volume(VolumeId=volume, Size=10, Iops=4000, Throughput=200)["VolumeModification"]
    assert (began["OriginalSize"], began["TargetSize"]) == (2, 10)
    state = began["ModificationState"]
    while state == "modifying":
        state = ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][0]["ModificationState"]
    found = ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]
    assert (found["Size"], found["Iops"], found["Throughput"]) == (10, 4000, 200)


def test_snapshots_and_what_is_made_of_them(ec2, volume):
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="d")["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=WAIT)
    found = ec2.describe_snapshots(OwnerIds=["self"], SnapshotIds=[snapshot])["Snapshots"][0]
    assert (found["VolumeSize"], found["Progress"], found["Encrypted"]) == (2, "100%", True)
    enabled = ec2.enable_fast_snapshot_restores(AvailabilityZones=[ZONE], SourceSnapshotIds=[snapshot])
    assert enabled["Successful"][0]["SnapshotId"] == snapshot and not enabled["Unsuccessful"]
    ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=1)
    with pytest.raises(ClientError):
        ec2.delete_snapshot(SnapshotId=snapshot)
    assert ec2.describe_locked_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["LockState"] == "governance"
    ec2.unlock_snapshot(SnapshotId=snapshot)
    restored = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot, VolumeType="gp3")
    copied = ec2.copy_volumes(SourceVolumeId=volume)["Volumes"][0]
    assert (restored["SnapshotId"], copied["SourceVolumeId"]) == (snapshot, volume)
    made = [restored["VolumeId"], copied["VolumeId"]]
    ec2.get_waiter("volume_available").wait(VolumeIds=made, WaiterConfig=WAIT)
    statuses = ec2.describe_volume_status(VolumeIds=made)["VolumeStatuses"]
    assert {status["VolumeStatus"]["Status"] for status in statuses} == {"ok"}
    for one in made:
        ec2.delete_volume(VolumeId=one)
    ec2.delete_snapshot(SnapshotId=snapshot)


def test_instance_types_say_how_many_volumes_they_take(ec2):
    found = ec2.describe_instance_types(InstanceTypes=["m5.large"])["InstanceTypes"][0]["EbsInfo"]
    assert (found["MaximumEbsAttachments"], found["AttachmentLimitType"]) == (27, "shared")


@pytest.mark.parametrize(
    "volume_id, expected", [("fake", "InvalidParameterValue"), ("vol-00000000000000bad", "InvalidVolume.NotFound")]
)
def test_ids_that_are_none(ec2, volume_id, expected):
    with pytest.raises(ClientError) as failure:
        ec2.describe_volumes(VolumeIds=[volume_id])
    assert code(failure) == expected
