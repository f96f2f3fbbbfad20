//! The faults of a running emulator: the list, and how they strike.

use crate::fault::{self, Effect, Fault, FaultError, Injected, Moment};
use cloud::{Access, ApiError};
use parking_lot::Mutex;
use rustix::process::{Signal, getpid, kill_process};
use std::time::Duration;
use tokio::sync::watch;

/// The current list. Calls that it holds go on when it is replaced.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Mutex<Vec<Injected>>,
    /// Marked as changed whenever the list is replaced.
    replaced: watch::Sender<()>,
}

impl Faults {
    /// Replaces the list, counts from nothing, and lets go what the old one holds.
    ///
    /// # Errors
    /// When a fault can never be met, or its error is none; the old list then stays.
    pub(crate) fn replace(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        fault::check(&faults)?;
        let mut list = self.list.lock();
        *list = faults.into_iter().map(Injected::new).collect();
        self.replaced.send_replace(());
        Ok(())
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        let mut list = self.list.lock();
        list.clear();
        self.replaced.send_replace(());
    }

    /// The list with how often each fault has struck.
    pub(crate) fn list(&self) -> Vec<Injected> {
        self.list.lock().clone()
    }

    /// Lets a call that is at `moment` meet its fault, if there is one.
    ///
    /// # Errors
    /// The error that is to be answered.
    pub(crate) async fn strike(&self, moment: Moment, action: &str, access: Access) -> Result<(), ApiError> {
        let (effect, mut replaced) = {
            let mut list = self.list.lock();
            let Some(effect) = fault::strike(&mut list, moment, action, access) else {
                return Ok(());
            };
            // While the list is locked: a replacement that comes next is not missed.
            (effect, self.replaced.subscribe())
        };
        tracing::info!(action, ?moment, ?effect, "fault");
        match effect {
            Effect::Error(refusal) => return Err(refusal.into()),
            Effect::DelayMilliseconds(delay) => {
                let _replaced_earlier = tokio::time::timeout(Duration::from_millis(delay), replaced.changed()).await;
            }
            // The sender lives in `self`, so the channel cannot close.
            Effect::Hold => drop(replaced.changed().await),
            Effect::Kill => drop(kill_process(getpid(), Signal::KILL)),
        }
        Ok(())
    }
}
