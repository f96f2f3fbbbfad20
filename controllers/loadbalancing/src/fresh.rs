//! Answers that are good for a while.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// An answer, asked for again when it is older than its lifetime. Whoever asks while it is being fetched waits for
/// that one fetch.
pub struct Fresh<T> {
    lifetime: Duration,
    answer: Mutex<Option<(Instant, Arc<T>)>>,
}

impl<T> Fresh<T> {
    /// An answer that has not been asked for yet.
    #[must_use]
    pub fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            answer: Mutex::new(None),
        }
    }

    /// The answer as of `now`. A failure is passed on and not remembered.
    ///
    /// # Errors
    /// Those of `fetch`.
    pub async fn get<E>(&self, now: Instant, fetch: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let mut answer = self.answer.lock().await;
        if let Some((since, value)) = &*answer
            && now.saturating_duration_since(*since) < self.lifetime
        {
            return Ok(value.clone());
        }
        let value = Arc::new(fetch.await?);
        *answer = Some((now, value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn fetched_once_per_lifetime_however_many_ask() {
        let fresh = Fresh::new(Duration::from_secs(60));
        let fetches = Cell::new(0);
        let begin = Instant::now();
        let ask = |seconds| {
            fresh.get(begin + Duration::from_secs(seconds), async {
                tokio::task::yield_now().await;
                fetches.set(fetches.get() + 1);
                if fetches.get() == 1 {
                    Err("down")
                } else {
                    Ok(fetches.get())
                }
            })
        };
        assert_eq!(ask(0).await, Err("down"));
        let (a, b) = tokio::join!(ask(0), ask(0));
        assert_eq!((a, b), (Ok(Arc::new(2)), Ok(Arc::new(2))));
        assert_eq!(ask(59).await, Ok(Arc::new(2)));
        assert_eq!(ask(61).await, Ok(Arc::new(3)));
    }
}
