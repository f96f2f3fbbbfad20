//! HTTP/2 and gRPC to targets.

use std::convert::Infallible;

use http_body_util::{BodyExt, Collected, Full, StreamBody};
use hyper::{
    HeaderMap, Request, Response,
    body::{Bytes, Frame, Incoming},
    header::HeaderValue,
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use seatrial_dataplane::config::ProtocolVersion;
use tokio::net::TcpListener;

use super::tls::{Authority, tls};
use crate::{
    client::{Client, TlsClient},
    fixture::{Fixture, TARGET_PORT, address, forward},
    target,
};

pub(crate) async fn connect(lb: &Fixture, authority: &Authority) -> anyhow::Result<Client> {
    let client = TlsClient {
        authority: &authority.pem,
        protocols: &[b"h2"],
        identity: None,
    };
    Client::http2(client.connect(lb.front(443), "www.example.com").await?).await
}

/// Answers with what it was sent, and a status in trailers.
async fn grpc_target(net: u8, host: u8) -> anyhow::Result<()> {
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    let answer = async |request: Request<Incoming>| {
        let body = request
            .into_body()
            .collect()
            .await
            .map(Collected::to_bytes)
            .unwrap_or_default();
        let trailers = HeaderMap::from_iter([(
            hyper::header::HeaderName::from_static("grpc-status"),
            HeaderValue::from_static("0"),
        )]);
        let frames = [Ok::<_, Infallible>(Frame::data(body)), Ok(Frame::trailers(trailers))];
        let body = StreamBody::new(futures_of(frames));
        Ok::<_, Infallible>(
            Response::builder()
                .header("content-type", "application/grpc")
                .body(body)
                .unwrap_or_else(|_| unreachable!()),
        )
    };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection =
                http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service_fn(answer));
            tokio::spawn(connection);
        }
    });
    Ok(())
}

#[tokio::test]
async fn a_call_passes_with_its_trailers() -> anyhow::Result<()> {
    let mut lb = Fixture::start(70)?;
    let authority = Authority::new()?;
    grpc_target(70, 11).await?;
    lb.add_https(tls(vec![authority.sign("default", &["www.example.com"])?]));
    lb.add_group("tg", &[11]).application.version = ProtocolVersion::Grpc;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = connect(&lb, &authority).await?;
    for _ in 0..3 {
        let request = Request::post("https://www.example.com/pkg.Service/Method")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(Full::new(Bytes::from_static(b"message")))?;
        let reply = client.send(request).await?;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, "message"));
        let status = reply.trailers.as_ref().and_then(|trailers| trailers.get("grpc-status"));
        assert_eq!(status.map(HeaderValue::as_bytes), Some(&b"0"[..]));
    }
    Ok(())
}

#[tokio::test]
async fn http2_to_targets_by_prior_knowledge() -> anyhow::Result<()> {
    let mut lb = Fixture::start(71)?;
    let authority = Authority::new()?;
    target::echo_http2(71, 11).await?;
    lb.add_https(tls(vec![authority.sign("default", &["www.example.com"])?]));
    lb.add_group("tg", &[11]).application.version = ProtocolVersion::Http2;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = connect(&lb, &authority).await?;
    let reply = client
        .send(Request::get("https://www.example.com/p").body(Full::default())?)
        .await?;
    assert!(
        reply.text.starts_with("11\nGET http://www.example.com/p HTTP/2.0\n"),
        "{}",
        reply.text
    );
    Ok(())
}

/// The items as a stream.
fn futures_of<T: Unpin, const N: usize>(items: [T; N]) -> impl futures::Stream<Item = T> {
    futures::stream::iter(items)
}
