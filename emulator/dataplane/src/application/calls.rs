//! Calls of the load balancer's own, to identity providers.

use std::{io, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, StatusCode, Uri,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{HOST, HeaderValue, USER_AGENT},
    http::uri::{PathAndQuery, Scheme},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use crate::{stream::Stream, tls::TargetTls};

/// For a whole call.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer: AWS's limit for a list of keys ("JWT verification limits").
const LONGEST: usize = 150 * 1024;

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the URL is not one of https with a host")]
    Url,
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    #[error("no HTTP")]
    Http(#[source] hyper::Error),
    #[error("the answer is longer than 150 KB")]
    TooLong,
    #[error("the answer broke off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("no answer in time")]
    Timeout,
}

/// Makes calls. Certificates are not verified: providers of a laptop have none that anybody vouches for.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    tls: TargetTls,
}

impl Calls {
    pub(crate) fn new(tls: TargetTls) -> Self {
        Self { tls }
    }

    /// Makes a call to an absolute URL; status and body of its answer.
    pub(crate) async fn call(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), CallError> {
        timeout(PATIENCE, self.attempt(request))
            .await
            .unwrap_or(Err(CallError::Timeout))
    }

    async fn attempt(&self, mut request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), CallError> {
        let uri = request.uri();
        let host = uri
            .host()
            .filter(|_| uri.scheme() == Some(&Scheme::HTTPS))
            .ok_or(CallError::Url)?
            .to_owned();
        let authority = uri
            .authority()
            .map(|authority| HeaderValue::from_str(authority.as_str()));
        let authority = authority.and_then(Result::ok).ok_or(CallError::Url)?;
        let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let tcp = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(443))).await;
        let stream = self.tls.connect_to(tcp.map_err(CallError::Connect)?, &host).await;
        let stream = Stream::Tls(Box::new(stream.map_err(CallError::Connect)?.into()));
        *request.uri_mut() = Uri::from(path);
        request.headers_mut().insert(HOST, authority);
        request
            .headers_mut()
            .insert(USER_AGENT, HeaderValue::from_static("ELB"));
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(CallError::Http)?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(CallError::Http)?;
            let status = response.status();
            Ok((status, whole(response.into_body()).await?))
        };
        tokio::pin!(connection, answer);
        tokio::select! {
            answer = &mut answer => answer,
            // The connection may end together with the answer, which is then there.
            ended = &mut connection => { ended.map_err(CallError::Http)?; answer.await }
        }
    }
}

async fn whole(body: Incoming) -> Result<Bytes, CallError> {
    let collected = Limited::new(body, LONGEST).collect().await;
    let collected = collected.map_err(|error| match error.downcast::<LengthLimitError>() {
        Ok(_) => CallError::TooLong,
        Err(error) => CallError::Body(error),
    });
    Ok(collected?.to_bytes())
}
