//! A client that is no SDK: one request on a connection of its own.

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The header that a signed call to a service has.
pub(crate) fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// One AWS call; status and body. In JSON, the action stands before a line break: `CertificateManager.ListCertificates\n{}`.
pub(crate) async fn call(address: SocketAddr, service: &str, message: &str) -> (u16, String) {
    try_call(address, service, message).await.unwrap()
}

/// As [`call`], of an endpoint that may end meanwhile.
pub(crate) async fn try_call(address: SocketAddr, service: &str, message: &str) -> anyhow::Result<(u16, String)> {
    let (target, body) = message.split_once('\n').unwrap_or(("", message));
    let request = Request::post("/").header("authorization", authorization(service));
    send(address, request.header("x-amz-target", target), body).await
}

/// One request for a page under `/_seatrial/`; status and body.
pub(crate) async fn page(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(path);
    send(address, request, body).await.unwrap()
}

async fn send(address: SocketAddr, request: http::request::Builder, body: &str) -> anyhow::Result<(u16, String)> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    let request = request.header("host", "localhost").body(body)?;
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.to_vec())?))
}
