//! An HTTP/1.1 connection to a target, driven by whoever uses it.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
};

use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;

use super::{Peer, Pool, SendError};
use crate::{
    application::{body::RequestBody, progress::Progress},
    stream::Stream,
};

/// A connection and its two ends in the HTTP library.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: http1::SendRequest<RequestBody>,
    driver: http1::Connection<TokioIo<Stream>, RequestBody>,
    ended: bool,
}

impl Connection {
    pub(crate) async fn open(stream: Stream) -> Result<Box<Self>, SendError> {
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, driver) = handshake.map_err(SendError::Broken)?;
        Ok(Box::new(Self {
            sender,
            driver,
            ended: false,
        }))
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        // What broke it is told by the request that it carries.
        self.ended = self.ended || self.driver.poll_without_shutdown(cx).is_ready();
    }

    /// Whether it can carry a request now.
    pub(crate) fn is_ready(&mut self, cx: &mut Context<'_>) -> bool {
        self.drive(cx);
        !self.ended && self.sender.is_ready()
    }
}

/// The use of a connection for one request. Dropping it closes the connection.
#[derive(Debug)]
pub(crate) struct Lease {
    pool: Rc<Pool>,
    peer: Peer,
    connection: Box<Connection>,
}

type Unsent = Option<Request<RequestBody>>;

impl Lease {
    pub(crate) fn new(pool: Rc<Pool>, peer: Peer, connection: Box<Connection>) -> Self {
        Self { pool, peer, connection }
    }

    /// The head of the answer; or why there is none, and the request if nothing of it was written.
    pub(crate) async fn send(
        &mut self,
        request: Request<RequestBody>,
        progress: &Progress,
    ) -> Result<Response<Incoming>, (SendError, Unsent)> {
        let response = pin!(self.connection.sender.try_send_request(request));
        let connection = &mut self.connection;
        let driven = Driven { response, connection };
        match unless_stalled(pin!(driven), progress).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(mut unsent)) => {
                let request = unsent.take_message();
                Err((SendError::Broken(unsent.into_error()), request))
            }
            Err(stalled) => Err((stalled, None)),
        }
    }

    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        self.connection.drive(cx);
    }

    /// Keeps the connection for the next request, if it can carry one.
    pub(crate) fn give_back(mut self, cx: &mut Context<'_>) {
        if self.connection.is_ready(cx) {
            self.pool.keep(self.peer, self.connection);
        }
    }

    /// The same where nothing else is to be waited for.
    pub(crate) async fn give_back_now(self) {
        let mut lease = Some(self);
        poll_fn(|cx| {
            if let Some(lease) = lease.take() {
                lease.give_back(cx);
            }
            Poll::Ready(())
        })
        .await;
    }

    /// The bare connection after the target has agreed to change its protocol, and what it has said already.
    pub(crate) async fn into_stream(mut self) -> (Stream, Bytes) {
        poll_fn(|cx| {
            self.connection.drive(cx);
            if self.connection.ended {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        let parts = self.connection.driver.into_parts();
        (parts.io.into_inner(), parts.read_buf)
    }
}

/// An answer that is waited for while its connection is driven.
struct Driven<'a, F> {
    response: Pin<&'a mut F>,
    connection: &'a mut Connection,
}

impl<F: Future> Future for Driven<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.connection.drive(cx);
        self.response.as_mut().poll(cx)
    }
}

/// Waits for as long as there is progress.
pub(crate) async fn unless_stalled<F: Future>(
    mut future: Pin<&mut F>,
    progress: &Progress,
) -> Result<F::Output, SendError> {
    poll_fn(|cx| {
        progress.listen(cx);
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending if progress.is_stalled() => Poll::Ready(Err(SendError::Stalled)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
