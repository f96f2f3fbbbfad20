//! The streams of an HTTP/2 connection, each in a task of its own. The HTTP library waits for as long as a client takes nothing of a body, and
//! asks nobody meanwhile; so who gives it its tasks ends those that stand still for too long.

use std::{cell::RefCell, future::poll_fn, pin::pin, rc::Rc, task::Poll};

use hyper::rt::Executor;
use tokio::task::spawn_local;

use super::progress::Progress;

/// Starts the tasks of one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams {
    /// The exchange of the task that is started next: the library begins one when it has handed over the request.
    next: Rc<RefCell<Option<Rc<Progress>>>>,
}

impl Streams {
    /// A request came that the next task is to answer.
    pub(crate) fn begin(&self, exchange: Rc<Progress>) {
        *self.next.borrow_mut() = Some(exchange);
    }
}

impl<F> Executor<F> for Streams
where
    F: Future + 'static,
{
    fn execute(&self, task: F) {
        let exchange = self.next.take();
        spawn_local(async move {
            let mut task = pin!(task);
            poll_fn(|cx| {
                if task.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(());
                }
                // Who waits for a target makes an answer of it when that takes too long. What is left waits for the client.
                match &exchange {
                    Some(exchange) if exchange.is_stalled() => Poll::Ready(()),
                    Some(exchange) => {
                        exchange.listen(cx);
                        Poll::Pending
                    }
                    None => Poll::Pending,
                }
            })
            .await;
        });
    }
}
