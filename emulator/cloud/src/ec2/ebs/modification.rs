//! The latest change of a volume's settings. See "Request Amazon EBS volume modifications" in the EBS User Guide.

use super::settings::Settings;
use crate::Timestamp;
use serde::Serialize;

/// A modification: from what to what, and when.
#[derive(Debug, Clone)]
pub struct Modification {
    /// What the volume was.
    pub original: Settings,
    /// What it becomes.
    pub target: Settings,
    /// When it was asked for.
    pub started: Timestamp,
    /// From when on the volume is as asked for.
    pub optimizing_from: Timestamp,
    /// When it is over.
    pub completed_from: Timestamp,
    /// From when on there may be another.
    pub next_from: Timestamp,
}

impl Modification {
    /// `modifying`, `optimizing` or `completed`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        if now < self.optimizing_from {
            "modifying"
        } else if now < self.completed_from {
            "optimizing"
        } else {
            "completed"
        }
    }

    /// Percent: 0 until the volume is as asked for, then by time.
    fn progress(&self, now: Timestamp) -> u64 {
        percent(self.optimizing_from, self.completed_from, now)
    }
}

/// How much of the time from `start` to `end` is over.
pub(super) fn percent(start: Timestamp, end: Timestamp, now: Timestamp) -> u64 {
    if now >= end {
        return 100;
    }
    let (gone, whole) = (now.0.saturating_sub(start.0), end.0.saturating_sub(start.0));
    (gone * 100).checked_div(whole).unwrap_or(100)
}

/// A modification in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModificationItem {
    volume_id: String,
    modification_state: &'static str,
    original_size: u32,
    original_volume_type: &'static str,
    original_iops: Option<u32>,
    original_throughput: Option<u32>,
    original_multi_attach_enabled: bool,
    target_size: u32,
    target_volume_type: &'static str,
    target_iops: Option<u32>,
    target_throughput: Option<u32>,
    target_multi_attach_enabled: bool,
    progress: u64,
    start_time: String,
    end_time: Option<String>,
}

impl ModificationItem {
    /// As it is now.
    pub(super) fn new(volume_id: &str, modification: &Modification, now: Timestamp) -> Self {
        let Modification { original, target, .. } = modification;
        Self {
            volume_id: volume_id.to_owned(),
            modification_state: modification.state(now),
            original_size: original.size,
            original_volume_type: original.kind.name(),
            original_iops: original.shown_iops(),
            original_throughput: original.throughput,
            original_multi_attach_enabled: original.multi_attach,
            target_size: target.size,
            target_volume_type: target.kind.name(),
            target_iops: target.shown_iops(),
            target_throughput: target.throughput,
            target_multi_attach_enabled: target.multi_attach,
            progress: modification.progress(now),
            start_time: modification.started.iso8601(),
            end_time: (now >= modification.completed_from).then(|| modification.completed_from.iso8601()),
        }
    }
}
