//! Connections to targets: made, used, kept for the next request.
//!
//! An HTTP/1.1 connection has no task of its own: who waits for its answer, or reads its body, drives it. So a request wakes one task,
//! not two. An HTTP/2 connection carries many requests and has a task.

use std::{cell::RefCell, collections::HashMap, io, net::SocketAddrV4, rc::Rc, time::Duration};

use hyper::{Request, Response, body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, task::spawn_local, time::timeout};

use super::{body::RequestBody, progress::Progress};
use crate::{config::application::TargetProtocol, executor::LocalExecutor, stream::Stream, tls::TargetTls};

mod http1;

use http1::Connection;
pub(crate) use http1::Lease;

/// AWS's time for connecting to a target, and for the TLS handshake ("HTTP 504: Gateway timeout").
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Ticks of the clock until an unused connection is closed: about AWS's idle timeout.
const UNUSED: u32 = 240;

/// Where a connection goes, and whether through TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddrV4,
    pub(crate) protocol: TargetProtocol,
}

/// Why a target gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    #[error("cannot connect in time")]
    ConnectTimeout,
    #[error("the connection broke, or carried no HTTP")]
    Broken(#[source] hyper::Error),
    #[error("nothing moved for too long, or the target is gone")]
    Stalled,
}

/// A connection that waits for its next request, and for how many ticks it has.
type Idle = (Box<Connection>, u32);

/// The connections of one thread.
#[derive(Debug)]
pub(crate) struct Pool {
    tls: TargetTls,
    idle: RefCell<HashMap<Peer, Vec<Idle>>>,
    multiplexed: RefCell<HashMap<Peer, http2::SendRequest<RequestBody>>>,
}

impl Pool {
    pub(crate) fn new(tls: TargetTls) -> Self {
        Self {
            tls,
            idle: RefCell::default(),
            multiplexed: RefCell::default(),
        }
    }

    /// Sends a request over HTTP/1.1. A kept connection that turns out to be closed before the request was written is replaced.
    pub(crate) async fn send(
        self: &Rc<Self>,
        peer: Peer,
        mut request: Request<RequestBody>,
        progress: &Progress,
    ) -> Result<(Response<Incoming>, Lease), SendError> {
        loop {
            let (connection, is_new) = match self.take(peer) {
                Some(kept) => (kept, false),
                // In a box, since it is large and seldom needed: a request's task is moved as often as it is made.
                None => (Box::pin(self.open(peer)).await?, true),
            };
            let mut lease = Lease::new(self.clone(), peer, connection);
            match lease.send(request, progress).await {
                Ok(response) => return Ok((response, lease)),
                Err((_, Some(unsent))) if !is_new => request = unsent,
                Err((error, _)) => return Err(error),
            }
        }
    }

    /// Sends a request over HTTP/2.
    pub(crate) async fn send_http2(
        &self,
        peer: Peer,
        request: Request<RequestBody>,
        progress: &Progress,
    ) -> Result<Response<Incoming>, SendError> {
        let mut sender = self.multiplexed(peer).await?;
        let response = std::pin::pin!(sender.send_request(request));
        http1::unless_stalled(response, progress)
            .await?
            .map_err(SendError::Broken)
    }

    async fn multiplexed(&self, peer: Peer) -> Result<http2::SendRequest<RequestBody>, SendError> {
        let kept = self
            .multiplexed
            .borrow()
            .get(&peer)
            .filter(|sender| !sender.is_closed())
            .cloned();
        if let Some(sender) = kept {
            return Ok(sender);
        }
        let stream = Box::pin(self.connect(peer, true)).await?;
        let (sender, connection) = http2::Builder::new(LocalExecutor)
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(super::admission::LONGEST_HEADERS).unwrap_or(u32::MAX))
            .handshake(TokioIo::new(stream))
            .await
            .map_err(SendError::Broken)?;
        spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an HTTP/2 connection to a target broke");
            }
        });
        self.multiplexed.borrow_mut().insert(peer, sender.clone());
        Ok(sender)
    }

    async fn open(&self, peer: Peer) -> Result<Box<Connection>, SendError> {
        Connection::open(self.connect(peer, false).await?).await
    }

    async fn connect(&self, peer: Peer, http2: bool) -> Result<Stream, SendError> {
        let attempt = async {
            let stream = TcpStream::connect(peer.address).await?;
            stream.set_nodelay(true)?;
            Ok(match peer.protocol {
                TargetProtocol::Http => Stream::Plain(stream),
                TargetProtocol::Https => {
                    Stream::Tls(Box::new(self.tls.connect(stream, peer.address, http2).await?.into()))
                }
            })
        };
        match timeout(CONNECT_TIMEOUT, attempt).await {
            Ok(connected) => connected.map_err(SendError::Connect),
            Err(_) => Err(SendError::ConnectTimeout),
        }
    }

    fn take(&self, peer: Peer) -> Option<Box<Connection>> {
        let mut idle = self.idle.borrow_mut();
        let kept = idle.get_mut(&peer)?;
        while let Some((connection, _)) = kept.pop() {
            if connection.is_ready() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, peer: Peer, connection: Box<Connection>) {
        self.idle.borrow_mut().entry(peer).or_default().push((connection, 0));
    }

    /// Closes what the targets have closed, and what was not used for long. Called at every tick of the clock.
    pub(crate) fn sweep(&self) {
        self.idle.borrow_mut().retain(|_, kept| {
            kept.retain_mut(|(connection, ticks)| {
                *ticks += 1;
                connection.drive_quietly();
                *ticks < UNUSED && connection.is_ready()
            });
            !kept.is_empty()
        });
        self.multiplexed.borrow_mut().retain(|_, sender| !sender.is_closed());
    }
}
