//! Faults: what a list of them looks like, and which of them a call meets. Pure.
//!
//! A list is JSON. With this one the fourth write is carried out but nobody hears of it, and the first call to `DescribeTargetHealth`
//! is refused, the second late:
//! ```json
//! [
//!   {"skip": 3, "times": 1, "moment": "after", "effect": "kill"},
//!   {"action": "DescribeTargetHealth", "times": 1, "effect": {"error": {"code": "Throttling"}}},
//!   {"action": "DescribeTargetHealth", "times": 1, "effect": {"delayMilliseconds": 250}}
//! ]
//! ```

use cloud::{Access, ApiError, Service};
use serde::{Deserialize, Serialize};

/// One fault. Calls that match it and come after the first `skip` of them meet it, until it has struck `times` times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The action, such as `CreateListener`. If absent, every action that writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Without an action: those that read too.
    #[serde(default)]
    pub reads: bool,
    /// How many matching calls pass before it begins.
    #[serde(default)]
    pub skip: u64,
    /// How many calls meet it; all that follow if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Where in a call it strikes.
    #[serde(default)]
    pub moment: Moment,
    /// What it does.
    pub effect: Effect,
}

/// A moment of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moment {
    /// The call has not been carried out. An error then stands for the answer, and a client that hangs up has called in vain.
    #[default]
    Before,
    /// It has been carried out, and a write that succeeded is in the journal; its answer has not been sent.
    After,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// It is answered with this error.
    Error(Refusal),
    /// It waits this long, or until the list is replaced.
    DelayMilliseconds(u64),
    /// It waits until the list is replaced.
    Hold,
    /// The process ends as by `kill -9`.
    Kill,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The error code, such as `Throttling`.
    pub code: String,
    /// For a person.
    #[serde(default = "injected")]
    pub message: String,
    /// HTTP status, from 400.
    #[serde(default = "bad_request")]
    pub status: u16,
}

fn injected() -> String {
    "A fault that was asked for under /_seatrial/faults".to_owned()
}

fn bad_request() -> u16 {
    400
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, refusal.message).with_status(refusal.status)
    }
}

/// A fault of the current list, and how often it has struck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Injected {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many calls have met it. A call that it holds is among them.
    pub hits: u64,
    /// How many calls have matched it.
    pub matched: u64,
}

/// Why a list of faults is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// It is no JSON, or not of this form.
    #[error("{field}: {reason}; see `seatrial-aws --help`")]
    Json {
        /// Path of the field, such as `[0].effect`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No service has the action.
    #[error("[{index}].action: no service has the action {action}; it would never be met")]
    Action {
        /// Place of the fault in the list.
        index: usize,
        /// What was given.
        action: String,
    },
    /// The error's status is none.
    #[error("[{index}].effect.error.status: {status} is not the status of an error; use one from 400 to 599")]
    Status {
        /// Place of the fault in the list.
        index: usize,
        /// What was given.
        status: u16,
    },
}

/// Reads a list of faults.
///
/// # Errors
/// When it is no JSON, or not of this form.
pub(crate) fn parse(json: &[u8]) -> Result<Vec<Fault>, FaultError> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let refused = |field: String, error: &serde_json::Error| FaultError::Json {
        field,
        reason: error.to_string(),
    };
    let faults = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| refused(error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| refused(".".to_owned(), &error))?;
    Ok(faults)
}

/// Whether each fault can be met and answered.
pub(crate) fn check(faults: &[Fault]) -> Result<(), FaultError> {
    for (index, fault) in faults.iter().enumerate() {
        if let Some(action) = &fault.action
            && !Service::ALL.iter().any(|service| service.access(action).is_some())
        {
            let action = action.clone();
            return Err(FaultError::Action { index, action });
        }
        if let Effect::Error(Refusal { status, .. }) = fault.effect
            && !(400..600).contains(&status)
        {
            return Err(FaultError::Status { index, status });
        }
    }
    Ok(())
}

impl Injected {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            hits: 0,
            matched: 0,
        }
    }

    fn matches(&self, moment: Moment, action: &str, access: Access) -> bool {
        let Fault {
            action: wanted, reads, ..
        } = &self.fault;
        moment == self.fault.moment
            && match wanted {
                Some(wanted) => wanted == action,
                None => *reads || access == Access::Write,
            }
    }

    fn is_due(&self) -> bool {
        self.matched > self.fault.skip && self.fault.times.is_none_or(|times| self.hits < times)
    }
}

/// Counts a call that is at `moment` with every fault that it matches. The first of those that are due strikes it.
pub(crate) fn strike(faults: &mut [Injected], moment: Moment, action: &str, access: Access) -> Option<Effect> {
    let mut struck = None;
    for fault in faults.iter_mut().filter(|fault| fault.matches(moment, action, access)) {
        fault.matched += 1;
        if struck.is_none() && fault.is_due() {
            fault.hits += 1;
            struck = Some(fault.fault.effect.clone());
        }
    }
    struck
}

#[cfg(test)]
mod tests;
