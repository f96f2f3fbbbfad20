//! What is attached to load balancers, over the AWS SDK: certificates of ACM, web ACLs of AWS WAF and AWS WAF Classic, protections of AWS Shield.

use anyhow::{Context, Result, ensure};
use aws_api::acm::NewCertificate;
use aws_api::elbv2::{NewLoadBalancer, SubnetMapping};
use aws_sdk::Aws;
use emulator::{Config, Emulator, World};
use seatrial_e2e::cluster::wait_for;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Of the built-in world.
const REGION: &str = "us-west-2";
const SUBNETS: [&str; 2] = ["subnet-0a00000000000000a", "subnet-0a00000000000000b"];
const SECURITY_GROUP: &str = "sg-0a000000000000001";
const ACM: &str = "arn:aws:acm:us-west-2:123456789012:certificate/";
const CERTIFICATE: &str = "0a000000-0000-4000-8000-00000000000a";

/// An emulator without data plane, and a client of it.
async fn start(shield: bool) -> Result<(Emulator, Aws)> {
    let world = World {
        shield_subscription: shield,
        ..World::default()
    };
    let emulator = Emulator::start(Config {
        world: Some(world),
        ..Config::default()
    })
    .await?;
    let aws = aws_sdk::connect_to(&emulator.endpoint(), REGION).await;
    Ok((emulator, aws))
}

/// ARN of a new application load balancer, once it is active: nothing is attached before.
async fn load_balancer(aws: &Aws) -> Result<String> {
    let subnet = |id: &str| SubnetMapping {
        subnet_id: id.to_owned(),
        ..SubnetMapping::default()
    };
    let new = NewLoadBalancer {
        name: "web".to_owned(),
        kind: "application".to_owned(),
        scheme: "internet-facing".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        subnets: SUBNETS.map(subnet).to_vec(),
        security_groups: vec![SECURITY_GROUP.to_owned()],
        ..NewLoadBalancer::default()
    };
    let arn = aws.elbv2.create_load_balancer(&new).await?.arn;
    wait_for("the load balancer", 10, async || {
        let found = aws.elbv2.describe_load_balancers().await;
        found.is_ok_and(|found| found.iter().any(|one| one.arn == arn && one.state == "active"))
    })
    .await?;
    Ok(arn)
}

