//! Health check settings of target groups.

use crate::ApiError;
use serde::{Deserialize, Serialize};

/// How the targets of a group are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// Protocol of checks.
    pub protocol: CheckProtocol,
    /// A port number, or `traffic-port` for that of the target.
    pub port: String,
    /// Always on for instances and addresses.
    pub enabled: bool,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds until a check without an answer has failed.
    pub timeout: u32,
    /// Successes in a row until healthy.
    pub healthy_threshold: u32,
    /// Failures in a row until unhealthy.
    pub unhealthy_threshold: u32,
    /// Path, HTTP and HTTPS only.
    pub path: Option<String>,
    /// Codes that pass, HTTP and HTTPS only.
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

/// HTTP codes that pass, such as `200-399` or `200,204`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Matcher {
    /// Codes and ranges of codes, separated by commas.
    pub http_code: String,
}

/// What a request says about health checks; what it leaves out stays, or is AWS's default.
#[derive(Debug, Clone, Default)]
pub struct HealthCheckSettings {
    /// Protocol; TCP unless set.
    pub protocol: Option<CheckProtocol>,
    /// Port; that of the traffic unless set.
    pub port: Option<String>,
    /// Whether targets are checked; they must be.
    pub enabled: Option<bool>,
    /// Path; `/` unless set.
    pub path: Option<String>,
    /// Seconds, 5 to 300; 30 unless set.
    pub interval: Option<u32>,
    /// Seconds, 2 to 120; 6 for HTTP and else 10 unless set.
    pub timeout: Option<u32>,
    /// 2 to 10; 5 unless set.
    pub healthy_threshold: Option<u32>,
    /// 2 to 10; 2 unless set.
    pub unhealthy_threshold: Option<u32>,
    /// Codes that pass; 200 to 399 unless set.
    pub matcher: Option<Matcher>,
}

impl HealthCheckSettings {
    /// The settings of a new target group.
    ///
    /// # Errors
    /// As [`HealthCheck::check`].
    pub fn for_new(self) -> Result<HealthCheck, ApiError> {
        let protocol = self.protocol.unwrap_or(CheckProtocol::Tcp);
        let defaults = HealthCheck {
            protocol,
            port: "traffic-port".to_owned(),
            enabled: true,
            interval: 30,
            timeout: if protocol == CheckProtocol::Http { 6 } else { 10 },
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            path: None,
            matcher: None,
        };
        self.over(&defaults)
    }

    /// The settings of a target group after a change.
    ///
    /// # Errors
    /// As [`HealthCheck::check`].
    pub fn over(self, current: &HealthCheck) -> Result<HealthCheck, ApiError> {
        let protocol = self.protocol.unwrap_or(current.protocol);
        if protocol == CheckProtocol::Tcp && (self.path.is_some() || self.matcher.is_some()) {
            let message = "Health check path and matcher are not supported with health check protocol TCP";
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        let path = self
            .path
            .or_else(|| current.path.clone())
            .unwrap_or_else(|| "/".to_owned());
        let codes = || Matcher {
            http_code: "200-399".to_owned(),
        };
        let matcher = self.matcher.or_else(|| current.matcher.clone()).unwrap_or_else(codes);
        let speaks_http = protocol != CheckProtocol::Tcp;
        let check = HealthCheck {
            protocol,
            port: self.port.unwrap_or_else(|| current.port.clone()),
            enabled: self.enabled.unwrap_or(current.enabled),
            interval: self.interval.unwrap_or(current.interval),
            timeout: self.timeout.unwrap_or(current.timeout),
            healthy_threshold: self.healthy_threshold.unwrap_or(current.healthy_threshold),
            unhealthy_threshold: self.unhealthy_threshold.unwrap_or(current.unhealthy_threshold),
            path: speaks_http.then_some(path),
            matcher: speaks_http.then_some(matcher),
        };
        check.check()?;
        Ok(check)
    }
}

impl HealthCheck {
    /// Checks ranges.
    ///
    /// # Errors
    /// `ValidationError` for a value out of its range or a timeout longer than the interval; `InvalidConfigurationRequest` for checks
    /// that are switched off.
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
        if !self.enabled {
            let message = "Health checks must be enabled for target groups with target type instance or ip";
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        Ok(())
    }
}
