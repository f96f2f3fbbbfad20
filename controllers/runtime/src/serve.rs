//! `/healthz`, `/readyz` and `/metrics` over HTTP/1.1.

use crate::Args;
use crate::args::BindAddress;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prometheus_client::registry::Registry;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Content type of the text that `prometheus-client` writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Pause after a connection that could not be accepted.
const CROWDED: Duration = Duration::from_millis(100);

/// Whether the process can do its work; what `/readyz` says. Clones share one answer.
#[derive(Debug, Clone, Default)]
pub struct Ready(Arc<AtomicBool>);

impl Ready {
    /// From now on `/readyz` answers 200.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({flag})")]
pub struct BindError {
    flag: &'static str,
    address: SocketAddr,
    source: io::Error,
}

/// Serves metrics and probes in the background, at the addresses of the arguments, as long as the process lives.
/// Both servers know all paths.
///
/// # Errors
/// When an address cannot be listened on.
pub async fn serve(args: &Args, registry: Registry, ready: Ready) -> Result<(), BindError> {
    let registry = Arc::new(registry);
    for (flag, address) in [
        ("--metrics-bind-addr", args.metrics_bind_addr),
        ("--health-probe-bind-addr", args.health_probe_bind_addr),
    ] {
        let BindAddress(Some(address)) = address else { continue };
        let bound = TcpListener::bind(address).await;
        let listener = bound.map_err(|source| BindError { flag, address, source })?;
        tokio::spawn(accept(listener, registry.clone(), ready.clone()));
    }
    Ok(())
}

async fn accept(listener: TcpListener, registry: Arc<Registry>, ready: Ready) {
    each_connection(listener, |stream| {
        let (registry, ready) = (registry.clone(), ready.clone());
        async move {
            let service = service_fn(|request: Request<Incoming>| {
                let response = answer(request.uri().path(), &registry, &ready);
                async move { Ok::<_, Infallible>(response) }
            });
            // A client that hangs up is none of our business.
            let _closed = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        }
    })
    .await;
}

/// Serves every connection in a task of its own, forever.
pub async fn each_connection<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
            // Out of file descriptors: let others close theirs first.
            Err(_) => tokio::time::sleep(CROWDED).await,
        }
    }
}

fn answer(path: &str, registry: &Registry, ready: &Ready) -> Response<Full<Bytes>> {
    let (status, content_type, body) = match path {
        "/healthz" => (StatusCode::OK, "text/plain", "ok".to_owned()),
        "/readyz" if ready.get() => (StatusCode::OK, "text/plain", "ok".to_owned()),
        "/readyz" => (StatusCode::SERVICE_UNAVAILABLE, "text/plain", "not ready".to_owned()),
        "/metrics" => metrics(registry),
        _ => (StatusCode::NOT_FOUND, "text/plain", "not found".to_owned()),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let content_type = http::HeaderValue::from_static(content_type);
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}

/// The text of `/metrics`, with its status and content type.
#[must_use]
pub fn metrics(registry: &Registry) -> (StatusCode, &'static str, String) {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, registry) {
        Ok(()) => (StatusCode::OK, OPEN_METRICS, text),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain",
            "cannot encode".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_only_when_said_so() {
        let (registry, ready) = (Registry::default(), Ready::default());
        let status = |path| answer(path, &registry, &ready).status().as_u16();
        assert_eq!(
            (status("/healthz"), status("/readyz"), status("/nothing")),
            (200, 503, 404)
        );
        ready.set();
        assert_eq!(status("/readyz"), 200);
    }

    #[test]
    fn metrics_have_the_names_of_the_go_controller() {
        let mut registry = Registry::default();
        let metrics = crate::metrics::Metrics::register(&mut registry, "service");
        metrics.failed("build_model_error");
        let (_, _, text) = super::metrics(&registry);
        let line =
            r#"awslbc_controller_reconcile_errors_total{controller="service",error_category="build_model_error"} 1"#;
        assert!(text.lines().any(|other| other == line), "{text}");
    }
}
