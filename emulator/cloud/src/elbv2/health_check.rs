//! Health check settings of target groups.

mod matcher;
mod settings;

pub use matcher::Matcher;
pub use settings::{CheckedGroup, HealthCheckSettings};

use crate::ApiError;
use serde::{Deserialize, Serialize};

/// How the targets of a group are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// Protocol of checks; what it is for functions does not matter.
    pub protocol: CheckProtocol,
    /// A port number, or `traffic-port` for that of the target.
    pub port: String,
    /// Whether targets are checked: always, but for functions.
    pub enabled: bool,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds until a check without an answer has failed.
    pub timeout: u32,
    /// Successes in a row until healthy.
    pub healthy_threshold: u32,
    /// Failures in a row until unhealthy.
    pub unhealthy_threshold: u32,
    /// Path, not with TCP; with gRPC the method that is called.
    pub path: Option<String>,
    /// Codes that pass, not with TCP.
    pub matcher: Option<Matcher>,
}

/// Protocols of health checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CheckProtocol {
    /// A connection that is accepted.
    Tcp,
    /// A request with an answer that passes.
    Http,
    /// The same over TLS, with any certificate.
    Https,
}

impl HealthCheck {
    /// Checks ranges.
    ///
    /// # Errors
    /// `ValidationError` for a value out of its range, a timeout longer than the interval or a path that is none.
    fn check(&self) -> Result<(), ApiError> {
        let ranges = [
            ("interval", self.interval, 5, 300),
            ("timeout", self.timeout, 2, 120),
            ("healthy threshold", self.healthy_threshold, 2, 10),
            ("unhealthy threshold", self.unhealthy_threshold, 2, 10),
        ];
        for (what, value, low, high) in ranges {
            if !(low..=high).contains(&value) {
                let message = format!("Health check {what} '{value}' must be from {low} to {high}");
                return Err(ApiError::new("ValidationError", message));
            }
        }
        if self.timeout > self.interval {
            let message = format!(
                "Health check timeout '{}' must be smaller than or equal to the interval '{}'",
                self.timeout, self.interval
            );
            return Err(ApiError::new("ValidationError", message));
        }
        if self.port != "traffic-port" && !self.port.parse::<u16>().is_ok_and(|port| port > 0) {
            let message = format!(
                "Health check port '{}' must be in the range of 1-65535 or 'traffic-port'",
                self.port
            );
            return Err(ApiError::new("ValidationError", message));
        }
        let is_path = |path: &String| path.starts_with('/') && path.len() <= 1024;
        if self.path.as_ref().is_some_and(|path| !is_path(path)) {
            let message = "Health check path must begin with '/' and have from 1 to 1024 characters";
            return Err(ApiError::new("ValidationError", message));
        }
        Ok(())
    }
}
