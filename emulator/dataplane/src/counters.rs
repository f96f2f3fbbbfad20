//! What has flowed through each load balancer, in the terms of its CloudWatch metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Totals of one load balancer at one moment ("CloudWatch metrics for your Network Load Balancer").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flows {
    /// `ActiveFlowCount`: flows that are open now.
    pub active: u64,
    /// `NewFlowCount`: flows that were ever begun.
    pub new: u64,
    /// Bytes from clients to targets; with `bytes_to_clients`, `ProcessedBytes`.
    pub bytes_to_targets: u64,
    /// Bytes from targets to clients.
    pub bytes_to_clients: u64,
    /// `TCP_Client_Reset_Count`
    pub client_resets: u64,
    /// `TCP_Target_Reset_Count`
    pub target_resets: u64,
    /// `TCP_ELB_Reset_Count`: idle for too long, cut, or without a target that could be reached.
    pub elb_resets: u64,
}

/// The live totals behind [`Flows`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) active: AtomicU64,
    pub(crate) new: AtomicU64,
    pub(crate) bytes_to_targets: AtomicU64,
    pub(crate) bytes_to_clients: AtomicU64,
    pub(crate) client_resets: AtomicU64,
    pub(crate) target_resets: AtomicU64,
    pub(crate) elb_resets: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Flows {
        Flows {
            active: self.active.load(Relaxed),
            new: self.new.load(Relaxed),
            bytes_to_targets: self.bytes_to_targets.load(Relaxed),
            bytes_to_clients: self.bytes_to_clients.load(Relaxed),
            client_resets: self.client_resets.load(Relaxed),
            target_resets: self.target_resets.load(Relaxed),
            elb_resets: self.elb_resets.load(Relaxed),
        }
    }
}
