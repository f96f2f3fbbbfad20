//! How a node is: `/healthz`, `/readyz` and `/metrics`.

use crate::serve::{plain, serve};
use ::http::{Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::net::TcpListener;

/// How a node is. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Status(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    /// Whether EC2 answered the last time.
    ready: bool,
    passes: u64,
    failures: u64,
    devices: usize,
}

impl Status {
    /// EC2 did not answer.
    pub(crate) fn unanswered(&self) {
        let mut counts = self.0.lock();
        counts.ready = false;
        counts.failures += 1;
    }

    /// The machine was made as EC2 says, but for what failed; it has so many devices.
    pub(crate) fn passed(&self, failures: usize, devices: usize) {
        let mut counts = self.0.lock();
        counts.ready = true;
        counts.passes += 1;
        counts.failures += failures as u64;
        counts.devices = devices;
    }

    /// Serves for ever.
    pub async fn serve(self, listener: TcpListener) {
        serve(listener, move |request| self.answer(request.uri().path())).await;
    }

    fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        let ready = self.0.lock().ready;
        match path {
            "/healthz" => plain(StatusCode::OK, "ok\n".to_owned()),
            "/readyz" if ready => plain(StatusCode::OK, "ok\n".to_owned()),
            "/readyz" => plain(StatusCode::SERVICE_UNAVAILABLE, "EC2 does not answer\n".to_owned()),
            "/metrics" => plain(StatusCode::OK, self.metrics()),
            _ => plain(StatusCode::NOT_FOUND, "no such page\n".to_owned()),
        }
    }

    /// The text format of Prometheus.
    fn metrics(&self) -> String {
        let counts = self.0.lock();
        let (passes, failures) = (counts.passes, counts.failures);
        [
            ("passes_total", "counter", "Looks at EC2 that were answered.", passes),
            (
                "failures_total",
                "counter",
                "What could not be done, by looks.",
                failures,
            ),
            (
                "devices",
                "gauge",
                "Devices that the node has made.",
                counts.devices as u64,
            ),
        ]
        .map(|(name, kind, help, value)| {
            format!(
                "# HELP seatrial_node_{name} {help}\n# TYPE seatrial_node_{name} {kind}\nseatrial_node_{name} {value}\n"
            )
        })
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_while_ec2_answers() {
        let status = Status::default();
        let ready = || status.answer("/readyz").status().as_u16();
        assert_eq!((ready(), status.answer("/healthz").status().as_u16()), (503, 200));
        status.passed(1, 2);
        assert_eq!(ready(), 200);
        status.unanswered();
        assert_eq!(ready(), 503);
        let metrics = status.metrics();
        for line in [
            "seatrial_node_passes_total 1",
            "seatrial_node_failures_total 2",
            "seatrial_node_devices 2",
        ] {
            assert!(metrics.lines().any(|other| other == line), "{metrics}");
        }
    }
}
