//! The work queue: keys in, reconciles out, each key at most once at a time.

pub use crate::schedule::Outcome;
use crate::schedule::{Due, Schedule};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use parking_lot::Mutex;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// How long reconciles that run may go on after a stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Keys to reconcile. Clones share one queue.
#[derive(Debug)]
pub struct Queue<K> {
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K> {
    schedule: Mutex<Schedule<K>>,
    changed: Notify,
}

impl<K> Clone for Queue<K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<K: Clone + Ord + Hash> Queue<K> {
    /// An empty queue whose delay between failures grows up to `max_backoff`.
    #[must_use]
    pub fn new(max_backoff: Duration) -> Self {
        let shared = Shared {
            schedule: Mutex::new(Schedule::new(max_backoff)),
            changed: Notify::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// To be reconciled as soon as a worker is free.
    pub fn push(&self, key: K) {
        self.push_due(key, Due::At(Instant::now()));
    }

    /// To be reconciled before everything that merely waits, such as what a restart has queued.
    pub fn push_first(&self, key: K) {
        self.push_due(key, Due::First);
    }

    /// To be reconciled after `delay`, or earlier if something else asks for it.
    pub fn push_after(&self, key: K, delay: Duration) {
        self.push_due(key, Due::At(Instant::now() + delay));
    }

    fn push_due(&self, key: K, due: Due) {
        self.shared.schedule.lock().push(key, due);
        self.shared.changed.notify_one();
    }

    /// Reconciles up to `concurrency` keys at once until `stop`, then waits for those that run, up to 20 s.
    pub async fn run<F: Future<Output = Outcome>>(
        &self,
        concurrency: usize,
        stop: CancellationToken,
        reconcile: impl Fn(K) -> F,
    ) {
        let mut running = FuturesUnordered::new();
        while !stop.is_cancelled() {
            while running.len() < concurrency
                && let Some(key) = self.pop()
            {
                let work = reconcile(key.clone());
                running.push(async move { (key, work.await) });
            }
            tokio::select! {
                Some((key, outcome)) = running.next() => self.finish(key, outcome),
                () = self.changed(), if running.len() < concurrency => {}
                () = stop.cancelled() => {}
            }
        }
        if timeout(DRAIN, running.map(drop).collect::<()>()).await.is_err() {
            tracing::warn!("stopped with reconciles still running");
        }
    }

    fn pop(&self) -> Option<K> {
        self.shared.schedule.lock().pop(Instant::now())
    }

    fn finish(&self, key: K, outcome: Outcome) {
        self.shared.schedule.lock().finish(key, outcome, Instant::now());
    }

    /// Until a key is pushed or the next waiting one is due.
    async fn changed(&self) {
        let wake_at = self.shared.schedule.lock().wake_at();
        match wake_at {
            Some(at) => tokio::select! {
                () = self.shared.changed.notified() => {}
                () = sleep_until(at) => {}
            },
            None => self.shared.changed.notified().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};

    #[tokio::test(start_paused = true)]
    async fn runs_in_parallel_up_to_the_limit_and_retries() {
        let queue = Queue::new(Duration::from_secs(1000));
        for key in 0..6 {
            queue.push(key);
        }
        let stop = CancellationToken::new();
        let (running, most, seen) = (Cell::new(0), Cell::new(0), RefCell::new(Vec::new()));
        let reconcile = |key: u32| {
            let (running, most, seen, stop) = (&running, &most, &seen, stop.clone());
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                tokio::time::sleep(Duration::from_millis(50)).await;
                running.set(running.get() - 1);
                seen.borrow_mut().push(key);
                match seen.borrow().iter().filter(|&&other| other == 5).count() {
                    3 => stop.cancel(),
                    _ if key == 5 => return Outcome::Retry,
                    _ => {}
                }
                Outcome::Done
            }
        };
        queue.run(3, stop.clone(), reconcile).await;
        assert_eq!(most.get(), 3);
        assert_eq!(*seen.borrow(), [0, 1, 2, 3, 4, 5, 5, 5]);
    }
}
