import pytest
from botocore.exceptions import ClientError


def code(failure):
    return failure.value.response["Error"]["Code"]


def arns(acm, **filters):
    pages = acm.get_paginator("list_certificates").paginate(**filters)
    return [found["CertificateArn"] for page in pages for found in page["CertificateSummaryList"]]


def test_a_requested_certificate_is_issued(acm, certificate, name):
    found = acm.describe_certificate(CertificateArn=certificate)["Certificate"]
    assert found["Status"] == "ISSUED"
    assert found["DomainName"] == f"{name}.example.org"
    assert found["SubjectAlternativeNames"] == [f"{name}.example.org"]
    assert found["NotBefore"] < found["NotAfter"]
    assert found["DomainValidationOptions"][0]["ResourceRecord"]["Type"] == "CNAME"
    pem = acm.get_certificate(CertificateArn=certificate)
    assert pem["Certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert pem["CertificateChain"].startswith("-----BEGIN CERTIFICATE-----")


def test_lists_are_filtered_and_paged(acm, certificate):
    issued = arns(acm, CertificateStatuses=["ISSUED"], Includes={"keyTypes": ["RSA_2048", "EC_prime256v1"]})
    assert certificate in issued
    assert certificate not in arns(acm, Includes={"keyTypes": ["RSA_2048"]})
    assert certificate not in arns(acm, CertificateStatuses=["EXPIRED"])
    assert sorted(arns(acm, PaginationConfig={"PageSize": 1})) == sorted(issued)


def test_what_is_served_cannot_be_deleted(acm, elbv2, application, certificate):
    listener = elbv2.create_listener(
        LoadBalancerArn=application["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    )["Listeners"][0]
    assert listener["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    used = acm.describe_certificate(CertificateArn=certificate)["Certificate"]["InUseBy"]
    assert used == [application["LoadBalancerArn"]]
    with pytest.raises(ClientError) as failure:
        acm.delete_certificate(CertificateArn=certificate)
    assert code(failure) == "ResourceInUseException"
    elbv2.delete_listener(ListenerArn=listener["ListenerArn"])


def test_a_listener_needs_a_certificate_that_exists(elbv2, application):
    with pytest.raises(ClientError) as failure:
        elbv2.create_listener(
            LoadBalancerArn=application["LoadBalancerArn"],
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": "arn:aws:acm:us-west-2:123456789012:certificate/none"}],
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        )
    assert code(failure) == "CertificateNotFound"


def test_tags(acm, certificate):
    acm.add_tags_to_certificate(CertificateArn=certificate, Tags=[{"Key": "a", "Value": "b"}])
    assert acm.list_tags_for_certificate(CertificateArn=certificate)["Tags"] == [{"Key": "a", "Value": "b"}]
    acm.remove_tags_from_certificate(CertificateArn=certificate, Tags=[{"Key": "a"}])
    assert acm.list_tags_for_certificate(CertificateArn=certificate)["Tags"] == []


def test_what_was_issued_can_be_imported_with_no_other_key(acm, certificate):
    body = acm.get_certificate(CertificateArn=certificate)["Certificate"].encode()
    with pytest.raises(ClientError) as failure:
        acm.import_certificate(Certificate=body, PrivateKey=b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----")
    assert code(failure) == "ValidationException"


def test_an_unknown_certificate_is_not_found(acm):
    with pytest.raises(ClientError) as failure:
        acm.describe_certificate(CertificateArn="arn:aws:acm:us-west-2:123456789012:certificate/none")
    assert code(failure) == "ResourceNotFoundException"


def test_an_action_that_is_not_there_says_so(acm):
    with pytest.raises(ClientError) as failure:
        acm.get_account_configuration()
    assert code(failure) == "UnknownOperationException"
