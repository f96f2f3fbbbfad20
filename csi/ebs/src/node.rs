//! The node's side: devices become mounts.

pub mod attach_limit;
mod device;
mod error;
mod expand;
mod info;
mod publish;
mod service;
mod stage;
mod stats;

pub use error::NodeError;

use crate::metadata::MetadataSources;
use csi_core::{Operations, Rpcs};
use std::path::PathBuf;
use std::sync::Arc;

/// What the flags say.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// Where devices are: `/dev`.
    pub dev: PathBuf,
    /// How many volumes the node takes, whatever its instance type.
    pub attach_limit: Option<i64>,
    /// How many attachments are not for volumes of the driver; found out when absent.
    pub reserved_attachments: Option<i64>,
    /// Whether XFS is made without what old kernels do not read.
    pub legacy_xfs: bool,
}

/// The node's side. Clones share all state.
#[derive(Clone)]
pub struct Node {
    metadata: MetadataSources,
    operations: Operations,
    settings: Arc<NodeSettings>,
    rpcs: Rpcs,
}

impl Node {
    /// A node that knows itself by `metadata`.
    #[must_use]
    pub fn new(metadata: MetadataSources, settings: NodeSettings, rpcs: Rpcs) -> Self {
        Self {
            metadata,
            operations: Operations::default(),
            settings: Arc::new(settings),
            rpcs,
        }
    }
}

/// Runs what blocks where threads may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Only a panic ends it otherwise: nothing aborts it.
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
