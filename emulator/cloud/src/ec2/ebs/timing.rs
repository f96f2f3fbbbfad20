//! How long EBS takes: as on AWS, and in the short, in milliseconds.

use crate::{Context, Timestamp};

/// A duration in either timing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Takes {
    realistic: u64,
    instant: u64,
}

impl Takes {
    const fn new(realistic: u64, instant: u64) -> Self {
        Self { realistic, instant }
    }

    /// When what begins now is over.
    pub(super) fn over(self, context: &Context) -> Timestamp {
        self.over_from(context.now, context)
    }

    /// When what begins at `start` is over.
    pub(super) fn over_from(self, start: Timestamp, context: &Context) -> Timestamp {
        start.after(context.timing.choose(self.realistic, self.instant))
    }
}

pub(super) const CREATING: Takes = Takes::new(5_000, 5);
pub(super) const ATTACHING: Takes = Takes::new(3_000, 5);
pub(super) const DETACHING: Takes = Takes::new(3_000, 5);
pub(super) const DELETING: Takes = Takes::new(5_000, 5);
pub(super) const MODIFYING: Takes = Takes::new(10_000, 5);
pub(super) const OPTIMIZING: Takes = Takes::new(300_000, 10);
/// From one modification of a volume to the next.
pub(super) const COOLDOWN: Takes = Takes::new(6 * 3_600_000, 0);
pub(super) const SNAPSHOT: Takes = Takes::new(30_000, 20);
/// From one snapshot of a volume to the next.
pub(super) const SNAPSHOT_REST: Takes = Takes::new(15_000, 0);
/// Each of the two steps to a fast restore, and the one away from it.
pub(super) const FAST_RESTORE: Takes = Takes::new(60_000, 5);
/// Copying the blocks of a snapshot or a volume in the background.
pub(super) const INITIALIZING: Takes = Takes::new(120_000, 20);
