//! Targets: servers that tell what they were asked.

use std::{convert::Infallible, fmt::Write as _, future::Future, sync::Arc};

use http_body_util::{BodyExt, Collected, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::fixture::{TARGET_PORT, address};

pub(crate) type Answer = Response<Full<Bytes>>;

/// Serves HTTP/1.1 with one function.
pub(crate) async fn serve<F, Fut>(net: u8, host: u8, answer: F) -> anyhow::Result<()>
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer.clone();
                async move { Ok::<_, Infallible>(answer(request).await) }
            });
            tokio::spawn(
                http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades(),
            );
        }
    });
    Ok(())
}

/// A target that answers with its number and what it was asked.
pub(crate) async fn echo(net: u8, host: u8) -> anyhow::Result<()> {
    serve(net, host, move |request| described(host, request)).await
}

/// The same over HTTP/2 by prior knowledge.
pub(crate) async fn echo_http2(net: u8, host: u8) -> anyhow::Result<()> {
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(move |request| async move { Ok::<_, Infallible>(described(host, request).await) });
            tokio::spawn(http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(())
}

/// The same over TLS, with a certificate that nobody vouches for.
pub(crate) async fn echo_tls(net: u8, host: u8) -> anyhow::Result<()> {
    serve_tls(net, host, move |request| described(host, request)).await
}

/// Serves HTTP/1.1 over TLS with one function.
pub(crate) async fn serve_tls<F, Fut>(net: u8, host: u8, answer: F) -> anyhow::Result<()>
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Answer> + Send + 'static,
{
    let made = rcgen::generate_simple_self_signed(vec!["target.internal".to_owned()])?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(made.cert.der().to_vec())],
            PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes())?,
        )?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = service_fn(move |request| {
                    let answer = answer.clone();
                    async move { Ok::<_, Infallible>(answer(request).await) }
                });
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    Ok(())
}

/// The number of the target, the request line, the headers in order, an empty line, the body.
pub(crate) async fn described(host: u8, request: Request<Incoming>) -> Answer {
    let mut text = format!(
        "{host}\n{} {} {:?}\n",
        request.method(),
        request.uri(),
        request.version()
    );
    for (name, value) in request.headers() {
        let _ = writeln!(text, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    let body = request
        .into_body()
        .collect()
        .await
        .map(Collected::to_bytes)
        .unwrap_or_default();
    let _ = write!(text, "\n{}", String::from_utf8_lossy(&body));
    Response::new(Full::new(Bytes::from(text)))
}
