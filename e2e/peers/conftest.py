"""boto3 against the endpoint in AWS_ENDPOINT_URL: a client that shares no code with the emulator."""

import os
import uuid

import boto3
import pytest


def client(service, region="us-west-2"):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def ec2():
    return client("ec2")


@pytest.fixture
def elbv2():
    return client("elbv2")


@pytest.fixture
def sts():
    return client("sts")


@pytest.fixture
def acm():
    return client("acm")


@pytest.fixture
def wafv2():
    return client("wafv2")


@pytest.fixture
def waf_regional():
    return client("waf-regional")


@pytest.fixture
def shield():
    return client("shield", region="us-east-1")


@pytest.fixture
def elsewhere():
    """Elastic Load Balancing of another region."""
    return client("elbv2", region="eu-central-1")


@pytest.fixture
def name():
    """A name that no other test uses."""
    return "t-" + uuid.uuid4().hex[:12]


@pytest.fixture
def subnets(ec2):
    """The public subnets of the world, as a controller finds them: by role tag."""
    found = ec2.describe_subnets(Filters=[{"Name": "tag:kubernetes.io/role/elb", "Values": ["1", ""]}])["Subnets"]
    return sorted(found, key=lambda subnet: subnet["AvailabilityZone"])


@pytest.fixture
def load_balancer(elbv2, subnets, name):
    made = elbv2.create_load_balancer(
        Name=name,
        Type="network",
        Scheme="internet-facing",
        Subnets=[subnet["SubnetId"] for subnet in subnets],
        Tags=[{"Key": "owner", "Value": name}],
    )["LoadBalancers"][0]
    yield made
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])


@pytest.fixture
def target_group(elbv2, subnets, name):
    made = elbv2.create_target_group(
        Name=name, Protocol="TCP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="instance"
    )["TargetGroups"][0]
    yield made
    elbv2.delete_target_group(TargetGroupArn=made["TargetGroupArn"])


@pytest.fixture
def application(elbv2, subnets, name):
    """An application load balancer that is active."""
    made = elbv2.create_load_balancer(
        Name=name, Scheme="internet-facing", Subnets=[subnet["SubnetId"] for subnet in subnets]
    )["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
    yield made
    elbv2.delete_load_balancer(LoadBalancerArn=arn)


@pytest.fixture
def http_groups(elbv2, subnets, name):
    """Two target groups of addresses that speak HTTP."""
    made = [
        elbv2.create_target_group(
            Name=f"{name}-{suffix}", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        for suffix in "ab"
    ]
    yield made
    for arn in made:
        elbv2.delete_target_group(TargetGroupArn=arn)


NOT_FOUND = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


@pytest.fixture
def listener(elbv2, application, http_groups):
    """An HTTP listener that answers 404. It goes before the target groups do."""
    made = elbv2.create_listener(
        LoadBalancerArn=application["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=NOT_FOUND
    )["Listeners"][0]["ListenerArn"]
    yield made
    elbv2.delete_listener(ListenerArn=made)


@pytest.fixture
def certificate(acm, name):
    """A certificate that is issued. Nobody may use it any more when the test is over."""
    arn = acm.request_certificate(DomainName=f"{name}.example.org", ValidationMethod="DNS")["CertificateArn"]
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn, WaiterConfig={"Delay": 1})
    yield arn
    acm.delete_certificate(CertificateArn=arn)
