import pytest
from botocore.exceptions import ClientError


def code(failure):
    return failure.value.response["Error"]["Code"]


def instances(ec2):
    return sorted(i["InstanceId"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"])


def test_load_balancer_as_created(elbv2, load_balancer, subnets, name):
    arn = load_balancer["LoadBalancerArn"]
    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
    found = elbv2.describe_load_balancers(Names=[name])["LoadBalancers"][0]
    assert found["State"]["Code"] == "active"
    assert found["DNSName"].startswith(name + "-")
    assert {z["SubnetId"] for z in found["AvailabilityZones"]} == {s["SubnetId"] for s in subnets}
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    assert {"Key": "load_balancing.cross_zone.enabled", "Value": "false"} in attributes
    tags = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
    assert tags == [{"Key": "owner", "Value": name}]


def test_its_interfaces_are_seen_in_ec2(ec2, load_balancer, name):
    described = "ELB net/" + load_balancer["LoadBalancerArn"].split("loadbalancer/net/")[1]
    interfaces = ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": [described]}])
    assert len(interfaces["NetworkInterfaces"]) == 2


def test_creating_it_again_with_other_settings_fails(elbv2, load_balancer, subnets, name):
    with pytest.raises(ClientError) as failure:
        elbv2.create_load_balancer(Name=name, Type="network", Scheme="internal", Subnets=[subnets[0]["SubnetId"]])
    assert code(failure) == "DuplicateLoadBalancerName"


def test_deletion_protection(elbv2, load_balancer):
    arn = load_balancer["LoadBalancerArn"]
    protect = lambda value: elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": value}]
    )
    protect("true")
    with pytest.raises(ClientError) as failure:
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert code(failure) == "OperationNotPermitted"
    protect("false")


def test_a_listener_holds_its_target_group(elbv2, load_balancer, target_group):
    arn = target_group["TargetGroupArn"]
    listener = elbv2.create_listener(
        LoadBalancerArn=load_balancer["LoadBalancerArn"],
        Protocol="TCP",
        Port=8080,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )["Listeners"][0]
    with pytest.raises(ClientError) as failure:
        elbv2.delete_target_group(TargetGroupArn=arn)
    assert code(failure) == "ResourceInUse"
    assert elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]["LoadBalancerArns"] == [
        load_balancer["LoadBalancerArn"]
    ]
    listeners = elbv2.describe_listeners(LoadBalancerArn=load_balancer["LoadBalancerArn"])["Listeners"]
    assert [found["ListenerArn"] for found in listeners] == [listener["ListenerArn"]]
    elbv2.delete_listener(ListenerArn=listener["ListenerArn"])


def test_targets_register_by_id_and_port(ec2, elbv2, target_group):
    arn, first = target_group["TargetGroupArn"], instances(ec2)[0]
    elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": first, "Port": 80}, {"Id": first, "Port": 81}])
    health = elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    assert sorted(h["Target"]["Port"] for h in health) == [80, 81]
    assert {(h["TargetHealth"]["State"], h["TargetHealth"]["Reason"]) for h in health} == {("unused", "Target.NotInUse")}
    elbv2.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": first, "Port": 80}])
    left = elbv2.describe_target_health(TargetGroupArn=arn, Targets=[{"Id": first, "Port": 81}])
    assert [h["Target"]["Port"] for h in left["TargetHealthDescriptions"]] == [81]


def test_an_instance_that_does_not_exist_is_no_target(elbv2, target_group):
    with pytest.raises(ClientError) as failure:
        elbv2.register_targets(TargetGroupArn=target_group["TargetGroupArn"], Targets=[{"Id": "i-00000000000000bad"}])
    assert code(failure) == "InvalidTarget"


def test_twenty_arns_are_the_most_of_describe_tags(elbv2, load_balancer):
    with pytest.raises(ClientError) as failure:
        elbv2.describe_tags(ResourceArns=[load_balancer["LoadBalancerArn"]] * 21)
    assert code(failure) in ("ValidationError", "TooManyResources")


def test_lists_are_paged(elbv2, subnets, name):
    made = [
        elbv2.create_target_group(Name=f"{name}-{i}", Protocol="TCP", Port=80, VpcId=subnets[0]["VpcId"])
        for i in range(5)
    ]
    arns = {m["TargetGroups"][0]["TargetGroupArn"] for m in made}
    pages = list(elbv2.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) >= 3 and all(len(page["TargetGroups"]) <= 2 for page in pages)
    assert arns <= {group["TargetGroupArn"] for page in pages for group in page["TargetGroups"]}
    for arn in arns:
        elbv2.delete_target_group(TargetGroupArn=arn)


def test_regions_are_apart(elsewhere, load_balancer, name):
    with pytest.raises(ClientError) as failure:
        elsewhere.describe_load_balancers(Names=[name])
    assert code(failure) == "LoadBalancerNotFound"


def test_an_action_that_is_not_there_says_so(elbv2):
    with pytest.raises(ClientError) as failure:
        elbv2.get_resource_policy(ResourceArn="arn:aws:elasticloadbalancing:us-west-2:1:truststore/a/b")
    assert code(failure) == "InvalidAction"
