//! A flow: bytes between a client and a target, both ways, until both have ended, one breaks, nothing moves for too long, or it is cut.
//!
//! All flows of a thread read into one buffer; only what a slow reader has not taken yet is kept by the flow itself. So an idle
//! flow costs no buffer, and none is allocated for a short one.

use std::{
    cell::{RefCell, RefMut},
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
    time::{Instant, sleep},
};

use crate::counters::Counters;

const BUFFER: usize = 64 * 1024;

/// How a flow ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides said that they were done.
    Finished,
    /// The client broke it.
    ClientReset,
    /// The target broke it.
    TargetReset,
    /// Nothing moved for the idle timeout.
    Idle,
    /// Its load balancer or target is gone.
    Cut,
}

/// The buffer that the flows of one thread share.
#[derive(Debug)]
pub(crate) struct Scratch(RefCell<Box<[u8]>>);

impl Default for Scratch {
    fn default() -> Self {
        Self(RefCell::new(vec![0; BUFFER].into()))
    }
}

impl Scratch {
    /// The buffer, for as long as nothing is awaited.
    pub(crate) fn borrow(&self) -> RefMut<'_, Box<[u8]>> {
        self.0.borrow_mut()
    }
}

/// Carries a flow to its end. `greeting` goes to the target before what the client says.
pub(crate) async fn relay<C, T>(
    client: &mut C,
    target: &mut T,
    greeting: Vec<u8>,
    idle_timeout: Duration,
    scratch: &Scratch,
    mut cut: oneshot::Receiver<()>,
    counters: &Counters,
) -> End
where
    C: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut to_target = Direction::new(greeting, &counters.bytes_to_targets);
    let mut to_client = Direction::new(Vec::new(), &counters.bytes_to_clients);
    let mut idle = pin!(sleep(idle_timeout));
    let mut last_moved = Instant::now();
    poll_fn(|cx| {
        if Pin::new(&mut cut).poll(cx).is_ready() {
            return Poll::Ready(End::Cut);
        }
        let sent = to_target.poll(cx, client, target, scratch);
        let received = to_client.poll(cx, target, client, scratch);
        match (sent, received) {
            (Poll::Ready(Err(Broken::Source)), _) | (_, Poll::Ready(Err(Broken::Sink))) => {
                return Poll::Ready(End::ClientReset);
            }
            (Poll::Ready(Err(Broken::Sink)), _) | (_, Poll::Ready(Err(Broken::Source))) => {
                return Poll::Ready(End::TargetReset);
            }
            (Poll::Ready(Ok(())), Poll::Ready(Ok(()))) => return Poll::Ready(End::Finished),
            _ => {}
        }
        if std::mem::take(&mut to_target.moved) | std::mem::take(&mut to_client.moved) {
            last_moved = Instant::now();
        }
        while idle.as_mut().poll(cx).is_ready() {
            let deadline = last_moved + idle_timeout;
            if deadline <= Instant::now() {
                return Poll::Ready(End::Idle);
            }
            idle.as_mut().reset(deadline);
        }
        Poll::Pending
    })
    .await
}

/// Which end of a direction failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Source,
    Sink,
}

/// One way of a flow. When its source is done it says so to the sink, and the other way goes on (half-close).
struct Direction<'a> {
    /// What was read and the sink has not taken: `pending[written..]`.
    pending: Vec<u8>,
    written: usize,
    state: State,
    /// Whether bytes were read or written since this was last cleared.
    moved: bool,
    bytes: &'a AtomicU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ending,
    Ended,
}

impl<'a> Direction<'a> {
    fn new(pending: Vec<u8>, bytes: &'a AtomicU64) -> Self {
        Self {
            pending,
            written: 0,
            state: State::Open,
            moved: false,
            bytes,
        }
    }

    fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        scratch: &Scratch,
    ) -> Poll<Result<(), Broken>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            ready!(self.poll_flush_pending(cx, sink))?;
            match self.state {
                State::Open => {
                    let copied = self.poll_copy(cx, source, sink, scratch);
                    if copied.is_pending() {
                        // TLS may keep what was written until it is told that nothing follows at once.
                        let _ = ready!(Pin::new(&mut *sink).poll_flush(cx));
                    }
                    ready!(copied)?;
                }
                State::Ending => {
                    // A sink that is gone hears no end; that its own direction broke is found there.
                    let _ = ready!(Pin::new(&mut *sink).poll_shutdown(cx));
                    self.state = State::Ended;
                }
                State::Ended => return Poll::Ready(Ok(())),
            }
        }
    }

    fn poll_flush_pending<W: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut W,
    ) -> Poll<Result<(), Broken>> {
        while self.written < self.pending.len() {
            let rest = &self.pending[self.written..];
            self.written += ready!(write(sink, cx, rest))?;
            self.moved = true;
        }
        // Not only cleared: a flow that was slow once need not keep the memory.
        if self.written > 0 {
            (self.pending, self.written) = (Vec::new(), 0);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_copy<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        scratch: &Scratch,
    ) -> Poll<Result<(), Broken>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let mut scratch = scratch.borrow();
        let mut buffer = ReadBuf::new(&mut scratch);
        ready!(Pin::new(source).poll_read(cx, &mut buffer)).map_err(|_: io::Error| Broken::Source)?;
        let read = buffer.filled();
        if read.is_empty() {
            self.state = State::Ending;
            return Poll::Ready(Ok(()));
        }
        self.moved = true;
        self.bytes.fetch_add(read.len() as u64, Relaxed);
        let written = match write(sink, cx, read) {
            Poll::Ready(written) => written?,
            Poll::Pending => 0,
        };
        if written < read.len() {
            self.pending.extend_from_slice(&read[written..]);
        }
        Poll::Ready(Ok(()))
    }
}

fn write<W: AsyncWrite + Unpin>(sink: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Broken>> {
    Pin::new(sink)
        .poll_write(cx, bytes)
        .map_err(|_: io::Error| Broken::Sink)
}
