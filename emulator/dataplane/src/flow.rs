//! A flow: bytes between a client and a target, both ways, until both have ended, one breaks, nothing moves for too long, or it is cut.
//!
//! All flows of a thread read into one buffer; only what a slow reader has not taken yet is kept by the flow itself. So an idle
//! flow costs no buffer, and none is allocated for a short one.

use std::{
    cell::RefCell,
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
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

/// Carries a flow to its end and resets what is left of it: a side that breaks is felt as a reset on the other.
/// `greeting` goes to the target before what the client says.
pub(crate) async fn relay(
    mut client: TcpStream,
    mut target: TcpStream,
    greeting: Vec<u8>,
    idle_timeout: Duration,
    scratch: &Scratch,
    cut: oneshot::Receiver<()>,
    counters: &Counters,
) -> End {
    let end = carry(&mut client, &mut target, greeting, idle_timeout, scratch, cut, counters).await;
    if end != End::Finished {
        // Only fails on a socket that is gone already.
        let _ = client.set_zero_linger();
        let _ = target.set_zero_linger();
    }
    end
}

async fn carry(
    client: &mut TcpStream,
    target: &mut TcpStream,
    greeting: Vec<u8>,
    idle_timeout: Duration,
    scratch: &Scratch,
    mut cut: oneshot::Receiver<()>,
    counters: &Counters,
) -> End {
    let (client_says, client_hears) = client.split();
    let (target_says, target_hears) = target.split();
    let mut to_target = Direction::new(client_says, target_hears, greeting, &counters.bytes_to_targets);
    let mut to_client = Direction::new(target_says, client_hears, Vec::new(), &counters.bytes_to_clients);
    let mut idle = pin!(sleep(idle_timeout));
    let mut last_moved = Instant::now();
    poll_fn(|cx| {
        if Pin::new(&mut cut).poll(cx).is_ready() {
            return Poll::Ready(End::Cut);
        }
        let sent = to_target.poll(cx, scratch);
        let received = to_client.poll(cx, scratch);
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
    source: ReadHalf<'a>,
    sink: WriteHalf<'a>,
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
    fn new(source: ReadHalf<'a>, sink: WriteHalf<'a>, pending: Vec<u8>, bytes: &'a AtomicU64) -> Self {
        Self {
            source,
            sink,
            pending,
            written: 0,
            state: State::Open,
            moved: false,
            bytes,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, scratch: &Scratch) -> Poll<Result<(), Broken>> {
        loop {
            ready!(self.poll_flush_pending(cx))?;
            match self.state {
                State::Open => ready!(self.poll_copy(cx, scratch))?,
                State::Ending => {
                    // A sink that is gone hears no end; that its own direction broke is found there.
                    let _ = ready!(Pin::new(&mut self.sink).poll_shutdown(cx));
                    self.state = State::Ended;
                }
                State::Ended => return Poll::Ready(Ok(())),
            }
        }
    }

    fn poll_flush_pending(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        while self.written < self.pending.len() {
            let rest = &self.pending[self.written..];
            self.written += ready!(write(&mut self.sink, cx, rest))?;
            self.moved = true;
        }
        // Not only cleared: a flow that was slow once need not keep the memory.
        if self.written > 0 {
            (self.pending, self.written) = (Vec::new(), 0);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_copy(&mut self, cx: &mut Context<'_>, scratch: &Scratch) -> Poll<Result<(), Broken>> {
        let mut scratch = scratch.0.borrow_mut();
        let mut buffer = ReadBuf::new(&mut scratch);
        ready!(Pin::new(&mut self.source).poll_read(cx, &mut buffer)).map_err(|_: io::Error| Broken::Source)?;
        let read = buffer.filled();
        if read.is_empty() {
            self.state = State::Ending;
            return Poll::Ready(Ok(()));
        }
        self.moved = true;
        self.bytes.fetch_add(read.len() as u64, Relaxed);
        let written = match write(&mut self.sink, cx, read) {
            Poll::Ready(written) => written?,
            Poll::Pending => 0,
        };
        if written < read.len() {
            self.pending.extend_from_slice(&read[written..]);
        }
        Poll::Ready(Ok(()))
    }
}

fn write(sink: &mut WriteHalf<'_>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Broken>> {
    Pin::new(sink)
        .poll_write(cx, bytes)
        .map_err(|_: io::Error| Broken::Sink)
}
