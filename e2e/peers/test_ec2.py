import pytest
from botocore.exceptions import ClientError


def code(failure):
    return failure.value.response["Error"]["Code"]


def test_the_caller_has_an_account(sts):
    assert len(sts.get_caller_identity()["Account"]) == 12


def test_two_zones_each_with_a_public_subnet(ec2, subnets):
    zones = {zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]}
    assert {subnet["AvailabilityZone"] for subnet in subnets} <= zones
    assert len(subnets) == 2
    routes = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [subnets[0]["VpcId"]]}])["RouteTables"]
    gateways = [route.get("GatewayId", "") for table in routes for route in table["Routes"]]
    assert any(gateway.startswith("igw-") for gateway in gateways)


def test_instances_have_interfaces_with_prefixes(ec2):
    instances = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    assert len(instances) >= 2
    for instance in instances:
        interfaces = ec2.describe_network_interfaces(
            Filters=[{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
        )["NetworkInterfaces"]
        primary = [i for i in interfaces if i["Attachment"]["DeviceIndex"] == 0]
        assert primary[0]["PrivateIpAddress"] == instance["PrivateIpAddress"]
        assert all(p["Ipv4Prefix"].endswith("/28") for p in primary[0]["Ipv4Prefixes"])
        assert primary[0]["Ipv4Prefixes"]


def test_describe_instances_of_an_unknown_id_fails(ec2):
    with pytest.raises(ClientError) as failure:
        ec2.describe_instances(InstanceIds=["i-00000000000000bad"])
    assert code(failure) == "InvalidInstanceID.NotFound"


def test_security_group_life(ec2, subnets, name):
    vpc = subnets[0]["VpcId"]
    group = ec2.create_security_group(
        GroupName=name,
        Description="d",
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "owner", "Value": name}]}],
    )["GroupId"]
    web = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[web])
    with pytest.raises(ClientError) as failure:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[web])
    assert code(failure) == "InvalidPermission.Duplicate"

    found = ec2.describe_security_groups(Filters=[{"Name": "tag:owner", "Values": [name]}])["SecurityGroups"]
    assert [g["GroupId"] for g in found] == [group]
    assert found[0]["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0", "Description": "all"}]

    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[web])
    with pytest.raises(ClientError) as failure:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[web])
    assert code(failure) == "InvalidPermission.NotFound"

    ec2.create_tags(Resources=[group], Tags=[{"Key": "extra", "Value": "1"}])
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "owner"}])
    tags = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["Tags"]
    assert tags == [{"Key": "extra", "Value": "1"}]
    ec2.delete_security_group(GroupId=group)
    with pytest.raises(ClientError) as failure:
        ec2.describe_security_groups(GroupIds=[group])
    assert code(failure) == "InvalidGroup.NotFound"


def test_a_group_that_another_one_names_cannot_be_deleted(ec2, subnets, name):
    vpc = subnets[0]["VpcId"]
    source = ec2.create_security_group(GroupName=name + "-a", Description="d", VpcId=vpc)["GroupId"]
    user = ec2.create_security_group(GroupName=name + "-b", Description="d", VpcId=vpc)["GroupId"]
    rule = [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": source}]}]
    ec2.authorize_security_group_ingress(GroupId=user, IpPermissions=rule)
    with pytest.raises(ClientError) as failure:
        ec2.delete_security_group(GroupId=source)
    assert code(failure) == "DependencyViolation"
    ec2.delete_security_group(GroupId=user)
    ec2.delete_security_group(GroupId=source)
