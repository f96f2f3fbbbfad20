import pytest
from botocore.exceptions import ClientError


def code(failure):
    return failure.value.response["Error"]["Code"]


def forward(arn):
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": arn}]}}]


def path(*values):
    return [{"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}]


def create(elbv2, listener, priority, group, conditions=None):
    return elbv2.create_rule(
        ListenerArn=listener, Priority=priority, Conditions=conditions or path("/a"), Actions=forward(group)
    )["Rules"][0]


def priorities(elbv2, listener):
    return [rule["Priority"] for rule in elbv2.describe_rules(ListenerArn=listener)["Rules"]]


def test_load_balancer_as_created(elbv2, ec2, application, name):
    assert application["Type"] == "application"
    assert ":loadbalancer/app/" + name + "/" in application["LoadBalancerArn"]
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=application["LoadBalancerArn"])["Attributes"]
    found = {attribute["Key"]: attribute["Value"] for attribute in attributes}
    assert found["idle_timeout.timeout_seconds"] == "60"
    assert found["load_balancing.cross_zone.enabled"] == "true"
    assert found["routing.http2.enabled"] == "true"
    described = "ELB " + application["LoadBalancerArn"].split("loadbalancer/")[1]
    interfaces = ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": [described]}])
    assert [i["InterfaceType"] for i in interfaces["NetworkInterfaces"]] == ["interface", "interface"]


def test_one_zone_is_not_enough(elbv2, subnets, name):
    with pytest.raises(ClientError) as failure:
        elbv2.create_load_balancer(Name=name, Subnets=[subnets[0]["SubnetId"]])
    assert code(failure) == "ValidationError"


def test_gateway_load_balancers_are_refused(elbv2, subnets, name):
    with pytest.raises(ClientError) as failure:
        elbv2.create_load_balancer(Name=name, Type="gateway", Subnets=[subnets[0]["SubnetId"]])
    assert code(failure) == "InvalidConfigurationRequest"
    assert "application or network" in failure.value.response["Error"]["Message"]


def test_a_forward_comes_back_with_weights_and_stickiness(elbv2, listener, http_groups):
    config = {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(http_groups, (90, 10))],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
    }
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "ForwardConfig": config}])
    action = elbv2.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"][0]
    assert action["ForwardConfig"] == config
    assert "TargetGroupArn" not in action


def test_all_conditions_and_transforms_come_back(elbv2, listener, http_groups):
    conditions = [
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
        {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/api/(.*)$"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Env", "Values": ["staging"]}},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}]}},
    ]
    transforms = [
        {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/api/(.*)$", "Replace": "/$1"}]}},
        {"Type": "host-header-rewrite", "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]}},
    ]
    made = elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=conditions,
        Actions=forward(http_groups[0]),
        Transforms=transforms,
    )["Rules"][0]
    found = elbv2.describe_rules(RuleArns=[made["RuleArn"]])["Rules"][0]
    assert found == made
    for sent, got in zip(conditions, found["Conditions"]):
        assert sent.items() <= got.items()
    assert found["Transforms"] == transforms
    source = [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "2001:db8::/32"]}}]
    elbv2.modify_rule(RuleArn=made["RuleArn"], Conditions=source, ResetTransforms=True)
    found = elbv2.describe_rules(RuleArns=[made["RuleArn"]])["Rules"][0]
    assert found["Conditions"] == source
    assert not found.get("Transforms")


def test_priorities_swap_and_shift_in_one_call(elbv2, listener, http_groups):
    rules = [create(elbv2, listener, priority, http_groups[0])["RuleArn"] for priority in (1, 2, 3)]
    with pytest.raises(ClientError) as failure:
        create(elbv2, listener, 2, http_groups[0])
    assert code(failure) == "PriorityInUse"
    with pytest.raises(ClientError) as failure:
        elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": rules[0], "Priority": 3}])
    assert code(failure) == "PriorityInUse"
    swap = [{"RuleArn": rules[0], "Priority": 2}, {"RuleArn": rules[1], "Priority": 1}]
    elbv2.set_rule_priorities(RulePriorities=swap)
    shift = [{"RuleArn": arn, "Priority": priority} for arn, priority in zip(rules, (3, 2, 4))]
    elbv2.set_rule_priorities(RulePriorities=shift)
    assert priorities(elbv2, listener) == ["2", "3", "4", "default"]
    order = [rule["RuleArn"] for rule in elbv2.describe_rules(ListenerArn=listener)["Rules"]][:3]
    assert order == [rules[1], rules[0], rules[2]]


def test_rules_are_paged_by_priority(elbv2, listener, http_groups):
    for priority in (30, 4, 200, 1):
        create(elbv2, listener, priority, http_groups[0])
    pages = elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener, PaginationConfig={"PageSize": 2})
    assert [rule["Priority"] for page in pages for rule in page["Rules"]] == ["1", "4", "30", "200", "default"]


