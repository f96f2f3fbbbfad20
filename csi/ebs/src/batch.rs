//! Questions about single things, asked together.
//!
//! Describe calls of many volumes at once cost as much as one. Whoever asks waits a moment for others; who asks for the same
//! thing shares the answer.

use async_trait::async_trait;
use aws_api::Result;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Something that answers many questions in one call.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// What is known of a thing.
    type Item: Clone + Send + 'static;

    /// What is known of each of `keys`; a key that nothing is known of is missing.
    async fn fetch(&self, keys: Vec<String>) -> Result<Vec<(String, Self::Item)>>;
}

/// How many wait for each other, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Questions in one call at most.
    pub most: usize,
    /// How long the first of them waits.
    pub delay: Duration,
}

type Answer<T> = oneshot::Sender<Result<Option<T>>>;
type Question<T> = (String, Answer<T>);

/// Gathers the questions to one source. Clones share it.
#[derive(Clone)]
pub struct Batch<T> {
    questions: mpsc::UnboundedSender<Question<T>>,
}

impl<T: Clone + Send + 'static> Batch<T> {
    /// Gathers in a task of its own, as long as a clone lives.
    pub fn new<S: Source<Item = T>>(source: S, window: Window) -> Self {
        let (questions, receiver) = mpsc::unbounded_channel();
        tokio::spawn(gather(Arc::new(source), window, receiver));
        Self { questions }
    }

    /// What is known of `key`; `None` when there is nothing by that name.
    ///
    /// # Errors
    /// That of the call, for all who shared it.
    pub async fn get(&self, key: &str) -> Result<Option<T>> {
        let (sender, answer) = oneshot::channel();
        let asked = self.questions.send((key.to_owned(), sender));
        let answered = if asked.is_ok() { answer.await.ok() } else { None };
        // The task ends with the last clone, which is this one at the earliest.
        answered.unwrap_or(Ok(None))
    }
}

async fn gather<S: Source>(source: Arc<S>, window: Window, mut questions: mpsc::UnboundedReceiver<Question<S::Item>>) {
    while let Some((key, sender)) = questions.recv().await {
        let mut waiting = BTreeMap::from([(key, vec![sender])]);
        let end = Instant::now() + window.delay;
        while waiting.len() < window.most {
            let Ok(Some((key, sender))) = tokio::time::timeout_at(end, questions.recv()).await else {
                break;
            };
            waiting.entry(key).or_default().push(sender);
        }
        tokio::spawn(answer(source.clone(), waiting));
    }
}

async fn answer<S: Source>(source: Arc<S>, waiting: BTreeMap<String, Vec<Answer<S::Item>>>) {
    let fetched = source.fetch(waiting.keys().cloned().collect()).await;
    let fetched = fetched.map(|items| items.into_iter().collect::<BTreeMap<_, _>>());
    for (key, senders) in waiting {
        let answer = fetched
            .as_ref()
            .map(|items| items.get(&key).cloned())
            .map_err(Clone::clone);
        for sender in senders {
            // Whoever has gone does not need it.
            let _gone = sender.send(answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;

    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<Vec<Vec<String>>>>);

    #[async_trait]
    impl Source for Recorder {
        type Item = usize;

        async fn fetch(&self, keys: Vec<String>) -> Result<Vec<(String, usize)>> {
            self.0.lock().push(keys.clone());
            Ok(keys
                .into_iter()
                .filter(|key| key != "absent")
                .map(|key| (key.clone(), key.len()))
                .collect())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn questions_that_come_together_are_one_call() {
        let recorder = Recorder::default();
        let window = Window {
            most: 3,
            delay: Duration::from_millis(50),
        };
        let batch = Batch::new(recorder.clone(), window);
        let answers = tokio::join!(
            batch.get("a"),
            batch.get("absent"),
            batch.get("a"),
            batch.get("bb"),
            batch.get("ccc")
        );
        assert_eq!(answers.0.unwrap(), Some(1));
        assert_eq!(answers.1.unwrap(), None);
        assert_eq!(
            (answers.2.unwrap(), answers.3.unwrap(), answers.4.unwrap()),
            (Some(1), Some(2), Some(3))
        );
        assert_eq!(*recorder.0.lock(), [vec!["a", "absent", "bb"], vec!["ccc"]]);
    }
}
