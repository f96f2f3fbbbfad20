//! What was acknowledged outlives a kill; what was torn was never acknowledged.

use crate::client::call;
use seatrial_aws::{Config, Emulator};
use std::io::Write;

/// An answer without its request id.
async fn describe(emulator: &Emulator, service: &str, action: &str) -> String {
    let (status, body) = call(emulator.address(), service, &format!("Action={action}")).await;
    assert_eq!(status, 200, "{body}");
    let start = body.to_lowercase().find("<requestid>").unwrap();
    body[..start].to_owned() + &body[start + "<requestid></requestid>".len() + 36..]
}

async fn everything(emulator: &Emulator) -> Vec<String> {
    let mut all = Vec::new();
    for action in [
        "DescribeSecurityGroups",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DescribeTags",
    ] {
        all.push(describe(emulator, "ec2", action).await);
    }
    for action in ["DescribeLoadBalancers", "DescribeTargetGroups"] {
        all.push(describe(emulator, "elasticloadbalancing", action).await);
    }
    for (service, message) in [
        ("acm", "CertificateManager.ListCertificates\n{}"),
        ("wafv2", "AWSWAF_20190729.ListWebACLs\n{\"Scope\":\"REGIONAL\"}"),
    ] {
        let (status, body) = call(emulator.address(), service, message).await;
        assert_eq!(status, 200, "{body}");
        all.push(body);
    }
    all
}

const WRITES: &[(&str, &str)] = &[
    (
        "ec2",
        "Action=CreateSecurityGroup&GroupName=a%20b&GroupDescription=d&VpcId=vpc-0a000000000000001&TagSpecification.1.ResourceType=security-group&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=%E2%82%AC%22",
    ),
    (
        "ec2",
        "Action=CreateTags&ResourceId.1=subnet-0a00000000000000a&Tag.1.Key=x&Tag.1.Value=y",
    ),
    (
        "ec2",
        "Action=AuthorizeSecurityGroupIngress&GroupId=sg-0a000000000000001&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=80&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8",
    ),
    (
        "acm",
        "CertificateManager.RequestCertificate\n{\"DomainName\":\"www.example.org\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"\u{20ac}\"}]}",
    ),
    (
        "wafv2",
        "AWSWAF_20190729.CreateWebACL\n{\"Name\":\"a\",\"Scope\":\"REGIONAL\",\"DefaultAction\":{\"Allow\":{}},\"VisibilityConfig\":{}}",
    ),
    (
        "elasticloadbalancing",
        "Action=CreateTargetGroup&Name=tg&Protocol=TCP&Port=80&VpcId=vpc-0a000000000000001&TargetType=ip",
    ),
    (
        "elasticloadbalancing",
        "Action=CreateLoadBalancer&Name=web&Type=network&Subnets.member.1=subnet-0a00000000000000a&Subnets.member.2=subnet-0a00000000000000b",
    ),
];

#[tokio::test]
async fn a_restart_shows_what_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let config = || Config {
        data_dir: Some(directory.path().to_owned()),
        ..Config::default()
    };
    let first = Emulator::start(config()).await.unwrap();
    for (service, message) in WRITES {
        let (status, body) = call(first.address(), service, message).await;
        assert_eq!(status, 200, "{body}");
    }
    let (status, _) = call(first.address(), "ec2", WRITES[0].1).await;
    assert_eq!(status, 400, "a second group of the same name");
    // Until the load balancer is active, two answers may differ by that alone.
    while !describe(&first, "elasticloadbalancing", "DescribeLoadBalancers")
        .await
        .contains("active")
    {
        tokio::task::yield_now().await;
    }
    // The certificate too: it is issued at the same time, after its request.
    while everything(&first).await.concat().contains("PENDING_VALIDATION") {
        tokio::task::yield_now().await;
    }
    let before = everything(&first).await;
    drop(first);

    let journal = directory.path().join("journal.jsonl");
    let mut file = std::fs::OpenOptions::new().append(true).open(&journal).unwrap();
    file.write_all(br#"{"now":1,"region":"us-west-2","service":"ec2","params":"Action=Crea"#)
        .unwrap();
    let second = Emulator::start(config()).await.unwrap();
    assert_eq!(everything(&second).await, before);
    // The torn line is gone, so that the next entry begins on a line of its own.
    let (status, body) = call(second.address(), "ec2", "Action=AllocateAddress").await;
    assert_eq!(status, 200, "{body}");
    let before = describe(&second, "ec2", "DescribeAddresses").await;
    drop(second);
    let third = Emulator::start(config()).await.unwrap();
    assert_eq!(describe(&third, "ec2", "DescribeAddresses").await, before);
}

#[tokio::test]
async fn another_world_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let config = |world| Config {
        data_dir: Some(directory.path().to_owned()),
        world,
        ..Config::default()
    };
    Emulator::start(config(None)).await.unwrap().shutdown().await;
    let mut other = seatrial_aws::World::default();
    other.seed += 1;
    let error = Emulator::start(config(Some(other))).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("another world"), "{source}");
}
