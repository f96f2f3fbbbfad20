//! When a binding whose checkpoint still holds gets a full pass all the same.
//!
//! After a start nothing is read from AWS for bindings that did not change; each gets its first full pass half an hour
//! later or more, spread out, and then one per sync period. Only such passes find what others changed on AWS.

use parking_lot::Mutex;
use runtime::Key;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use tokio::time::Instant;

const FIRST: Duration = Duration::from_secs(30 * 60);
const SPREAD: Duration = Duration::from_secs(15 * 60);

/// When the next full pass of each binding is due.
pub(crate) struct FullPasses {
    period: Duration,
    due: Mutex<HashMap<Key, Instant>>,
}

impl FullPasses {
    /// One full pass per `period` once the first is done.
    pub(crate) fn new(period: Duration) -> Self {
        Self {
            period,
            due: Mutex::default(),
        }
    }

    /// Time until the binding's next full pass; zero if it is due.
    pub(crate) fn due_in(&self, binding: &Key, now: Instant) -> Duration {
        let first = now + FIRST + spread(binding);
        self.due
            .lock()
            .entry(binding.clone())
            .or_insert(first)
            .saturating_duration_since(now)
    }

    /// Records a full pass; the time until the next.
    pub(crate) fn done(&self, binding: &Key, now: Instant) -> Duration {
        let wait = self.period + spread(binding);
        self.due.lock().insert(binding.clone(), now + wait);
        wait
    }

    /// Forgets a binding that is gone.
    pub(crate) fn forget(&self, binding: &Key) {
        self.due.lock().remove(binding);
    }
}

/// A part of the spread that depends on the name, so that bindings do not come all at once.
fn spread(binding: &Key) -> Duration {
    let mut hasher = DefaultHasher::new();
    binding.hash(&mut hasher);
    let millis = u64::try_from(SPREAD.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(hasher.finish() % millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_hour_after_the_start_then_every_period() {
        let passes = FullPasses::new(Duration::from_secs(3600));
        let key = Key::new("app", "web");
        let start = Instant::now();
        let wait = passes.due_in(&key, start);
        assert!((FIRST..FIRST + SPREAD).contains(&wait), "{wait:?}");
        assert_eq!(passes.due_in(&key, start + wait), Duration::ZERO);
        let next = passes.done(&key, start + wait);
        assert!(next >= Duration::from_secs(3600));
        assert_eq!(passes.due_in(&key, start + wait), next);
    }

    #[test]
    fn bindings_are_spread() {
        let passes = FullPasses::new(Duration::from_secs(3600));
        let now = Instant::now();
        let waits: std::collections::BTreeSet<_> = (0..50)
            .map(|n| passes.due_in(&Key::new("app", format!("web-{n}")), now))
            .collect();
        assert!(waits.len() > 40);
    }
}
