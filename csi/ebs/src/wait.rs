//! Asking again until something has happened.

use std::time::Duration;
use tokio::time::Instant;

/// How long to pause between questions, and when to give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The first pause.
    pub first: Duration,
    /// Each pause is so much longer than the one before, in tenths.
    pub growth: u32,
    /// The longest pause.
    pub longest: Duration,
    /// In all.
    pub total: Duration,
}

/// Until a volume is made: seconds at AWS.
pub const CREATION: Patience = patience(100, 3_000, 57);
/// Until a volume is attached or detached; beyond it the cluster asks again.
pub const ATTACHMENT: Patience = patience(100, 5_000, 300);
/// Until a modification has taken effect.
pub const MODIFICATION: Patience = patience(200, 15_000, 168);

const fn patience(first_ms: u64, longest_ms: u64, total_s: u64) -> Patience {
    Patience {
        first: Duration::from_millis(first_ms),
        growth: 17,
        longest: Duration::from_millis(longest_ms),
        total: Duration::from_secs(total_s),
    }
}

impl Patience {
    /// Asks until there is an answer. `None` when the patience is at its end.
    ///
    /// # Errors
    /// The first of the question.
    pub async fn until<T, E, F>(self, mut ask: impl FnMut() -> F) -> Result<Option<T>, E>
    where
        F: Future<Output = Result<Option<T>, E>>,
    {
        let end = Instant::now() + self.total;
        let mut pause = self.first;
        loop {
            if let Some(answer) = ask().await? {
                return Ok(Some(answer));
            }
            if Instant::now() + pause > end {
                return Ok(None);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * self.growth / 10).min(self.longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_end() {
        let started = Instant::now();
        let mut asked = 0;
        let never = CREATION.until(|| {
            asked += 1;
            std::future::ready(Ok::<Option<()>, ()>(None))
        });
        assert_eq!(never.await, Ok(None));
        assert!(started.elapsed() <= CREATION.total);
        assert!((15..40).contains(&asked), "{asked}");
    }
}
