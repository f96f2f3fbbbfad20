//! When which key is due: the work queue without its clock.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;
use tokio::time::Instant;

/// Delay after the first failure; it doubles with every further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(5);

/// How a reconcile ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to do until something changes.
    Done,
    /// To be looked at again after this time; not a failure.
    After(Duration),
    /// Failed: again after a delay that doubles each time.
    Retry,
}

/// Ordered by urgency: what jumps the queue, then by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Due {
    First,
    At(Instant),
}

/// Keys that wait, at most once each, and keys that are worked on. A key that is worked on waits until it is finished.
#[derive(Debug)]
pub(crate) struct Schedule<K> {
    order: BTreeSet<(Due, u64, K)>,
    waiting: HashMap<K, (Due, u64)>,
    running: HashSet<K>,
    failures: HashMap<K, u32>,
    max_backoff: Duration,
    sequence: u64,
}

impl<K: Clone + Ord + Hash> Schedule<K> {
    pub(crate) fn new(max_backoff: Duration) -> Self {
        Self {
            order: BTreeSet::new(),
            waiting: HashMap::new(),
            running: HashSet::new(),
            failures: HashMap::new(),
            max_backoff,
            sequence: 0,
        }
    }

    /// Lets the key wait until `due`; the earlier time wins if it waits already.
    pub(crate) fn push(&mut self, key: K, due: Due) {
        if let Some(&(earlier, sequence)) = self.waiting.get(&key) {
            if earlier <= due {
                return;
            }
            self.order.remove(&(earlier, sequence, key.clone()));
        }
        self.sequence += 1;
        self.waiting.insert(key.clone(), (due, self.sequence));
        self.order.insert((due, self.sequence, key));
    }

    /// Takes the most urgent key that is due and not worked on.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<K> {
        let next = self.next()?;
        if next.0 > Due::At(now) {
            return None;
        }
        let next = next.clone();
        self.order.remove(&next);
        let key = next.2;
        self.waiting.remove(&key);
        self.running.insert(key.clone());
        Some(key)
    }

    /// When [`Self::pop`] will have something that it does not have now.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        match self.next()?.0 {
            Due::At(at) => Some(at),
            Due::First => None,
        }
    }

    /// Records how the work on a key ended.
    pub(crate) fn finish(&mut self, key: K, outcome: Outcome, now: Instant) {
        self.running.remove(&key);
        let again = match outcome {
            Outcome::Done | Outcome::After(_) => {
                self.failures.remove(&key);
                if let Outcome::After(delay) = outcome {
                    Some(delay)
                } else {
                    None
                }
            }
            Outcome::Retry => {
                let failures = self.failures.entry(key.clone()).or_default();
                let delay = backoff(*failures, self.max_backoff);
                *failures = failures.saturating_add(1);
                Some(delay)
            }
        };
        if let Some(delay) = again {
            self.push(key, Due::At(now + delay));
        }
    }

    fn next(&self) -> Option<&(Due, u64, K)> {
        self.order.iter().find(|(_, _, key)| !self.running.contains(key))
    }
}

/// The delay after a failure that `failures` others went before.
fn backoff(failures: u32, max: Duration) -> Duration {
    let factor = 1_u32.checked_shl(failures).unwrap_or(u32::MAX);
    FIRST_BACKOFF.saturating_mul(factor).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_secs(1000);

    #[test]
    fn backoff_doubles_up_to_the_maximum() {
        let table = [
            (0, 5),
            (1, 10),
            (2, 20),
            (10, 5_120),
            (17, 655_360),
            (18, 1_000_000),
            (31, 1_000_000),
            (90, 1_000_000),
        ];
        for (failures, millis) in table {
            assert_eq!(
                backoff(failures, MAX),
                Duration::from_millis(millis),
                "after {failures}"
            );
        }
    }

    #[test]
    fn a_key_waits_once_and_the_earlier_time_wins() {
        let now = Instant::now();
        let mut schedule = Schedule::new(MAX);
        schedule.push("a", Due::At(now + MAX));
        schedule.push("a", Due::At(now));
        schedule.push("a", Due::At(now + MAX));
        assert_eq!(schedule.pop(now), Some("a"));
        schedule.finish("a", Outcome::Done, now);
        assert_eq!(schedule.pop(now + MAX), None);
    }

    #[test]
    fn a_key_is_never_worked_on_twice_at_once() {
        let now = Instant::now();
        let mut schedule = Schedule::new(MAX);
        schedule.push("a", Due::At(now));
        assert_eq!(schedule.pop(now), Some("a"));
        schedule.push("a", Due::At(now));
        schedule.push("b", Due::At(now));
        assert_eq!(schedule.pop(now), Some("b"));
        assert_eq!(schedule.pop(now), None);
        assert_eq!(schedule.wake_at(), None);
        schedule.finish("a", Outcome::Done, now);
        assert_eq!(
            schedule.pop(now),
            Some("a"),
            "the change that came meanwhile is not lost"
        );
    }

    #[test]
    fn failures_delay_and_success_forgets_them() {
        let now = Instant::now();
        let mut schedule = Schedule::new(MAX);
        schedule.push("a", Due::At(now));
        for millis in [5, 10, 20] {
            let at = schedule.wake_at().unwrap();
            assert_eq!(schedule.pop(at), Some("a"));
            schedule.finish("a", Outcome::Retry, now);
            assert_eq!(schedule.wake_at(), Some(now + Duration::from_millis(millis)));
        }
        assert_eq!(schedule.pop(now), None);
        assert_eq!(schedule.pop(now + MAX), Some("a"));
        schedule.finish("a", Outcome::After(MAX), now);
        assert_eq!(schedule.wake_at(), Some(now + MAX));
        assert_eq!(schedule.pop(now + MAX), Some("a"));
        schedule.finish("a", Outcome::Retry, now);
        assert_eq!(schedule.wake_at(), Some(now + FIRST_BACKOFF));
    }

    #[test]
    fn what_jumps_the_queue_goes_before_what_waits_longer() {
        let now = Instant::now();
        let mut schedule = Schedule::new(MAX);
        schedule.push("a", Due::At(now));
        schedule.push("b", Due::At(now));
        schedule.push("b", Due::First);
        assert_eq!(schedule.pop(now), Some("b"));
        assert_eq!(schedule.pop(now), Some("a"));
    }
}
