//! Clients: HTTP/1.1 and HTTP/2, in the clear and over TLS.

use std::{net::SocketAddrV4, sync::Arc};

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, StatusCode,
    body::Bytes,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::fixture::PATIENCE;

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A connection that sends one request after another.
pub(crate) enum Client {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    pub(crate) async fn connect(front: SocketAddrV4) -> anyhow::Result<Self> {
        Self::http1(TcpStream::connect(front).await?).await
    }

    pub(crate) async fn http1<S>(stream: S) -> anyhow::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection.with_upgrades());
        Ok(Self::Http1(sender))
    }

    pub(crate) async fn http2<S>(stream: S) -> anyhow::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self::Http2(sender))
    }

    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Reply> {
        let response = match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                timeout(PATIENCE, sender.send_request(request)).await??
            }
            Self::Http2(sender) => timeout(PATIENCE, sender.send_request(request)).await??,
        };
        let (parts, body) = response.into_parts();
        let body = timeout(PATIENCE, body.collect()).await??;
        let trailers = body.trailers().cloned();
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_bytes().into())?,
            trailers,
        })
    }
}

/// A GET of HTTP/1.1.
pub(crate) fn get(host: &str, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Request<Full<Bytes>>> {
    let request = Request::get(path).header("host", host);
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    Ok(request.body(Full::default())?)
}

/// A request on a connection of its own.
pub(crate) async fn once(front: SocketAddrV4, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Reply> {
    Client::connect(front)
        .await?
        .send(get("www.example.com", path, headers)?)
        .await
}

/// What a client of TLS trusts, offers and is.
pub(crate) struct TlsClient<'a> {
    pub(crate) authority: &'a str,
    pub(crate) protocols: &'a [&'a [u8]],
    /// Certificate and key, PEM.
    pub(crate) identity: Option<(&'a str, &'a str)>,
}

impl TlsClient<'_> {
    pub(crate) async fn connect(&self, front: SocketAddrV4, name: &str) -> anyhow::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes())?)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let mut config = match self.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder.with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes())?],
                PrivateKeyDer::from_pem_slice(key.as_bytes())?,
            )?,
        };
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let name = ServerName::try_from(name.to_owned())?;
        let tcp = TcpStream::connect(front).await?;
        Ok(TlsConnector::from(Arc::new(config)).connect(name, tcp).await?)
    }
}