def test_six_values_are_too_many(elbv2, listener, http_groups):
    with pytest.raises(ClientError) as failure:
        create(elbv2, listener, 1, http_groups[0], path(*(f"/{n}" for n in range(6))))
    assert code(failure) == "ValidationError"


def test_the_default_rule_stays(elbv2, listener):
    default = elbv2.describe_rules(ListenerArn=listener)["Rules"][0]
    assert default["IsDefault"]
    with pytest.raises(ClientError) as failure:
        elbv2.delete_rule(RuleArn=default["RuleArn"])
    assert code(failure) == "OperationNotPermitted"


def test_a_rule_holds_its_target_group(elbv2, listener, http_groups):
    rule = create(elbv2, listener, 1, http_groups[0])
    with pytest.raises(ClientError) as failure:
        elbv2.delete_target_group(TargetGroupArn=http_groups[0])
    assert code(failure) == "ResourceInUse"
    elbv2.delete_rule(RuleArn=rule["RuleArn"])
    with pytest.raises(ClientError) as failure:
        elbv2.delete_rule(RuleArn=rule["RuleArn"])
    assert code(failure) == "RuleNotFound"


def test_rules_and_listeners_have_tags(elbv2, listener, http_groups):
    rule = create(elbv2, listener, 1, http_groups[0])["RuleArn"]
    tags = [{"Key": "a", "Value": ""}]
    elbv2.add_tags(ResourceArns=[rule, listener], Tags=tags)
    found = elbv2.describe_tags(ResourceArns=[rule, listener])["TagDescriptions"]
    assert [description["Tags"] for description in found] == [tags, tags]


def test_no_answer_shows_an_oidc_secret(elbv2, application, http_groups, certificate):
    oidc = {
        "Issuer": "https://id.example.com",
        "AuthorizationEndpoint": "https://id.example.com/authorize",
        "TokenEndpoint": "https://id.example.com/token",
        "UserInfoEndpoint": "https://id.example.com/userinfo",
        "ClientId": "client",
        "ClientSecret": "secret",
        "AuthenticationRequestExtraParams": {"display": "page"},
    }
    actions = [
        {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": oidc},
        {**forward(http_groups[0])[0], "Order": 2},
    ]
    made = elbv2.create_listener(
        LoadBalancerArn=application["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=actions,
    )["Listeners"][0]
    shown = made["DefaultActions"][0]["AuthenticateOidcConfig"]
    assert "ClientSecret" not in shown
    assert shown["AuthenticationRequestExtraParams"] == {"display": "page"}
    assert shown["SessionTimeout"] == 604800
    elbv2.delete_listener(ListenerArn=made["ListenerArn"])


def test_target_groups_check_grpc(elbv2, subnets, name):
    made = elbv2.create_target_group(
        Name=name,
        Protocol="HTTP",
        ProtocolVersion="GRPC",
        Port=50051,
        VpcId=subnets[0]["VpcId"],
        TargetType="ip",
        Matcher={"GrpcCode": "0,12"},
    )["TargetGroups"][0]
    assert made["Matcher"] == {"GrpcCode": "0,12"}
    assert made["HealthCheckPath"] == "/AWS.ALB/healthcheck"
    attributes = elbv2.describe_target_group_attributes(TargetGroupArn=made["TargetGroupArn"])["Attributes"]
    assert {"Key": "load_balancing.algorithm.type", "Value": "round_robin"} in attributes
    elbv2.delete_target_group(TargetGroupArn=made["TargetGroupArn"])


def test_listener_attributes(elbv2, listener):
    key = "routing.http.response.server.enabled"
    elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=[{"Key": key, "Value": "false"}])
    found = elbv2.describe_listener_attributes(ListenerArn=listener)["Attributes"]
    assert {"Key": key, "Value": "false"} in found


def test_capacity_is_reserved_and_given_back(elbv2, application):
    arn = application["LoadBalancerArn"]
    elbv2.modify_capacity_reservation(LoadBalancerArn=arn, MinimumLoadBalancerCapacity={"CapacityUnits": 100})
    found = elbv2.describe_capacity_reservation(LoadBalancerArn=arn)
    assert found["MinimumLoadBalancerCapacity"] == {"CapacityUnits": 100}
    elbv2.modify_capacity_reservation(LoadBalancerArn=arn, ResetCapacityReservation=True)
    assert "MinimumLoadBalancerCapacity" not in elbv2.describe_capacity_reservation(LoadBalancerArn=arn)


def test_a_trust_store_needs_its_bundle(elbv2, name):
    with pytest.raises(ClientError) as failure:
        elbv2.create_trust_store(Name=name, CaCertificatesBundleS3Bucket="none", CaCertificatesBundleS3Key="none")
    assert code(failure) == "CaCertificatesBundleNotFound"
    assert elbv2.describe_trust_stores()["TrustStores"] == []
