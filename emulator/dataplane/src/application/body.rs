//! Bodies on their way through: never held as a whole, and watched while they move.

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use super::{access_log::Record, exchange::Outstanding, progress::Progress, upstream::Lease};

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the other side broke off")]
    Broken(#[from] hyper::Error),
    #[error("nothing moved for too long, or the target is gone")]
    Stalled,
}

/// The body of a request on its way to a target.
#[derive(Debug)]
pub(crate) struct RequestBody {
    incoming: Incoming,
    progress: Rc<Progress>,
}

impl RequestBody {
    pub(crate) fn new(incoming: Incoming, progress: Rc<Progress>) -> Self {
        Self { incoming, progress }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.incoming).poll_frame(cx);
        if let Poll::Ready(frame) = &frame {
            let bytes = frame
                .as_ref()
                .and_then(|frame| frame.as_ref().ok()?.data_ref().map(Bytes::len));
            let progress = &self.progress;
            progress
                .received
                .update(|received| received + bytes.unwrap_or(0) as u64);
            progress
                .request_done
                .set(frame.is_none() || self.incoming.is_end_stream());
            progress.touch();
        }
        frame.map_err(BodyError::Broken)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The body of a response on its way to a client.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    /// Of an answer of ours.
    Own(Full<Bytes>),
    /// Of a target's answer.
    Target(TargetBody),
}

/// The body of a target's answer, and what ends with it.
#[derive(Debug)]
pub(crate) struct TargetBody {
    incoming: Incoming,
    progress: Rc<Progress>,
    /// The connection that it comes from, which is driven by whoever reads the body. None for HTTP/2.
    lease: Option<Lease>,
    outstanding: Option<Outstanding>,
    record: Option<Box<Record>>,
}

impl TargetBody {
    pub(crate) fn new(
        incoming: Incoming,
        progress: Rc<Progress>,
        lease: Option<Lease>,
        outstanding: Option<Outstanding>,
        record: Option<Box<Record>>,
    ) -> Self {
        Self {
            incoming,
            progress,
            lease,
            outstanding,
            record,
        }
    }

    fn finish(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
        self.outstanding = None;
    }
}

impl Drop for TargetBody {
    fn drop(&mut self) {
        if let Some(record) = &mut self.record {
            record.received += self.progress.received.get();
            record.sent += self.progress.sent.get();
        }
    }
}

impl Body for TargetBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        this.progress.listen(cx);
        let frame = match &mut this.lease {
            Some(lease) => lease.poll_body(&mut this.incoming, cx),
            None => Pin::new(&mut this.incoming).poll_frame(cx),
        };
        match &frame {
            Poll::Pending if this.progress.is_stalled() => return Poll::Ready(Some(Err(BodyError::Stalled))),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Err(_))) => {}
            Poll::Ready(None) => this.finish(),
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                this.progress.sent.update(|sent| sent + bytes as u64);
                this.progress.touch();
                if this.incoming.is_end_stream() {
                    this.finish();
                }
            }
        }
        frame.map_err(BodyError::Broken)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.get_mut() {
            Self::Own(body) => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::Target(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(body) => body.is_end_stream(),
            Self::Target(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(body) => body.size_hint(),
            Self::Target(body) => body.size_hint(),
        }
    }
}
