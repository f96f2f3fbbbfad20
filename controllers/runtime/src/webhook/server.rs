//! The HTTPS server that the API server asks.

use super::WebhookError;
use super::review::{Admission, answer};
use crate::chain::Chain;
use crate::serve::each_connection;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Longest body: two objects of the largest size that etcd takes, and some room.
const LARGEST: usize = 8 << 20;
/// How long a client may take to say hello.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Begins to listen; answers in the background. Connections before the first certificate are closed.
pub(super) async fn listen(
    port: u16,
    certificate: watch::Receiver<Option<Arc<ServerConfig>>>,
    admission: Arc<dyn Admission>,
) -> Result<(), WebhookError> {
    let bound = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await;
    let listener = bound.map_err(|source| WebhookError::Bind { port, source })?;
    tracing::info!(port, "serving webhooks");
    tokio::spawn(each_connection(listener, move |stream| {
        let config = certificate.borrow().clone();
        connection(stream, config, admission.clone())
    }));
    Ok(())
}

async fn connection(stream: TcpStream, config: Option<Arc<ServerConfig>>, admission: Arc<dyn Admission>) {
    let Some(config) = config else { return };
    // Whoever hangs up, or does not trust the certificate, says so to the one who waits for the answer.
    let Ok(Ok(stream)) = timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await else {
        return;
    };
    let service = service_fn(|request: Request<Incoming>| {
        let admission = admission.clone();
        async move { Ok::<_, Infallible>(respond(request, &*admission).await) }
    });
    let _closed = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(request: Request<Incoming>, admission: &dyn Admission) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    if !admission.paths().contains(&path.as_str()) {
        return text(StatusCode::NOT_FOUND, "not found");
    }
    if request.method() != Method::POST {
        return text(StatusCode::METHOD_NOT_ALLOWED, "POST an AdmissionReview");
    }
    let body = match Limited::new(request.into_body(), LARGEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return text(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match answer(admission, &path, &body).await {
        Ok(json) => {
            let mut response = Response::new(Full::from(json));
            let json = http::HeaderValue::from_static("application/json");
            response.headers_mut().insert(http::header::CONTENT_TYPE, json);
            response
        }
        Err(error) => {
            tracing::warn!(path, error = %Chain(&error), "no verdict");
            text(StatusCode::INTERNAL_SERVER_ERROR, &Chain(&error).to_string())
        }
    }
}

fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text.to_owned()));
    *response.status_mut() = status;
    response
}
