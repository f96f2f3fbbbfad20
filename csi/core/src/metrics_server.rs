//! `/metrics` over HTTP/1.1 or HTTPS, at most five times a second.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prometheus_client::registry::Registry;
use runtime::serve::each_connection;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::convert::Infallible;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Requests a second, and how many may come at once: those of the Go driver.
const RATE: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Content type of what is no page of metrics.
const PLAIN: &str = "text/plain";

/// Certificate chain and key, in PEM files.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// Chain, the server's own first.
    pub certificates: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Why metrics are not served.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// `--http-endpoint`.
    #[error("cannot listen on {address} (--http-endpoint)")]
    Bind {
        /// The address.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// A file of `--metrics-cert-file` or `--metrics-key-file` cannot be read.
    #[error("cannot read the PEM file {path}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// The certificate and the key make no server.
    #[error("--metrics-cert-file and --metrics-key-file do not belong together")]
    Certificate(#[source] rustls::Error),
}

/// Serves the metrics of `registry` in the background as long as the process lives.
///
/// # Errors
/// When the address cannot be listened on, or the certificate cannot be used.
pub async fn serve(
    address: &str,
    certificate: Option<&CertificateFiles>,
    registry: Registry,
) -> Result<(), MetricsError> {
    let tls = certificate.map(acceptor).transpose()?;
    let any = address.strip_prefix(':').map(|port| format!("0.0.0.0:{port}"));
    let bound = TcpListener::bind(any.as_deref().unwrap_or(address)).await;
    let listener = bound.map_err(|source| MetricsError::Bind {
        address: address.to_owned(),
        source,
    })?;
    let page = Arc::new(Page {
        registry,
        limiter: RateLimiter::direct(Quota::per_second(RATE).allow_burst(BURST)),
    });
    tokio::spawn(each_connection(listener, move |stream| {
        connection(stream, tls.clone(), page.clone())
    }));
    Ok(())
}

fn acceptor(files: &CertificateFiles) -> Result<TlsAcceptor, MetricsError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| MetricsError::Pem { path, source }
    };
    let chain = CertificateDer::pem_file_iter(&files.certificates)
        .and_then(Iterator::collect)
        .map_err(unreadable(&files.certificates))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unreadable(&files.key))?;
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(MetricsError::Certificate)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, page: Arc<Page>) {
    match tls {
        None => converse(stream, page).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                converse(stream, page).await;
            }
        }
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, page: Arc<Page>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = page.answer(request.uri().path());
        async move { Ok::<_, Infallible>(answer) }
    });
    // A client that hangs up is none of our business.
    let _closed = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

struct Page {
    registry: Registry,
    limiter: DefaultDirectRateLimiter,
}

impl Page {
    fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        let (status, content_type, text) = if path != "/metrics" {
            (StatusCode::NOT_FOUND, PLAIN, "not found".to_owned())
        } else if self.limiter.check().is_err() {
            (StatusCode::TOO_MANY_REQUESTS, PLAIN, "ask less often".to_owned())
        } else {
            runtime::serve::metrics(&self.registry)
        };
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = status;
        let content_type = header::HeaderValue::from_static(content_type);
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_read_ten_times_at_once_at_most() {
        let page = Page {
            registry: Registry::default(),
            limiter: RateLimiter::direct(Quota::per_second(RATE).allow_burst(BURST)),
        };
        let statuses: Vec<_> = (0..11).map(|_| page.answer("/metrics").status().as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10);
        assert_eq!(statuses.last(), Some(&429));
        assert_eq!(page.answer("/").status(), StatusCode::NOT_FOUND);
    }
}