#[tokio::test]
async fn a_certificate_is_requested_issued_listed_and_deleted() -> Result<()> {
    let (emulator, aws) = start(false).await?;
    let imported = format!("{ACM}{CERTIFICATE}");
    let new = NewCertificate {
        domain_name: "shop.example.com".to_owned(),
        subject_alternative_names: vec!["shop.example.com".to_owned(), "*.shop.example.com".to_owned()],
        tags: [("team".to_owned(), "shop".to_owned())].into(),
        ..NewCertificate::default()
    };
    let arn = aws.acm.request_certificate(&new).await?;
    let issued = async || {
        let found = aws.acm.describe_certificate(&arn).await;
        found.is_ok_and(|certificate| certificate.status == "ISSUED")
    };
    wait_for("the certificate", 10, issued).await?;
    let found = aws.acm.describe_certificate(&arn).await?;
    ensure!(
        found.kind == "AMAZON_ISSUED" && found.domain_name == new.domain_name,
        "{found:?}"
    );
    ensure!(
        found.subject_alternative_names == new.subject_alternative_names,
        "{found:?}"
    );
    ensure!(aws.acm.list_tags_for_certificate(&arn).await? == new.tags, "other tags");
    let mut listed = aws.acm.list_certificates(&["ISSUED"]).await?;
    listed.sort();
    let mut expected = vec![arn.clone(), imported];
    expected.sort();
    ensure!(listed == expected, "{listed:?} instead of {expected:?}");
    let pending = aws.acm.list_certificates(&["PENDING_VALIDATION"]).await?;
    ensure!(pending.is_empty(), "{pending:?}");
    aws.acm.delete_certificate(&arn).await?;
    let gone = aws.acm.describe_certificate(&arn).await;
    ensure!(gone.as_ref().is_err_and(aws_api::AwsError::is_not_found), "{gone:?}");
    emulator.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_web_acl_is_attached_and_detached() -> Result<()> {
    let (emulator, aws) = start(false).await?;
    let balancer = load_balancer(&aws).await?;
    let acls = aws.wafv2.list_web_acls().await?;
    let acl = acls
        .iter()
        .find(|acl| acl.name == "seatrial")
        .context("the world's web ACL")?;
    ensure!(
        aws.wafv2.get_web_acl_for_resource(&balancer).await?.is_none(),
        "attached too soon"
    );
    aws.wafv2.associate_web_acl(&acl.arn, &balancer).await?;
    ensure!(
        aws.wafv2.get_web_acl_for_resource(&balancer).await?.as_ref() == Some(&acl.arn),
        "not attached"
    );
    aws.wafv2.disassociate_web_acl(&balancer).await?;
    ensure!(
        aws.wafv2.get_web_acl_for_resource(&balancer).await?.is_none(),
        "still attached"
    );
    let absent = acl.arn.replace(CERTIFICATE, "0a000000-0000-4000-8000-00000000000b");
    let refused = aws.wafv2.associate_web_acl(&absent, &balancer).await;
    ensure!(
        refused
            .as_ref()
            .is_err_and(|error| error.code == "WAFNonexistentItemException"),
        "{refused:?}"
    );
    emulator.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_classic_web_acl_is_attached_and_detached() -> Result<()> {
    let (emulator, aws) = start(false).await?;
    let balancer = load_balancer(&aws).await?;
    let acl = classic_web_acl(emulator.address()).await?;
    let waf = &aws.waf_regional;
    ensure!(
        waf.get_web_acl_for_resource(&balancer).await?.is_none(),
        "attached too soon"
    );
    waf.associate_web_acl(&acl, &balancer).await?;
    ensure!(
        waf.get_web_acl_for_resource(&balancer).await?.as_ref() == Some(&acl),
        "not attached"
    );
    waf.disassociate_web_acl(&balancer).await?;
    ensure!(
        waf.get_web_acl_for_resource(&balancer).await?.is_none(),
        "still attached"
    );
    let refused = waf.associate_web_acl("absent", &balancer).await;
    ensure!(
        refused
            .as_ref()
            .is_err_and(|error| error.code == "WAFNonexistentItemException"),
        "{refused:?}"
    );
    emulator.shutdown().await;
    Ok(())
}

/// Id of a new web ACL of AWS WAF Classic. Controllers make none, so their client does not either.
async fn classic_web_acl(address: SocketAddr) -> Result<String> {
    let body = r#"{"ChangeToken":"t","Name":"old","MetricName":"old","DefaultAction":{"Type":"ALLOW"}}"#;
    let scope = format!("AKID/20260101/{REGION}/waf-regional/aws4_request");
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
         x-amz-target: AWSWAF_Regional_20161128.CreateWebACL\r\n\r\n{body}",
        body.len()
    );
    let response = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
        let (mut stream, mut response) = (TcpStream::connect(address)?, String::new());
        stream.write_all(request.as_bytes())?;
        stream.read_to_string(&mut response)?;
        Ok(response)
    })
    .await??;
    let (_, body) = response.split_once("\r\n\r\n").context("an answer with a body")?;
    let answer: serde_json::Value = serde_json::from_str(body)?;
    Ok(answer["WebACL"]["WebACLId"]
        .as_str()
        .with_context(|| response.clone())?
        .to_owned())
}

#[tokio::test]
async fn a_load_balancer_is_protected_by_those_who_are_subscribed() -> Result<()> {
    let (emulator, aws) = start(false).await?;
    ensure!(!aws.shield.is_subscribed().await?, "subscribed");
    emulator.shutdown().await;

    let (emulator, aws) = start(true).await?;
    let balancer = load_balancer(&aws).await?;
    ensure!(aws.shield.is_subscribed().await?, "not subscribed");
    ensure!(
        aws.shield.describe_protection(&balancer).await?.is_none(),
        "protected too soon"
    );
    let id = aws.shield.create_protection("web", &balancer).await?;
    let found = aws
        .shield
        .describe_protection(&balancer)
        .await?
        .context("a protection")?;
    ensure!(found.id == id && found.name == "web", "{found:?}");
    aws.shield.delete_protection(&id).await?;
    ensure!(
        aws.shield.describe_protection(&balancer).await?.is_none(),
        "still protected"
    );
    emulator.shutdown().await;
    Ok(())
}
