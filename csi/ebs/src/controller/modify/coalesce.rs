//! The window in which changes of one volume become one, and the turn that each change waits for.

use super::Wanted;
use crate::controller::ControllerError;
use aws_api::ebs::Volume;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::oneshot;

type Outcome = Result<Volume, Arc<ControllerError>>;

/// Changes by volume. Clones share them.
#[derive(Debug, Clone)]
pub(in crate::controller) struct Coalescer {
    window: Duration,
    open: Arc<Mutex<BTreeMap<String, Open>>>,
    turns: Arc<Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>>,
}

/// A window that is open.
#[derive(Debug)]
struct Open {
    wanted: Wanted,
    waiting: Vec<oneshot::Sender<Outcome>>,
}

impl Coalescer {
    pub(in crate::controller) fn new(window: Duration) -> Self {
        Self {
            window,
            open: Arc::default(),
            turns: Arc::default(),
        }
    }

    /// Wants a change of `volume` and waits until `work` has carried it out together with what others want; only the first that
    /// comes brings the work that is done.
    pub(super) async fn join<F>(&self, volume: &str, wanted: Wanted, work: impl FnOnce(Wanted) -> F) -> Outcome
    where
        F: Future<Output = Outcome>,
    {
        let (sender, outcome) = oneshot::channel();
        if !self.enter(volume, wanted, sender).map_err(Arc::new)? {
            let gone = || Arc::new(conflict(volume, "what has just failed in the driver itself".into()));
            return outcome.await.unwrap_or_else(|_| Err(gone()));
        }
        tokio::time::sleep(self.window).await;
        let turn = self.turn(volume);
        let _turn = turn.lock().await;
        let Some(open) = self.open.lock().remove(volume) else {
            return Err(Arc::new(conflict(volume, "nothing any more".into())));
        };
        let outcome = work(open.wanted).await;
        for sender in open.waiting {
            // Whoever has gone asks again.
            let _gone = sender.send(outcome.clone());
        }
        outcome
    }

    /// Joins the window that is open, or opens one; whether it was opened.
    fn enter(&self, volume: &str, wanted: Wanted, sender: oneshot::Sender<Outcome>) -> Result<bool, ControllerError> {
        let mut windows = self.open.lock();
        let Some(open) = windows.get_mut(volume) else {
            windows.insert(
                volume.to_owned(),
                Open {
                    wanted,
                    waiting: Vec::new(),
                },
            );
            return Ok(true);
        };
        open.wanted = open.wanted.and(&wanted).map_err(|other| conflict(volume, other))?;
        open.waiting.push(sender);
        Ok(false)
    }

    /// What lets one change of a volume follow another.
    fn turn(&self, volume: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock();
        turns.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = turns.get(volume).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        turns.insert(volume.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

fn conflict(volume: &str, other: String) -> ControllerError {
    ControllerError::Conflict {
        volume: volume.to_owned(),
        other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_that_come_together_are_carried_out_once() {
        let coalescer = Coalescer::new(Duration::from_secs(2));
        let carried_out = Mutex::new(Vec::new());
        let want = |gib, iops| {
            let wanted = Wanted {
                gib,
                iops,
                ..Wanted::default()
            };
            coalescer.join("vol-1", wanted, |wanted: Wanted| {
                carried_out.lock().push((wanted.gib, wanted.iops));
                std::future::ready(Ok(Volume::default()))
            })
        };
        let (size, iops, other) = tokio::join!(want(Some(20), None), want(None, Some(4000)), want(Some(30), None));
        assert!(size.is_ok() && iops.is_ok());
        assert!(matches!(*other.unwrap_err(), ControllerError::Conflict { .. }));
        assert!(want(Some(40), None).await.is_ok());
        assert_eq!(*carried_out.lock(), [(Some(20), Some(4000)), (Some(40), None)]);
        assert!(coalescer.open.lock().is_empty());
    }
}
