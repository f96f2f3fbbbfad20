//! An HTTP/1.1 connection to a target, driven by whoever uses it.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use hyper::{
    Request, Response,
    body::{Body, Bytes, Frame, Incoming},
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
    /// A request was handed over, and it was not driven since.
    fresh: bool,
}

impl Connection {
    pub(crate) async fn open(stream: Stream) -> Result<Box<Self>, SendError> {
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, driver) = handshake.map_err(SendError::Broken)?;
        Ok(Box::new(Self {
            sender,
            driver,
            ended: false,
            fresh: false,
        }))
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        // What broke it is told by the request that it carries.
        self.ended = self.ended || self.driver.poll_without_shutdown(cx).is_ready();
    }

    /// Takes it as far as it gets while nobody waits: what it does then wakes nobody.
    pub(crate) fn drive_quietly(&mut self) {
        self.drive(&mut Context::from_waker(Waker::noop()));
    }

    /// Asks for what this connection brings, and drives it for as long as that is not there.
    ///
    /// Connection and `what` tell each other of their progress through wakers. Here one task polls both, so they are polled without one
    /// first: with the task's own, every answer would cost another turn of the task that has it already. Sockets alone need its waker.
    fn poll<T>(&mut self, cx: &Context<'_>, mut what: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        let mut quiet = Context::from_waker(Waker::noop());
        // What was just handed over is not answered yet: nothing comes of it but that it is written.
        let is_fresh = std::mem::take(&mut self.fresh);
        let mut polled = if is_fresh { Poll::Pending } else { what(&mut quiet) };
        for waker in [Waker::noop(), cx.waker()].into_iter().skip(usize::from(is_fresh)) {
            if polled.is_ready() {
                break;
            }
            self.drive(&mut Context::from_waker(waker));
            polled = what(&mut quiet);
        }
        polled
    }

    /// Whether it can carry a request, by what is known of it. The target may have closed it since.
    pub(crate) fn is_ready(&self) -> bool {
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
        connection.fresh = true;
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

    /// The next part of a body that comes from this connection.
    pub(crate) fn poll_body(
        &mut self,
        body: &mut Incoming,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.connection.poll(cx, |cx| Pin::new(&mut *body).poll_frame(cx))
    }

    /// Keeps the connection for the next request, if it can carry one.
    pub(crate) fn give_back(mut self) {
        // It is ready already if the whole answer came at once.
        if !self.connection.is_ready() {
            self.connection.drive_quietly();
        }
        if self.connection.is_ready() {
            self.pool.keep(self.peer, self.connection);
        }
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
        let Self { response, connection } = &mut *self;
        connection.poll(cx, |cx| response.as_mut().poll(cx))
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
