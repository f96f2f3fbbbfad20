//! A certificate that somebody else puts into files, and renews there.

use super::identity::Identity;
use super::{LOOK_AGAIN, Publisher, WebhookError};
use crate::chain::Chain;
use std::path::{Path, PathBuf};

/// Where it is.
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Files {
    pub(super) fn load(&self) -> Result<Identity, WebhookError> {
        Ok(Identity {
            authorities: String::new(),
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
        })
    }

    /// Publishes what the files hold whenever that changes. What cannot be used is logged, and what was before serves on.
    pub(super) async fn follow(self, mut current: Identity, identity: Publisher) {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            let newest = match self.load() {
                Ok(newest) if newest == current => continue,
                Ok(newest) => newest,
                Err(error) => {
                    tracing::warn!(error = %Chain(&error), "the webhooks keep their certificate");
                    continue;
                }
            };
            match identity.publish(&newest) {
                Ok(()) => tracing::info!("the webhooks have a new certificate"),
                Err(error) => tracing::warn!(error = %Chain(&error), "the webhooks keep their certificate"),
            }
            current = newest;
        }
    }
}

/// A file of text.
pub(super) fn read(path: &Path) -> Result<String, WebhookError> {
    std::fs::read_to_string(path).map_err(|source| WebhookError::Read {
        path: path.to_owned(),
        source,
    })
}
