//! Health checks over HTTP, HTTPS and gRPC, and what follows from them.

use http_body_util::Full;
use hyper::{HeaderMap, Response, StatusCode};
use seatrial_dataplane::{
    HealthReason, HealthState,
    config::{HealthCheckProtocol, ProtocolVersion, application::TargetProtocol},
};

use crate::{
    client::once,
    fixture::{Fixture, forward},
    target,
};

#[tokio::test]
async fn an_unhealthy_target_gets_no_requests() -> anyhow::Result<()> {
    let mut lb = Fixture::start(80)?;
    target::echo(80, 11).await?;
    target::serve(80, 12, async |_| {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    })
    .await?;
    let group = lb.add_group("tg", &[11, 12]);
    group.health_check.protocol = HealthCheckProtocol::Http;
    group.health_check.matcher = "200".parse()?;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let report = lb.reported(12, HealthState::Unhealthy).await?;
    assert_eq!(report.reason, Some(HealthReason::ResponseCodeMismatch));
    assert_eq!(
        report.description.as_deref(),
        Some("Health checks failed with these codes: [404]")
    );
    for _ in 0..6 {
        assert_eq!(once(lb.front(80), "/", &[]).await?.status, 200);
    }
    Ok(())
}

#[tokio::test]
async fn https_checks_do_not_verify() -> anyhow::Result<()> {
    let mut lb = Fixture::start(81)?;
    target::echo_tls(81, 11).await?;
    let group = lb.add_group("tg", &[11]);
    group.health_check.protocol = HealthCheckProtocol::Https;
    group.application.protocol = TargetProtocol::Https;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    lb.reported(11, HealthState::Healthy).await?;
    Ok(())
}

#[tokio::test]
async fn http2_checks() -> anyhow::Result<()> {
    let mut lb = Fixture::start(82)?;
    target::echo_http2(82, 11).await?;
    let group = lb.add_group("tg", &[11]);
    group.health_check.protocol = HealthCheckProtocol::Http;
    group.health_check.version = ProtocolVersion::Http2;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    lb.reported(11, HealthState::Healthy).await?;
    Ok(())
}

#[tokio::test]
async fn grpc_checks_look_at_the_status() -> anyhow::Result<()> {
    for (net, matcher, expected) in [(83, "12", HealthState::Healthy), (84, "0", HealthState::Unhealthy)] {
        let mut lb = Fixture::start(net)?;
        let listener =
            tokio::net::TcpListener::bind((crate::fixture::address(net, 11), crate::fixture::TARGET_PORT)).await?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = async |_: hyper::Request<hyper::body::Incoming>| {
                    let mut response = Response::new(Full::<hyper::body::Bytes>::default());
                    *response.headers_mut() = unimplemented_call();
                    Ok::<_, std::convert::Infallible>(response)
                };
                let builder = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
                let io = hyper_util::rt::TokioIo::new(stream);
                tokio::spawn(builder.serve_connection(io, hyper::service::service_fn(answer)));
            }
        });
        let group = lb.add_group("tg", &[11]);
        group.health_check.protocol = HealthCheckProtocol::Http;
        group.health_check.version = ProtocolVersion::Grpc;
        group.health_check.path = "/AWS.ALB/healthcheck".to_owned();
        group.health_check.matcher = matcher.parse()?;
        lb.by_default(&forward(&[("tg", 1)]));
        lb.serve().await?;
        lb.reported(11, expected).await?;
    }
    Ok(())
}

/// The status of a method that does not exist.
fn unimplemented_call() -> HeaderMap {
    let value = hyper::header::HeaderValue::from_static;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", value("application/grpc"));
    headers.insert("grpc-status", value("12"));
    headers
}
