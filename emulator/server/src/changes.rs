//! Tells who waits for it that EC2 may look different: `GET /_seatrial/changes`. What has changed is to be read from EC2.

use crate::account::{Account, now};
use cloud::Timestamp;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How long to wait for a change. Nobody minds hearing of none.
const LONGEST: Duration = Duration::from_secs(20);

/// How many calls have changed the cloud, and who waits for the next.
#[derive(Debug)]
pub(crate) struct Changes {
    writes: watch::Sender<u64>,
    ended: CancellationToken,
}

/// A moment in a cloud's life: how many calls had changed it, and what time it was. What changes by itself is found by the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    writes: u64,
    now: Timestamp,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (writes, now) = text.split_once('.')?;
        Some(Self {
            writes: writes.parse().ok()?,
            now: Timestamp(now.parse().ok()?),
        })
    }

    fn text(self) -> String {
        format!("{}.{}\n", self.writes, self.now.0)
    }
}

impl Changes {
    /// Of a cloud that so many calls have changed.
    pub(crate) fn new(writes: u64) -> Self {
        Self {
            writes: watch::Sender::new(writes),
            ended: CancellationToken::new(),
        }
    }

    /// A call has changed the cloud.
    pub(crate) fn made(&self, writes: u64) {
        self.writes.send_replace(writes);
    }

    /// Nobody waits any more.
    pub(crate) fn end(&self) {
        self.ended.cancel();
    }

    /// Waits until the volumes of a region may differ from what they were at the cursor `after`, but not for ever; the next cursor.
    /// Without a cursor, or with one of another life, it does not wait.
    pub(crate) async fn after(&self, account: &Account, region: &str, after: &str) -> String {
        let mut writes = self.writes.subscribe();
        let deadline = tokio::time::Instant::now() + LONGEST;
        loop {
            let cursor = Cursor {
                writes: *writes.borrow_and_update(),
                now: now(),
            };
            let Some(seen) = Cursor::parse(after).filter(|seen| seen.writes == cursor.writes) else {
                return cursor.text();
            };
            let next = account.look(|cloud| cloud.region(region).ec2.ebs.next_change(seen.now));
            if next.is_some_and(|next| next <= cursor.now) {
                return cursor.text();
            }
            let by_itself = async {
                match next {
                    Some(next) => tokio::time::sleep(Duration::from_millis(next.0 - cursor.now.0)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = writes.changed() => {}
                () = by_itself => {}
                () = tokio::time::sleep_until(deadline) => return cursor.text(),
                () = self.ended.cancelled() => return cursor.text(),
            }
        }
    }
}
