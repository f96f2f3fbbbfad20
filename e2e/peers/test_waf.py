import pytest
from botocore.exceptions import ClientError


def code(failure):
    return failure.value.response["Error"]["Code"]


@pytest.fixture
def web_acl(wafv2, name):
    made = wafv2.create_web_acl(
        Name=name,
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name},
    )["Summary"]
    yield made
    wafv2.delete_web_acl(Name=name, Scope="REGIONAL", Id=made["Id"], LockToken=made["LockToken"])


def test_a_load_balancer_is_associated_with_a_web_acl(wafv2, web_acl, application):
    arn = application["LoadBalancerArn"]
    assert "WebACL" not in wafv2.get_web_acl_for_resource(ResourceArn=arn)
    assert web_acl["ARN"] in [acl["ARN"] for acl in wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]]
    wafv2.associate_web_acl(WebACLArn=web_acl["ARN"], ResourceArn=arn)
    assert wafv2.get_web_acl_for_resource(ResourceArn=arn)["WebACL"]["ARN"] == web_acl["ARN"]
    assert wafv2.list_resources_for_web_acl(WebACLArn=web_acl["ARN"])["ResourceArns"] == [arn]
    wafv2.disassociate_web_acl(ResourceArn=arn)
    assert "WebACL" not in wafv2.get_web_acl_for_resource(ResourceArn=arn)


def test_an_unknown_web_acl_is_not_found(wafv2, web_acl, application):
    with pytest.raises(ClientError) as failure:
        wafv2.associate_web_acl(WebACLArn=web_acl["ARN"] + "0", ResourceArn=application["LoadBalancerArn"])
    assert code(failure) == "WAFNonexistentItemException"


def test_waf_classic(waf_regional, application, name):
    arn = application["LoadBalancerArn"]
    token = waf_regional.get_change_token()["ChangeToken"]
    acl = waf_regional.create_web_acl(
        Name=name, MetricName=name.replace("-", ""), DefaultAction={"Type": "ALLOW"}, ChangeToken=token
    )["WebACL"]["WebACLId"]
    waf_regional.associate_web_acl(WebACLId=acl, ResourceArn=arn)
    assert waf_regional.get_web_acl_for_resource(ResourceArn=arn)["WebACLSummary"]["WebACLId"] == acl
    waf_regional.disassociate_web_acl(ResourceArn=arn)
    waf_regional.delete_web_acl(WebACLId=acl, ChangeToken=token)


def test_shield_protects(shield, application, name):
    arn = application["LoadBalancerArn"]
    if shield.get_subscription_state()["SubscriptionState"] == "INACTIVE":
        with pytest.raises(ClientError) as failure:
            shield.create_protection(Name=name, ResourceArn=arn)
        assert code(failure) == "InvalidOperationException"
        shield.create_subscription()
    protection = shield.create_protection(Name=name, ResourceArn=arn)["ProtectionId"]
    assert shield.describe_protection(ResourceArn=arn)["Protection"]["Id"] == protection
    shield.delete_protection(ProtectionId=protection)
    with pytest.raises(ClientError) as failure:
        shield.describe_protection(ResourceArn=arn)
    assert code(failure) == "ResourceNotFoundException"
