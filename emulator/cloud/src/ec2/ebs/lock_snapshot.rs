//! LockSnapshot.

use super::lock::{DAY, Lock, LockItem, Mode};
use crate::{ApiError, Context, Region, Timestamp};
use serde::Deserialize;

/// Longest lock, in days.
const LONGEST: u32 = 36_500;

/// The snapshot and how it is locked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    snapshot_id: String,
    lock_mode: String,
    cool_off_period: Option<u32>,
    lock_duration: Option<u32>,
    expiration_date: Option<String>,
}

/// The lock.
pub type Output = LockItem;

/// Locks a snapshot, or changes its lock. One of compliance that has cooled off can only be made to last longer.
///
/// # Errors
/// `InvalidSnapshot.NotFound`, `InvalidParameterValue`, `InvalidParameterCombination` for both or neither of LockDuration and
/// ExpirationDate and for a cool-off period of governance, `SnapshotLocked`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2.ebs;
    let id = input.snapshot_id.clone();
    let present = state.snapshot(&id)?.lock.clone();
    let lock = wanted(&input, context.now)?;
    if let Some(present) = present.filter(|lock| lock.state(context.now) == "compliance")
        && (lock.mode != Mode::Compliance || lock.expires < present.expires)
    {
        let message = format!("The snapshot '{id}' is locked in compliance mode; its lock can only be extended.");
        return Err(ApiError::new("SnapshotLocked", message));
    }
    let output = LockItem::new(&id, &lock, context.now);
    if let Some(snapshot) = state.snapshots.get_mut(&id) {
        snapshot.lock = Some(lock);
    }
    Ok(output)
}

fn wanted(input: &Input, now: Timestamp) -> Result<Lock, ApiError> {
    let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
    let mode = match input.lock_mode.as_str() {
        "governance" => Mode::Governance,
        "compliance" => Mode::Compliance,
        other => return Err(invalid(format!("Value ({other}) for parameter lockMode is invalid."))),
    };
    if mode == Mode::Governance && input.cool_off_period.is_some() {
        let message = "The parameter CoolOffPeriod cannot be used with LockMode governance.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    if let Some(hours) = input.cool_off_period.filter(|hours| !(1..=72).contains(hours)) {
        return Err(invalid(format!("Value ({hours}) for parameter coolOffPeriod is invalid. It must be from 1 to 72.")));
    }
    let expires = match (input.lock_duration, &input.expiration_date) {
        (Some(days), None) if (1..=LONGEST).contains(&days) => now.after(u64::from(days) * DAY),
        (Some(days), None) => {
            let message = format!("Value ({days}) for parameter lockDuration is invalid. It must be from 1 to {LONGEST}.");
            return Err(invalid(message));
        }
        (None, Some(date)) => Timestamp::parse(date)
            .filter(|expires| *expires > now)
            .ok_or_else(|| invalid(format!("Value ({date}) for parameter expirationDate is not a time to come.")))?,
        _ => {
            let message = "Exactly one of LockDuration and ExpirationDate must be given.";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    };
    Ok(Lock {
        mode,
        cool_off: input.cool_off_period,
        created: now,
        expires,
    })
}
