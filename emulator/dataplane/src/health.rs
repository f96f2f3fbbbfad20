//! When a target is probed and what its state is: a state machine without clock or socket.
//!
//! "Health checks for Network Load Balancer target groups": thresholds count consecutive results, both ways.

use std::time::{Duration, Instant};

use crate::{
    config::HealthCheck,
    options::Timing,
    report::{HealthReason, HealthState},
};

pub(crate) mod probe;

/// What one probe saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    /// No connection, or an answer that is not understood.
    Failed,
    /// No answer in time.
    TimedOut,
    /// An answer with a status that the matcher does not count as a success.
    Mismatch(u16),
}

/// A target's state, and why when it is not healthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) state: HealthState,
    /// The failure that decided an unhealthy state.
    pub(crate) cause: Option<Outcome>,
}

impl Health {
    pub(crate) const INITIAL: Self = Self {
        state: HealthState::Initial,
        cause: None,
    };
    const HEALTHY: Self = Self {
        state: HealthState::Healthy,
        cause: None,
    };

    /// Reason code and description of API `TargetHealth`.
    pub(crate) fn reason(self) -> Option<(HealthReason, String)> {
        match (self.state, self.cause) {
            (HealthState::Healthy, _) => None,
            (HealthState::Initial, _) => Some((
                HealthReason::InitialHealthChecking,
                "Initial health checks in progress".to_owned(),
            )),
            (HealthState::Unhealthy, Some(Outcome::TimedOut)) => {
                Some((HealthReason::Timeout, "Request timed out".to_owned()))
            }
            (HealthState::Unhealthy, Some(Outcome::Mismatch(status))) => Some((
                HealthReason::ResponseCodeMismatch,
                format!("Health checks failed with these codes: [{status}]"),
            )),
            (HealthState::Unhealthy, _) => Some((HealthReason::FailedHealthChecks, "Health checks failed".to_owned())),
        }
    }
}

/// What of a health check's settings the state machine needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    healthy_threshold: u32,
    unhealthy_threshold: u32,
    interval: Duration,
    initial_after_success: Duration,
    initial_after_failure: Duration,
}

impl Schedule {
    pub(crate) fn new(check: &HealthCheck, timing: Timing) -> Self {
        let (initial_after_success, initial_after_failure) = timing.initial(check.interval);
        Self {
            healthy_threshold: check.healthy_threshold,
            unhealthy_threshold: check.unhealthy_threshold,
            interval: timing.interval(check.interval),
            initial_after_success,
            initial_after_failure,
        }
    }
}

/// The health of one target as its probes tell it.
#[derive(Debug)]
pub(crate) struct Monitor {
    schedule: Schedule,
    health: Health,
    /// Results in a row of the same kind: how many, and whether successes.
    run: (u32, bool),
    next_probe: Instant,
    /// From 0 to 1: moves this target's probes away from those of targets that were registered together with it.
    jitter: f64,
}

impl Monitor {
    /// A target of known or initial health, to be probed from `start` on.
    pub(crate) fn new(schedule: Schedule, health: Health, start: Instant, jitter: f64) -> Self {
        let next_probe = start + schedule.initial_after_success.mul_f64(jitter);
        Self {
            schedule,
            health,
            run: (0, true),
            next_probe,
            jitter,
        }
    }

    /// When the next probe is due.
    pub(crate) fn next_probe(&self) -> Instant {
        self.next_probe
    }

    /// Takes the result of the probe that was begun at `begun` and has just ended, at `now`. `Some` when it changes the target's health.
    pub(crate) fn on_result(&mut self, outcome: Outcome, begun: Instant, now: Instant) -> Option<Health> {
        let success = outcome == Outcome::Success;
        self.run = if self.run.1 == success {
            (self.run.0.saturating_add(1), success)
        } else {
            (1, success)
        };
        let transition = self.decide(outcome);
        let was_initial = self.health.state == HealthState::Initial;
        self.health = transition.unwrap_or(self.health);
        let pause = match (self.health.state, success) {
            (HealthState::Initial, true) => self.schedule.initial_after_success,
            (HealthState::Initial, false) => self.schedule.initial_after_failure,
            _ if was_initial => self.schedule.interval.mul_f64(1.0 - self.jitter / 2.0),
            _ => self.schedule.interval,
        };
        // Probes keep their pace whatever each takes, but never catch up in a burst.
        self.next_probe = (begun + pause).max(now);
        transition
    }

    fn decide(&self, outcome: Outcome) -> Option<Health> {
        let (length, success) = self.run;
        let (threshold, next) = match success {
            true => (self.schedule.healthy_threshold, Health::HEALTHY),
            false => (
                self.schedule.unhealthy_threshold,
                Health {
                    state: HealthState::Unhealthy,
                    cause: Some(outcome),
                },
            ),
        };
        (length >= threshold && next != self.health).then_some(next)
    }
}

#[cfg(test)]
mod tests;
