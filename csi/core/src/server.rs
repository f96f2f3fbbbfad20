//! gRPC over hyper: HTTP/2 connections at an endpoint, calls to the service that their path names.

use crate::endpoint::{Endpoint, Listener};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::NamedService;

/// Pause after a connection that could not be accepted.
const CROWDED: Duration = Duration::from_millis(100);

/// How long calls may go on when the process is to stop.
const DRAIN: Duration = Duration::from_secs(10);

type Call = Box<dyn Fn(Request<Incoming>) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// Why a driver does not listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {endpoint:?}")]
pub struct ServeError {
    endpoint: Endpoint,
    source: io::Error,
}

/// The services of one endpoint, by name.
#[derive(Default)]
pub struct Services(BTreeMap<&'static str, Call>);

impl Services {
    /// With one more service: a server type that tonic generated.
    #[must_use]
    pub fn with<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        let call = move |request| {
            let answer = service.clone().call(request);
            async move {
                match answer.await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
            .boxed()
        };
        self.0.insert(S::NAME, Box::new(call));
        self
    }

    /// The names of the services.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Serves until `stop`, then lets the calls under way finish.
    ///
    /// # Errors
    /// When the endpoint cannot be listened on.
    pub async fn serve(self, endpoint: &Endpoint, stop: &CancellationToken) -> Result<(), ServeError> {
        let bound = endpoint.bind().await;
        let listener = bound.map_err(|source| ServeError {
            endpoint: endpoint.clone(),
            source,
        })?;
        tracing::info!(?endpoint, services = ?self.names().collect::<Vec<_>>(), "serving");
        let (services, connections) = (Arc::new(self), TaskTracker::new());
        loop {
            let stream = tokio::select! {
                stream = listener.accept() => stream,
                () = stop.cancelled() => break,
            };
            match stream {
                Ok(stream) => drop(connections.spawn(converse(stream, services.clone(), stop.clone()))),
                // Out of file descriptors: let others close theirs first.
                Err(_) => tokio::time::sleep(CROWDED).await,
            }
        }
        connections.close();
        let _cut_off = tokio::time::timeout(DRAIN, connections.wait()).await;
        if let Endpoint::Unix(path) = endpoint {
            let _gone_already = std::fs::remove_file(path);
        }
        Ok(())
    }

    fn call(&self, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        let name = request.uri().path().split('/').nth(1).unwrap_or_default();
        match self.0.get(name) {
            Some(call) => call(request),
            None => {
                let status = Status::unimplemented(format!("there is no service {name:?} here"));
                std::future::ready(status.into_http()).boxed()
            }
        }
    }
}

/// Both kinds of connection.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Listener {
    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
            Self::Tcp(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

async fn converse(stream: Box<dyn Stream>, services: Arc<Services>, stop: CancellationToken) {
    let service = service_fn(move |request| {
        let answer = services.call(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // A client that hangs up is none of our business.
    let _closed = tokio::select! {
        closed = connection.as_mut() => closed,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}
