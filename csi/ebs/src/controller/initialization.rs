//! Volumes that are used only when all their blocks have come from their snapshot.

use super::{Controller, ControllerError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The shortest and the longest pause between questions.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// Beyond it the cluster asks again.
const PATIENCE: Duration = Duration::from_mins(5);

impl Controller {
    /// Waits until a volume is initialized.
    pub(super) async fn wait_until_initialized(&self, id: &str) -> Result<(), ControllerError> {
        let end = Instant::now() + PATIENCE;
        loop {
            let status = self.describe.initialization.get(id).await;
            let status = status.map_err(ControllerError::aws(format!("see how far volume {id} is initialized")))?;
            let Some(status) = status.filter(|status| !status.completed) else {
                return Ok(());
            };
            let pause = status
                .remaining
                .map_or(LONGEST, Duration::from_secs)
                .clamp(SHORTEST, LONGEST);
            if Instant::now() + pause > end {
                return Err(ControllerError::NotYet {
                    subject: format!("volume {id}"),
                    state: "initializing".into(),
                });
            }
            sleep(pause).await;
        }
    }
}
