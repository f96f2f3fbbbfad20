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

/// Totals of one Application Load Balancer at one moment ("CloudWatch metrics for your Application Load Balancer").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// `NewConnectionCount`
    pub new_connections: u64,
    /// `RequestCount`
    pub requests: u64,
    /// `HTTPCode_ELB_3XX_Count`, `_4XX_`, `_5XX_`: answers of the load balancer's own, by the first digit of the status (2 to 5).
    pub elb_codes: [u64; 4],
    /// `HTTPCode_Target_2XX_Count` to `_5XX_`: answers of targets, by the first digit of the status (2 to 5).
    pub target_codes: [u64; 4],
    /// `TargetConnectionErrorCount`
    pub target_connection_errors: u64,
}

/// The live totals behind [`Flows`] and [`Requests`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) active: AtomicU64,
    pub(crate) new: AtomicU64,
    pub(crate) bytes_to_targets: AtomicU64,
    pub(crate) bytes_to_clients: AtomicU64,
    pub(crate) client_resets: AtomicU64,
    pub(crate) target_resets: AtomicU64,
    pub(crate) elb_resets: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) target_connection_errors: AtomicU64,
    elb_codes: [AtomicU64; 4],
    target_codes: [AtomicU64; 4],
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

    pub(crate) fn read_requests(&self) -> Requests {
        let read = |codes: &[AtomicU64; 4]| std::array::from_fn(|class| codes[class].load(Relaxed));
        Requests {
            new_connections: self.new.load(Relaxed),
            requests: self.requests.load(Relaxed),
            elb_codes: read(&self.elb_codes),
            target_codes: read(&self.target_codes),
            target_connection_errors: self.target_connection_errors.load(Relaxed),
        }
    }

    /// Counts an answer of the load balancer's own.
    pub(crate) fn count_own(&self, status: u16) {
        count(&self.elb_codes, status);
    }

    /// Counts an answer of a target.
    pub(crate) fn count_target(&self, status: u16) {
        count(&self.target_codes, status);
    }
}

fn count(codes: &[AtomicU64; 4], status: u16) {
    let class = usize::from(status / 100).checked_sub(2);
    if let Some(count) = class.and_then(|class| codes.get(class)) {
        count.fetch_add(1, Relaxed);
    }
}
