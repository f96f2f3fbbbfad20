//! A request to a load balancer on a connection of its own, as clients send it.

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long a client waits for its answer, usually.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error("cannot connect to {0}")]
    Connect(SocketAddr, #[source] io::Error),
    /// The name is none that a certificate could have.
    #[error("{0} is no name of a server")]
    Name(String),
    /// The authority is no certificate.
    #[error("the authority is no certificate")]
    Authority(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// TLS failed, perhaps for the certificate.
    #[error("cannot agree on TLS with {0}")]
    Tls(String, #[source] io::Error),
    /// The request cannot be written.
    #[error("{0} is no request")]
    Request(String, #[source] hyper::http::Error),
    /// The connection ended early.
    #[error("no answer to {0}")]
    Exchange(String, #[source] hyper::Error),
    /// There was no answer in time.
    #[error("no answer to {0} in time")]
    Timeout(String),
    /// Another answer than 200.
    #[error("{0} is answered with {1}")]
    Status(String, StatusCode),
}

/// The authorities that a client trusts.
#[derive(Debug, Clone)]
pub struct Trust(Arc<RootCertStore>);

impl Trust {
    /// One authority, PEM.
    ///
    /// # Errors
    /// When the text is no certificate.
    pub fn in_authority(pem: &str) -> Result<Self, ClientError> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
        let certificate = certificate.map_err(|error| ClientError::Authority(Box::new(error)))?;
        let mut roots = RootCertStore::empty();
        let added = roots.add(certificate);
        added.map_err(|error| ClientError::Authority(Box::new(error)))?;
        Ok(Self(Arc::new(roots)))
    }

    fn connector(&self, protocol: &[u8]) -> Result<TlsConnector, ClientError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = versions.map_err(|error| ClientError::Authority(Box::new(error)))?;
        let mut config = builder.with_root_certificates(self.0.clone()).with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// How a request travels.
#[derive(Debug, Clone)]
pub enum Via {
    /// HTTP/1.1 in the clear.
    Http,
    /// HTTP/1.1 over TLS.
    Https(Trust),
    /// HTTP/2 over TLS.
    Http2(Trust),
}

/// What is asked, and of whom.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Where the load balancer listens.
    pub address: SocketAddr,
    /// The host of the URL.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// The method.
    pub method: Method,
    /// Headers beside `host`.
    pub headers: Vec<(String, String)>,
    /// How.
    pub via: Via,
    /// How long the answer is awaited.
    pub patience: Duration,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body; what is no UTF-8 is replaced.
    pub body: String,
}

impl Ask {
    /// A GET of HTTP/1.1 in the clear, with five seconds for the answer.
    #[must_use]
    pub fn get(address: SocketAddr, host: &str, path: &str) -> Self {
        Self {
            address,
            host: host.to_owned(),
            path: path.to_owned(),
            method: Method::GET,
            headers: Vec::new(),
            via: Via::Http,
            patience: PATIENCE,
        }
    }

    /// The same by another way.
    #[must_use]
    pub fn via(self, via: Via) -> Self {
        Self { via, ..self }
    }

    /// Sends it once.
    ///
    /// # Errors
    /// When there is no answer in time.
    pub async fn send(&self) -> Result<Answer, ClientError> {
        let sent = timeout(self.patience, self.exchange()).await;
        sent.map_err(|_| ClientError::Timeout(self.url()))?
    }

    /// The body of a 200.
    ///
    /// # Errors
    /// When there is none; the error says what there was instead.
    pub async fn body(&self) -> Result<String, ClientError> {
        let answer = self.send().await?;
        match answer.status {
            StatusCode::OK => Ok(answer.body),
            other => Err(ClientError::Status(self.url(), other)),
        }
    }

    /// The URL, as a browser shows it.
    #[must_use]
    pub fn url(&self) -> String {
        let (scheme, usual) = match self.via {
            Via::Http => ("http", 80),
            Via::Https(_) | Via::Http2(_) => ("https", 443),
        };
        let port = match self.address.port() {
            port if port == usual => String::new(),
            port => format!(":{port}"),
        };
        format!("{scheme}://{}{port}{}", self.host, self.path)
    }

    async fn exchange(&self) -> Result<Answer, ClientError> {
        let connected = TcpStream::connect(self.address).await;
        let stream = connected.map_err(|error| ClientError::Connect(self.address, error))?;
        let response = match &self.via {
            Via::Http => self.http1(stream).await?,
            Via::Https(trust) => self.http1(self.encrypted(stream, trust, b"http/1.1").await?).await?,
            Via::Http2(trust) => self.http2(self.encrypted(stream, trust, b"h2").await?).await?,
        };
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| self.failed(error))?.to_bytes();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    async fn encrypted(
        &self,
        stream: TcpStream,
        trust: &Trust,
        protocol: &[u8],
    ) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, ClientError> {
        let name = ServerName::try_from(self.host.clone()).map_err(|_| ClientError::Name(self.host.clone()))?;
        let connected = trust.connector(protocol)?.connect(name, stream).await;
        connected.map_err(|error| ClientError::Tls(self.host.clone(), error))
    }

    async fn http1<S>(&self, stream: S) -> Result<Response<Incoming>, ClientError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|error| self.failed(error))?;
        tokio::spawn(connection);
        let request = self.request(&self.path)?;
        sender.send_request(request).await.map_err(|error| self.failed(error))
    }

    async fn http2<S>(&self, stream: S) -> Result<Response<Incoming>, ClientError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|error| self.failed(error))?;
        tokio::spawn(connection);
        let request = self.request(&self.url())?;
        sender.send_request(request).await.map_err(|error| self.failed(error))
    }

    fn request(&self, target: &str) -> Result<Request<Empty<Bytes>>, ClientError> {
        let mut request = Request::builder().method(&self.method).uri(target);
        // HTTP/2 has the host in the target.
        if !matches!(self.via, Via::Http2(_)) {
            request = request.header(header::HOST, &self.host);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Empty::new());
        request.map_err(|error| ClientError::Request(self.url(), error))
    }

    fn failed(&self, error: hyper::Error) -> ClientError {
        ClientError::Exchange(self.url(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// Answers each of the first connections with one of `responses`.
    fn server(responses: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for response in responses {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 512];
                let read = stream.read(&mut request).unwrap();
                assert!(request[..read].starts_with(b"GET /a?b HTTP/1.1\r\nhost: shop.test\r\n"));
                stream.write_all(response.as_bytes()).unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn only_a_200_has_a_body_that_counts() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
            "",
        ]);
        let ask = Ask::get(address, "shop.test", "/a?b");
        assert_eq!(ask.body().await.unwrap(), "a");
        let url = format!("http://shop.test:{}/a?b", address.port());
        for expected in [
            format!("{url} is answered with 503 Service Unavailable"),
            format!("no answer to {url}"),
        ] {
            assert_eq!(ask.body().await.unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn urls_leave_out_the_usual_port() {
        let ask = |port| Ask::get(SocketAddr::from(([127, 0, 0, 1], port)), "a.test", "/x");
        assert_eq!(ask(80).url(), "http://a.test/x");
        assert_eq!(ask(443).url(), "http://a.test:443/x");
    }
}
