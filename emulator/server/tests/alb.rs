//! What the API says of an Application Load Balancer is what its addresses do.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use seatrial_aws::{Config, DataPlaneOptions, Emulator, World};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

const TARGET: (Ipv4Addr, u16) = (Ipv4Addr::new(127, 67, 0, 200), 9000);

async fn send<S>(stream: S, request: http::Request<Full<Bytes>>) -> anyhow::Result<(u16, String)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.into())?))
}

/// One call that must succeed.
async fn call(emulator: &Emulator, service: &str, target: &str, body: &str) -> String {
    let signature = format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let request = http::Request::post("/")
        .header("host", "localhost")
        .header("authorization", signature)
        .header("x-amz-target", target)
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .unwrap();
    let stream = TcpStream::connect(emulator.address()).await.unwrap();
    let (status, body) = send(stream, request).await.unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

/// A call of Elastic Load Balancing; what its answer has between these tags.
async fn elb(emulator: &Emulator, form: &str, tag: &str) -> String {
    let answer = call(
        emulator,
        "elasticloadbalancing",
        "",
        &format!("Version=2015-12-01&{form}"),
    )
    .await;
    let (_, rest) = answer.split_once(&format!("<{tag}>")).unwrap_or_default();
    rest.split('<').next().unwrap_or_default().to_owned()
}

async fn acm(emulator: &Emulator, action: &str, body: &serde_json::Value) -> serde_json::Value {
    let answer = call(
        emulator,
        "acm",
        &format!("CertificateManager.{action}"),
        &body.to_string(),
    )
    .await;
    serde_json::from_str(&answer).unwrap()
}

/// A target that answers with the path that it was asked for.
async fn serve_target() {
    let listener = TcpListener::bind(TARGET).await.unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = async |request: http::Request<Incoming>| {
                let text = format!("target {}", request.uri());
                Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from(text))))
            };
            let builder = hyper::server::conn::http1::Builder::new();
            tokio::spawn(builder.serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
}

fn get(path: &str) -> http::Request<Full<Bytes>> {
    let request = http::Request::get(path).header("host", "www.example.org");
    request.body(Full::default()).unwrap()
}

/// Asks an address until the answer is as wanted.
async fn until(address: Ipv4Addr, path: &str, wanted: (u16, &str)) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = match TcpStream::connect((address, 80)).await {
            Ok(stream) => send(stream, get(path)).await.unwrap_or_default(),
            Err(_) => (0, String::new()),
        };
        if answer == (wanted.0, wanted.1.to_owned()) {
            return;
        }
        assert!(Instant::now() < deadline, "{path}: {answer:?} rather than {wanted:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// A load balancer in both zones, whose addresses are on the loopback interface.
async fn start() -> (Emulator, String, Ipv4Addr) {
    let yaml = include_str!("../../cloud/src/world.yaml").replace("192.168.", "127.67.");
    let emulator = Emulator::start(Config {
        world: Some(World::parse(&yaml).unwrap()),
        data_plane: Some(DataPlaneOptions::default()),
        ..Config::default()
    })
    .await
    .unwrap();
    let form = "Action=CreateLoadBalancer&Name=web&Type=application&Subnets.member.1=subnet-0a00000000000000a\
                &Subnets.member.2=subnet-0a00000000000000b&SecurityGroups.member.1=sg-0a000000000000001";
    let balancer = elb(&emulator, form, "LoadBalancerArn").await;
    let address = emulator.look(|cloud| {
        let (_, region) = cloud.regions().next().unwrap();
        let zone = &region.elbv2.load_balancers[&balancer].zones[0];
        region.ec2.interfaces[&zone.interface_id].primary().unwrap()
    });
    (emulator, balancer, address)
}

#[tokio::test]
async fn listeners_rules_and_targets_of_the_api_carry_requests() {
    serve_target().await;
    let (emulator, balancer, address) = start().await;
    let form = "Action=CreateTargetGroup&Name=tg&Protocol=HTTP&Port=9000&TargetType=ip&VpcId=vpc-0a000000000000001";
    let group = elb(&emulator, form, "TargetGroupArn").await;
    let form = format!(
        "Action=RegisterTargets&TargetGroupArn={group}&Targets.member.1.Id={}",
        TARGET.0
    );
    elb(&emulator, &form, "").await;
    let forward = format!("DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}");
    let form = format!("Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port=80&{forward}");
    let listener = elb(&emulator, &form, "ListenerArn").await;
    until(address, "/a?b", (200, "target /a?b")).await;
    let form = format!(
        "Action=CreateRule&ListenerArn={listener}&Priority=7&Conditions.member.1.Field=path-pattern\
         &Conditions.member.1.Values.member.1=/fixed/*&Actions.member.1.Type=fixed-response\
         &Actions.member.1.FixedResponseConfig.StatusCode=418&Actions.member.1.FixedResponseConfig.MessageBody=short"
    );
    let rule = elb(&emulator, &form, "RuleArn").await;
    until(address, "/fixed/x", (418, "short")).await;
    elb(&emulator, &format!("Action=DeleteRule&RuleArn={rule}"), "").await;
    until(address, "/fixed/x", (200, "target /fixed/x")).await;
    serves_https(&emulator, &balancer, &forward, address).await;
    emulator.shutdown().await;
}

/// With a certificate that the emulator's authority issued.
async fn serves_https(emulator: &Emulator, balancer: &str, forward: &str, address: Ipv4Addr) {
    let asked = serde_json::json!({ "DomainName": "www.example.org" });
    let certificate = acm(emulator, "RequestCertificate", &asked).await["CertificateArn"].clone();
    let arn = certificate.as_str().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let named = serde_json::json!({ "CertificateArn": arn });
    while acm(emulator, "DescribeCertificate", &named).await["Certificate"]["Status"] != "ISSUED" {
        assert!(Instant::now() < deadline, "the certificate is never issued");
        sleep(Duration::from_millis(5)).await;
    }
    let form = format!(
        "Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTPS&Port=443&{forward}&Certificates.member.1.CertificateArn={arn}"
    );
    elb(emulator, &form, "ListenerArn").await;
    let endpoint = TcpStream::connect(emulator.address()).await.unwrap();
    let (status, authority) = send(endpoint, get("/_seatrial/ca.pem")).await.unwrap();
    assert_eq!(status, 200, "{authority}");
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let tcp = loop {
        match TcpStream::connect((address, 443)).await {
            Ok(tcp) => break tcp,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        sleep(Duration::from_millis(10)).await;
    };
    let name = ServerName::try_from("www.example.org").unwrap();
    let stream = connector.connect(name, tcp).await.unwrap();
    assert_eq!(send(stream, get("/s")).await.unwrap(), (200, "target /s".to_owned()));
}
