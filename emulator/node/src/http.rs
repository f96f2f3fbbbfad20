//! An HTTP client for an endpoint without TLS.

use ::http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where the AWS APIs are served.
#[derive(Debug, Clone)]
pub struct Endpoint {
    authority: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The URL of the endpoint is none, or has another scheme.
    #[error("the endpoint '{0}' is not of the form http://HOST:PORT")]
    Endpoint(String),
    /// The endpoint cannot be reached.
    #[error("cannot connect to {authority}")]
    Connect {
        /// Host and port.
        authority: String,
        /// Why.
        source: std::io::Error,
    },
    /// The exchange failed.
    #[error("the exchange with {authority} failed")]
    Exchange {
        /// Host and port.
        authority: String,
        /// Why.
        source: hyper::Error,
    },
    /// The request cannot be written.
    #[error("the request cannot be written")]
    Request(#[source] ::http::Error),
    /// The answer takes too long.
    #[error("{0} does not answer")]
    Timeout(String),
}

impl Endpoint {
    /// An endpoint of the form `http://HOST:PORT`.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn parse(url: &str) -> Result<Self, HttpError> {
        let wrong = || HttpError::Endpoint(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let authority = uri
            .authority()
            .filter(|_| uri.scheme_str() == Some("http"))
            .ok_or_else(wrong)?;
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self {
            authority: format!("{}:{port}", authority.host()),
        })
    }

    /// Sends a request; status and body of the answer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn send(
        &self,
        request: ::http::request::Builder,
        body: String,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        let timeout = |_| HttpError::Timeout(self.authority.clone());
        tokio::time::timeout(TIMEOUT, self.exchange(request, body))
            .await
            .map_err(timeout)?
    }

    async fn exchange(
        &self,
        request: ::http::request::Builder,
        body: String,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        let authority = &self.authority;
        let request: Request<Full<Bytes>> = request
            .header("host", authority)
            .body(Full::from(body))
            .map_err(HttpError::Request)?;
        let failed = |source| HttpError::Connect {
            authority: authority.clone(),
            source,
        };
        let stream = TcpStream::connect(authority).await.map_err(failed)?;
        let failed = |source| HttpError::Exchange {
            authority: authority.clone(),
            source,
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(failed)?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(failed)?.to_bytes();
        Ok((status, body))
    }
}
