//! Real probes of a target, and the task that makes them when they are due.

use std::{
    net::SocketAddrV4,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Empty, Full};
use hyper::{
    HeaderMap, Request, Response,
    body::{Bytes, Incoming},
    client::conn::{http1, http2},
    header::{CONNECTION, CONTENT_TYPE, HOST, TE, USER_AGENT},
    http::request,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{sleep_until, timeout},
};

use super::{Health, Monitor, Outcome};
use crate::{
    config::{HealthCheck, HealthCheckProtocol, ProtocolVersion},
    executor::LocalExecutor,
    options::Timing,
    stream::Stream,
    tls::TargetTls,
};

/// One target's probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) check: HealthCheck,
    pub(crate) address: SocketAddrV4,
}

/// An answer that HTTP does not allow, or none.
#[derive(Debug, thiserror::Error)]
enum ProbeError {
    #[error("cannot connect")]
    Connect(#[from] std::io::Error),
    #[error("no valid response")]
    Http(#[from] hyper::Error),
    #[error("the path is no request target")]
    Path(#[from] hyper::http::Error),
    #[error("no gRPC status")]
    NoStatus,
}

impl Probe {
    /// Probes for as long as it is polled, and calls `changed` with every change of health.
    pub(crate) async fn watch(self, mut monitor: Monitor, timing: Timing, tls: TargetTls, changed: impl Fn(Health)) {
        loop {
            sleep_until(monitor.next_probe().into()).await;
            let begun = Instant::now();
            let outcome = self.run(timing.timeout(self.check.timeout), &tls).await;
            if let Some(health) = monitor.on_result(outcome, begun, Instant::now()) {
                changed(health);
            }
        }
    }

    async fn run(&self, patience: Duration, tls: &TargetTls) -> Outcome {
        match timeout(patience, self.attempt(tls)).await {
            Ok(Ok(None)) => Outcome::Success,
            Ok(Ok(Some(code))) if self.check.matcher.matches(code) => Outcome::Success,
            Ok(Ok(Some(code))) => Outcome::Mismatch(code),
            Ok(Err(_)) => Outcome::Failed,
            Err(_) => Outcome::TimedOut,
        }
    }

    /// The code of the answer, when the protocol has one.
    async fn attempt(&self, tls: &TargetTls) -> Result<Option<u16>, ProbeError> {
        let stream = TcpStream::connect(self.address).await?;
        let stream = match self.check.protocol {
            HealthCheckProtocol::Tcp => return Ok(None),
            HealthCheckProtocol::Http => Stream::Plain(stream),
            HealthCheckProtocol::Https => {
                let http2 = self.check.version != ProtocolVersion::Http1;
                Stream::Tls(Box::new(tls.connect(stream, self.address, http2).await?.into()))
            }
        };
        let io = TokioIo::new(stream);
        let code = match self.check.version {
            ProtocolVersion::Http1 => self.get(io).await?,
            ProtocolVersion::Http2 => self.get_http2(io).await?,
            ProtocolVersion::Grpc => self.call(io).await?,
        };
        Ok(Some(code))
    }

    async fn get(&self, io: TokioIo<Stream>) -> Result<u16, ProbeError> {
        let (mut sender, connection) = http1::handshake(io).await?;
        let request = Request::get(&self.check.path)
            .header(HOST, self.address.to_string())
            .header(USER_AGENT, AGENT)
            .header(CONNECTION, "close")
            .body(Empty::<Bytes>::new())?;
        let response = sender.send_request(request);
        tokio::pin!(connection, response);
        tokio::select! {
            response = &mut response => Ok(response?.status().as_u16()),
            // The connection may end together with the response, which is then there.
            ended = &mut connection => { ended?; Ok(response.await?.status().as_u16()) }
        }
    }

    async fn get_http2(&self, io: TokioIo<Stream>) -> Result<u16, ProbeError> {
        let request = self.http2_request("GET").body(Empty::<Bytes>::new())?;
        let (mut sender, connection) = http2::handshake(LocalExecutor, io).await?;
        let response = sender.send_request(request);
        tokio::pin!(connection, response);
        tokio::select! {
            response = &mut response => Ok(response?.status().as_u16()),
            ended = &mut connection => { ended?; Ok(response.await?.status().as_u16()) }
        }
    }

    /// Calls a method without arguments. Its status is in the trailers, or in the headers of an answer without a body.
    async fn call(&self, io: TokioIo<Stream>) -> Result<u16, ProbeError> {
        let request = self
            .http2_request("POST")
            .header(CONTENT_TYPE, "application/grpc")
            .header(TE, "trailers")
            .body(Full::new(Bytes::from_static(EMPTY_MESSAGE)))?;
        let (mut sender, connection) = http2::handshake(LocalExecutor, io).await?;
        let response = sender.send_request(request);
        let status = async move { grpc_status(response.await?).await };
        tokio::pin!(connection, status);
        tokio::select! {
            status = &mut status => status,
            ended = &mut connection => { ended?; status.await }
        }
    }

    fn http2_request(&self, method: &str) -> request::Builder {
        let scheme = match self.check.protocol {
            HealthCheckProtocol::Https => "https",
            HealthCheckProtocol::Tcp | HealthCheckProtocol::Http => "http",
        };
        Request::builder()
            .method(method)
            .uri(format!("{scheme}://{}{}", self.address, self.check.path))
            .header(USER_AGENT, AGENT)
    }
}

const AGENT: &str = "ELB-HealthChecker/2.0";
/// A gRPC message of no bytes: not compressed, of length zero.
const EMPTY_MESSAGE: &[u8] = &[0; 5];

async fn grpc_status(mut response: Response<Incoming>) -> Result<u16, ProbeError> {
    if let Some(status) = status_in(response.headers()) {
        return Ok(status);
    }
    while let Some(frame) = response.frame().await {
        if let Some(status) = frame?.trailers_ref().and_then(status_in) {
            return Ok(status);
        }
    }
    Err(ProbeError::NoStatus)
}

fn status_in(headers: &HeaderMap) -> Option<u16> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}
