//! Who was told what is wrong with it: a group is planned whenever one of its members changes, and the others need not hear the same each time.

use parking_lot::Mutex;
use plan::PlanError;
use plan::ingress::IngressKey;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// When the same is said again: Events are kept for an hour.
const SAY_AGAIN: Duration = Duration::from_secs(30 * 60);

/// What members were told last.
#[derive(Default)]
pub(crate) struct Told(Mutex<BTreeMap<IngressKey, (Instant, PlanError)>>);

impl Told {
    /// Whether a member has not heard of the error, or not of late. From now on it has.
    pub(crate) fn is_news(&self, key: &IngressKey, error: &PlanError, now: Instant) -> bool {
        let mut told = self.0.lock();
        let known = told
            .get(key)
            .is_some_and(|(since, known)| known == error && now.saturating_duration_since(*since) < SAY_AGAIN);
        if !known {
            told.insert(key.clone(), (now, error.clone()));
        }
        !known
    }

    /// Nothing is wrong with a member.
    pub(crate) fn forget(&self, key: &IngressKey) {
        self.0.lock().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_in_a_while() {
        let (told, now) = (Told::default(), Instant::now());
        let key = IngressKey {
            namespace: "shop".to_owned(),
            name: "web".to_owned(),
        };
        let [one, other] = ["one", "other"].map(|text| PlanError::Binding(text.to_owned()));
        assert!(told.is_news(&key, &one, now) && !told.is_news(&key, &one, now));
        assert!(told.is_news(&key, &other, now));
        assert!(told.is_news(&key, &other, now + SAY_AGAIN));
        told.forget(&key);
        assert!(told.is_news(&key, &other, now + SAY_AGAIN));
    }
}
