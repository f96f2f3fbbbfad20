//! What the data plane tells: health of targets, and what it could not do.

use std::net::SocketAddrV4;

/// The health of one target changed ("Target health status", API `TargetHealth`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthReport {
    /// ARN of the target group.
    pub target_group_arn: String,
    /// Id of the target, as it was registered.
    pub id: String,
    /// Port of the target, as it was registered.
    pub port: u16,
    /// Its state from now on.
    pub state: HealthState,
    /// Why, unless it is healthy.
    pub reason: Option<HealthReason>,
    /// The same in AWS's words.
    pub description: Option<String>,
}

/// States of a target that probing decides. `unused` and `draining` follow from the configuration, not from probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HealthState {
    /// Not decided yet.
    Initial,
    /// Takes flows.
    Healthy,
    /// Takes flows only when no target is healthy.
    Unhealthy,
}

/// Reason codes of API `TargetHealth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HealthReason {
    /// `Elb.InitialHealthChecking`
    InitialHealthChecking,
    /// `Target.FailedHealthChecks`: no connection, or an answer that is not understood.
    FailedHealthChecks,
    /// `Target.Timeout`: no answer in time.
    Timeout,
    /// `Target.ResponseCodeMismatch`: a status that is not among the successes.
    ResponseCodeMismatch,
}

impl HealthState {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl HealthReason {
    /// The code of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InitialHealthChecking => "Elb.InitialHealthChecking",
            Self::FailedHealthChecks => "Target.FailedHealthChecks",
            Self::Timeout => "Target.Timeout",
            Self::ResponseCodeMismatch => "Target.ResponseCodeMismatch",
        }
    }
}

/// A part of the configuration that is not served. The rest is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// An address could not be bound. Tried again whenever a configuration is applied.
    #[error("listener {listener_arn}: cannot listen on {address}: {reason}")]
    Bind {
        /// The listener.
        listener_arn: String,
        /// What it wanted to bind.
        address: SocketAddrV4,
        /// The system's words.
        reason: String,
    },
    /// A listener's TLS settings cannot be used, so it is not served.
    #[error("listener {listener_arn}: {reason}")]
    Tls {
        /// The listener.
        listener_arn: String,
        /// What is wrong with which of its settings.
        reason: String,
    },
    /// A rule cannot be compiled, so requests pass it over.
    #[error("listener {listener_arn}: rule {priority} is left out: {reason}")]
    Rule {
        /// The listener.
        listener_arn: String,
        /// The rule's priority.
        priority: u32,
        /// What is wrong with it.
        reason: String,
    },
}
