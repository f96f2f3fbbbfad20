"""The world of the golden cases at AWS_ENDPOINT_URL, and what controllers make in it.

Builds the world and prints a line of JSON: its ids by name. Then, for each line that it reads, prints another one: the
state of the world's VPC, with ids replaced by names and every list sorted.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CLUSTER = "kubernetes.io/cluster/lab"
DROPPED = {
    "load balancer": ("LoadBalancerArn", "DNSName", "CanonicalHostedZoneId", "CreatedTime", "State"),
    "listener": ("ListenerArn", "LoadBalancerArn"),
    "target group": ("TargetGroupArn", "LoadBalancerArns"),
}


def client(service):
    return boto3.client(
        service, region_name="us-west-2", aws_access_key_id="golden", aws_secret_access_key="golden"
    )


ec2, elbv2 = client("ec2"), client("elbv2")


def tags(pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def specification(kind, pairs):
    return [{"ResourceType": kind, "Tags": tags(pairs)}]


def build():
    ids = {"vpc": ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"]}
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=ids["vpc"])
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [ids["vpc"]]}])["RouteTables"][0]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for name, description, pairs in (("node-sg", "nodes", {CLUSTER: "owned"}), ("extra", "x", {})):
        group = ec2.create_security_group(GroupName=name, Description=description, VpcId=ids["vpc"])["GroupId"]
        if pairs:
            ec2.create_tags(Resources=[group], Tags=tags(pairs))
        ids["sg:" + name] = group
    build_subnets(ids)
    for name, domain in (("cert", "secure.example.com"), ("cert2", "other.example.com")):
        ids[name] = import_certificate(domain)
    for name in ("eip0", "eip1"):
        ids[name] = ec2.allocate_address(Domain="vpc")["AllocationId"]
    for name, protocol in (("own", "TCP"), ("own-http", "HTTP")):
        own = elbv2.create_target_group(Name=name, Protocol=protocol, Port=80, VpcId=ids["vpc"], TargetType="ip")
        ids["tg:" + name] = own["TargetGroups"][0]["TargetGroupArn"]
    return ids


def build_subnets(ids):
    roles = {CLUSTER: "shared", "kubernetes.io/role/elb": "1", "kubernetes.io/role/internal-elb": "1"}
    for index, third in enumerate((0, 32)):
        subnet = ec2.create_subnet(
            VpcId=ids["vpc"], CidrBlock=f"192.168.{third}.0/19", AvailabilityZone="us-west-2" + "ab"[index]
        )["Subnet"]["SubnetId"]
        ec2.create_tags(Resources=[subnet], Tags=tags(roles))
        interface = {
            "DeviceIndex": 0,
            "SubnetId": subnet,
            "Groups": [ids["sg:node-sg"]],
            "PrivateIpAddress": f"192.168.{third}.4",
        }
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        made = ec2.run_instances(
            ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.small", NetworkInterfaces=[interface]
        )["Instances"][0]
        ec2.assign_private_ip_addresses(
            NetworkInterfaceId=made["NetworkInterfaces"][0]["NetworkInterfaceId"],
            PrivateIpAddresses=[f"192.168.{third}.50"],
        )
        ids[f"subnet{index}"], ids[f"instance{index}"] = subnet, made["InstanceId"]


def import_certificate(domain):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return client("acm").import_certificate(Certificate=certificate.public_bytes(pem), PrivateKey=private)[
        "CertificateArn"
    ]


def record(ids):
    names = {value: name for name, value in ids.items()}
    groups = pages("describe_target_groups", "TargetGroups", ids)
    names.update({group["TargetGroupArn"]: "tg:" + group["TargetGroupName"] for group in groups})
    in_vpc = [{"Name": "vpc-id", "Values": [ids["vpc"]]}]
    security_groups = ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"]
    names.update({group["GroupId"]: "sg:" + group["GroupName"] for group in security_groups})
    state = {
        "loadBalancers": [load_balancer(one) for one in pages("describe_load_balancers", "LoadBalancers", ids)],
        "targetGroups": [target_group(one) for one in groups if one["TargetGroupArn"] not in ids.values()],
        "securityGroups": [security_group(one) for one in security_groups if one["GroupName"] != "default"],
        "own": targets(ids["tg:own"]),
    }
    return named(state, names)


def record_at_rest(ids):
    """Reads again when something is deleted while it is read."""
    while True:
        try:
            return record(ids)
        except ClientError as error:
            if "NotFound" not in error.response["Error"]["Code"]:
                raise


def named(value, names):
    """Ids replaced by names, and lists sorted."""
    if isinstance(value, dict):
        return {key: named(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((named(item, names) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return names.get(value, value)


def pages(operation, key, ids):
    found = elbv2.get_paginator(operation).paginate().build_full_result()[key]
    return [one for one in found if one.get("VpcId") == ids["vpc"]]


def without(one, kind):
    return {key: value for key, value in one.items() if key not in DROPPED[kind]}


def tags_of(arn):
    return {tag["Key"]: tag["Value"] for tag in elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]}


def attributes(answer):
    return {attribute["Key"]: attribute.get("Value", "") for attribute in answer["Attributes"]}


def load_balancer(one):
    arn = one["LoadBalancerArn"]
    return {
        **without(one, "load balancer"),
        "attributes": attributes(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)),
        "listeners": [
            listener(each, one["Type"]) for each in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        ],
        "tags": tags_of(arn),
    }


def listener(one, kind):
    arn = one["ListenerArn"]
    certificates = elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
    rules = elbv2.describe_rules(ListenerArn=arn)["Rules"] if kind == "application" else []
    return {
        **without(one, "listener"),
        "attributes": attributes(elbv2.describe_listener_attributes(ListenerArn=arn)),
        "certificates": [certificate["CertificateArn"] for certificate in certificates],
        "rules": [rule(each) for each in rules],
        "tags": tags_of(arn),
    }


def rule(one):
    return {
        "actions": one["Actions"],
        "conditions": [condition(each) for each in one["Conditions"]],
        "priority": one["Priority"],
        "tags": {} if one["IsDefault"] else tags_of(one["RuleArn"]),
        "transforms": one.get("Transforms", []),
    }


def condition(one):
    """Without the values that are also in the field's own configuration."""
    return {key: value for key, value in one.items() if key not in ("Values", "RegexValues")}


def target_group(one):
    arn = one["TargetGroupArn"]
    return {
        **without(one, "target group"),
        "attributes": attributes(elbv2.describe_target_group_attributes(TargetGroupArn=arn)),
        "tags": tags_of(arn),
        "targets": targets(arn),
    }


def targets(arn):
    health = elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    registered = [one for one in health if one["TargetHealth"]["State"] != "draining"]
    return [[one["Target"]["Id"], one["Target"].get("Port")] for one in registered]


def security_group(one):
    return {
        "description": one["Description"],
        "id": one["GroupId"],
        "ingress": one["IpPermissions"],
        "name": one["GroupName"],
        "tags": {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])},
    }


def say(answer):
    print(json.dumps(answer, sort_keys=True), flush=True)


if __name__ == "__main__":
    world = build()
    say(world)
    for _asked in sys.stdin:
        say(record_at_rest(world))
