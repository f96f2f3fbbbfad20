//! Real probes of a target, and the task that makes them when they are due.

use std::{
    net::SocketAddrV4,
    time::{Duration, Instant},
};

use http_body_util::Empty;
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{sleep_until, timeout},
};

use super::{Health, Monitor, Outcome};
use crate::{
    config::{HealthCheck, HealthCheckProtocol},
    options::Timing,
};

/// Whether probes of this protocol can be made.
pub(crate) fn can_probe(protocol: HealthCheckProtocol) -> bool {
    protocol != HealthCheckProtocol::Https
}

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
}

impl Probe {
    /// Probes for as long as it is polled, and calls `changed` with every change of health.
    pub(crate) async fn watch(self, mut monitor: Monitor, timing: Timing, changed: impl Fn(Health)) {
        loop {
            sleep_until(monitor.next_probe().into()).await;
            let begun = Instant::now();
            let outcome = self.run(timing.timeout(self.check.timeout)).await;
            if let Some(health) = monitor.on_result(outcome, begun, Instant::now()) {
                changed(health);
            }
        }
    }

    async fn run(&self, patience: Duration) -> Outcome {
        match timeout(patience, self.attempt()).await {
            Ok(Ok(None)) => Outcome::Success,
            Ok(Ok(Some(status))) if self.check.matcher.matches(status.as_u16()) => Outcome::Success,
            Ok(Ok(Some(status))) => Outcome::Mismatch(status.as_u16()),
            Ok(Err(_)) => Outcome::Failed,
            Err(_) => Outcome::TimedOut,
        }
    }

    /// The status of the answer, when the protocol has one.
    async fn attempt(&self) -> Result<Option<StatusCode>, ProbeError> {
        let stream = TcpStream::connect(self.address).await?;
        match self.check.protocol {
            HealthCheckProtocol::Tcp => Ok(None),
            HealthCheckProtocol::Http | HealthCheckProtocol::Https => self.get(stream).await.map(Some),
        }
    }

    async fn get(&self, stream: TcpStream) -> Result<StatusCode, ProbeError> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::get(&self.check.path)
            .header(HOST, self.address.to_string())
            .header(USER_AGENT, "ELB-HealthChecker/2.0")
            .header(CONNECTION, "close")
            .body(Empty::<Bytes>::new())?;
        let response = sender.send_request(request);
        tokio::pin!(connection, response);
        tokio::select! {
            response = &mut response => Ok(response?.status()),
            // The connection may end together with the response, which is then there.
            ended = &mut connection => { ended?; Ok(response.await?.status()) }
        }
    }
}
