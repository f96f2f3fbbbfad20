//! The controller's side: volumes, attachments and snapshots by calls of EC2.

mod attach;
mod attachment;
mod create;
mod devices;
mod error;
mod expand;
mod initialization;
mod iops_limit;
mod modify;
mod named;
mod plan;
mod service;
mod snapshots;

pub use error::{ControllerError, is_absent};

use crate::describe::Describe;
use crate::tags::TagSettings;
use aws_api::Ebs;
use csi_core::{Operations, Rpcs};
use devices::Devices;
use iops_limit::IopsLimits;
use modify::Coalescer;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What the flags say.
#[derive(Debug, Clone)]
pub struct ControllerSettings {
    /// About tags.
    pub tags: TagSettings,
    /// Whether questions wait for each other.
    pub batching: bool,
    /// How long changes of one volume wait for each other.
    pub modify_window: Duration,
    /// Whether volumes may be declared by the device that each node has of its own.
    pub node_local: bool,
}

/// The controller's side. Clones share all state.
#[derive(Clone)]
pub struct Controller {
    ebs: Arc<dyn Ebs>,
    describe: Describe,
    operations: Operations,
    devices: Devices,
    iops_limits: IopsLimits,
    coalescer: Coalescer,
    /// Attempts by the names of volumes whose client token EC2 has for another request.
    attempts: Arc<Mutex<BTreeMap<String, u32>>>,
    settings: Arc<ControllerSettings>,
    rpcs: Rpcs,
}

impl Controller {
    /// A controller over `ebs`. Must be called within a runtime.
    #[must_use]
    pub fn new(ebs: Arc<dyn Ebs>, settings: ControllerSettings, rpcs: Rpcs) -> Self {
        let describe = Describe::new(&ebs, settings.batching);
        Self {
            coalescer: Coalescer::new(settings.modify_window),
            iops_limits: IopsLimits::new(ebs.clone()),
            operations: Operations::default(),
            devices: Devices::default(),
            attempts: Arc::default(),
            settings: Arc::new(settings),
            describe,
            ebs,
            rpcs,
        }
    }
}
