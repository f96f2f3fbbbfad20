//! DisableFastSnapshotRestores.

use super::fast_restore::{FastRestore, Key};
use super::timing::FAST_RESTORE;
use super::{State, enable_fast_snapshot_restores};
use crate::{ApiError, Context, Region, Timestamp};

/// Snapshots and zones.
pub type Input = enable_fast_snapshot_restores::Input;

/// What happens to which, and what does not.
pub type Output = enable_fast_snapshot_restores::Output;

/// Disables fast restore of snapshots in zones. What fails is in the answer.
///
/// # Errors
/// `MissingParameter`, `InvalidParameterValue` for a zone that is not there.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let keys = input.keys(region)?;
    let state = &mut region.ec2.ebs;
    let over = FAST_RESTORE.over(context);
    let results = keys.into_iter().map(|key| {
        let result = disable(state, &key, context.now, over);
        (key, result)
    });
    Ok(Output::new(results.collect(), context))
}

fn disable(state: &mut State, key: &Key, now: Timestamp, over: Timestamp) -> Result<FastRestore, ApiError> {
    state.snapshot(&key.0)?;
    let missing = || {
        let message = format!("Fast restore of the snapshot '{}' is not enabled in {}.", key.0, key.1);
        ApiError::new("InvalidParameterValue", message)
    };
    let found = state.fast_restores.get_mut(key).ok_or_else(missing)?;
    found.disabled.get_or_insert((now, over));
    Ok(found.clone())
}
