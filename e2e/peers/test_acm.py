from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


def code(failure):
    return failure.value.response["Error"]["Code"]


def arns(acm, **filters):
    pages = acm.get_paginator("list_certificates").paginate(**filters)
    return [found["CertificateArn"] for page in pages for found in page["CertificateSummaryList"]]


def self_signed(name, key):
    """A certificate and its private key, PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("*." + name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


@pytest.mark.parametrize(
    "key, algorithm",
    [
        (rsa.generate_private_key(65537, 2048), "RSA_2048"),
        (rsa.generate_private_key(65537, 4096), "RSA_4096"),
        (ec.generate_private_key(ec.SECP256R1()), "EC_prime256v1"),
        (ec.generate_private_key(ec.SECP384R1()), "EC_secp384r1"),
        (ec.generate_private_key(ec.SECP521R1()), "EC_secp521r1"),
    ],
)
def test_what_another_library_made_is_imported(acm, name, key, algorithm):
    body, private = self_signed(f"{name}.example.net", key)
    arn = acm.import_certificate(Certificate=body, PrivateKey=private)["CertificateArn"]
    found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (found["Type"], found["Status"], found["KeyAlgorithm"]) == ("IMPORTED", "ISSUED", algorithm)
    assert found["SubjectAlternativeNames"] == [f"{name}.example.net", f"*.{name}.example.net"]
    again, private = self_signed("again.example.net", key)
    assert acm.import_certificate(CertificateArn=arn, Certificate=again, PrivateKey=private)["CertificateArn"] == arn
    assert acm.get_certificate(CertificateArn=arn)["Certificate"].encode() == again
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ClientError) as failure:
        acm.import_certificate(Certificate=body, PrivateKey=self_signed("other.example.net", other)[1])
    assert code(failure) == "ValidationException"
    acm.delete_certificate(CertificateArn=arn)


def test_an_issued_certificate_is_signed_by_its_chain(acm, certificate, name):
    pem = acm.get_certificate(CertificateArn=certificate)
    leaf = x509.load_pem_x509_certificate(pem["Certificate"].encode())
    authority = x509.load_pem_x509_certificate(pem["CertificateChain"].encode())
    leaf.verify_directly_issued_by(authority)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [f"{name}.example.org"]


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


def test_an_unknown_certificate_is_not_found(acm):
    with pytest.raises(ClientError) as failure:
        acm.describe_certificate(CertificateArn="arn:aws:acm:us-west-2:123456789012:certificate/none")
    assert code(failure) == "ResourceNotFoundException"


def test_an_action_that_is_not_there_says_so(acm):
    with pytest.raises(ClientError) as failure:
        acm.get_account_configuration()
    assert code(failure) == "UnknownOperationException"
