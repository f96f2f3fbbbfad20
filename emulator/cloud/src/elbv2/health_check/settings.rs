//! What requests say about health checks, over what was there or AWS's defaults.

use super::{CheckProtocol, HealthCheck, Matcher};
use crate::ApiError;
use crate::elbv2::load_balancer::Type;
use crate::elbv2::target_group::{Protocol, ProtocolVersion, TargetType};

/// What a request says about health checks; what it leaves out stays, or is AWS's default.
#[derive(Debug, Clone, Default)]
pub struct HealthCheckSettings {
    /// Protocol; HTTP, or TCP in front of targets that speak no HTTP, unless set.
    pub protocol: Option<CheckProtocol>,
    /// Port; that of the traffic unless set.
    pub port: Option<String>,
    /// Whether targets are checked; all but functions must be.
    pub enabled: Option<bool>,
    /// Path; `/`, with gRPC `/AWS.ALB/healthcheck`, unless set.
    pub path: Option<String>,
    /// Seconds, 5 to 300; 30, for functions 35, unless set.
    pub interval: Option<u32>,
    /// Seconds, 2 to 120; depends on type and protocol unless set.
    pub timeout: Option<u32>,
    /// 2 to 10; 5 unless set.
    pub healthy_threshold: Option<u32>,
    /// 2 to 10; 2 unless set.
    pub unhealthy_threshold: Option<u32>,
    /// Codes that pass; 200, with gRPC 12, behind network load balancers 200 to 399, unless set.
    pub matcher: Option<Matcher>,
}

/// The target group that is checked, as far as checks depend on it.
#[derive(Debug, Clone, Copy)]
pub struct CheckedGroup {
    /// What its targets are.
    pub target_type: TargetType,
    /// Their protocol.
    pub protocol: Option<Protocol>,
    /// And its version.
    pub version: Option<ProtocolVersion>,
}

impl CheckedGroup {
    fn is_of_application(self) -> bool {
        self.protocol
            .is_none_or(|protocol| protocol.belongs_to() == Type::Application)
    }

    fn speaks_grpc(self) -> bool {
        self.version == Some(ProtocolVersion::Grpc)
    }

    fn matcher(self) -> Matcher {
        match (self.speaks_grpc(), self.is_of_application()) {
            (true, _) => Matcher::grpc("12"),
            (false, true) => Matcher::http("200"),
            (false, false) => Matcher::http("200-399"),
        }
    }

    fn path(self) -> &'static str {
        if self.speaks_grpc() {
            "/AWS.ALB/healthcheck"
        } else {
            "/"
        }
    }

    fn protocol(self) -> CheckProtocol {
        let speaks_http = self.is_of_application() || self.target_type == TargetType::Alb;
        if speaks_http {
            CheckProtocol::Http
        } else {
            CheckProtocol::Tcp
        }
    }

    /// The protocol of checks must be one that the targets can answer.
    fn check(self, protocol: CheckProtocol, enabled: bool) -> Result<(), ApiError> {
        let invalid = |message: &str| Err(ApiError::new("InvalidConfigurationRequest", message));
        if !enabled && self.target_type != TargetType::Lambda {
            return invalid("Health checks must be enabled for target groups with target type instance, ip or alb");
        }
        if protocol == CheckProtocol::Tcp && self.protocol() != CheckProtocol::Tcp {
            return invalid("Health check protocol TCP is not supported for target groups of this type and protocol");
        }
        Ok(())
    }
}

impl HealthCheckSettings {
    /// The settings of a new target group.
    ///
    /// # Errors
    /// As [`Self::over`].
    pub fn for_new(self, group: CheckedGroup) -> Result<HealthCheck, ApiError> {
        let protocol = self.protocol.unwrap_or_else(|| group.protocol());
        let is_function = group.target_type == TargetType::Lambda;
        let timeout = match (is_function, group.is_of_application(), protocol) {
            (true, ..) => 30,
            (false, true, _) => 5,
            (false, false, CheckProtocol::Http) => 6,
            (false, false, _) => 10,
        };
        let defaults = HealthCheck {
            protocol,
            port: "traffic-port".to_owned(),
            enabled: !is_function,
            interval: if is_function { 35 } else { 30 },
            timeout,
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            path: None,
            matcher: None,
        };
        self.over(&defaults, group)
    }

    /// The settings of a target group after a change.
    ///
    /// # Errors
    /// `ValidationError` for a value out of its range, a timeout longer than the interval, codes of another protocol or a path that is
    /// none; `InvalidConfigurationRequest` for checks that are switched off or that the targets cannot answer.
    pub fn over(self, current: &HealthCheck, group: CheckedGroup) -> Result<HealthCheck, ApiError> {
        let protocol = self.protocol.unwrap_or(current.protocol);
        let speaks_http = protocol != CheckProtocol::Tcp;
        if !speaks_http && (self.path.is_some() || self.matcher.is_some()) {
            let message = "Health check path and matcher are not supported with health check protocol TCP";
            return Err(ApiError::new("InvalidConfigurationRequest", message));
        }
        let enabled = self.enabled.unwrap_or(current.enabled);
        group.check(protocol, enabled)?;
        let path = self
            .path
            .or_else(|| current.path.clone())
            .unwrap_or_else(|| group.path().to_owned());
        let matcher = self
            .matcher
            .or_else(|| current.matcher.clone())
            .unwrap_or_else(|| group.matcher());
        if speaks_http {
            let range = if group.speaks_grpc() {
                0..=99
            } else if group.is_of_application() {
                200..=499
            } else {
                200..=599
            };
            matcher.check(group.speaks_grpc(), &range)?;
        }
        let check = HealthCheck {
            protocol,
            port: self.port.unwrap_or_else(|| current.port.clone()),
            enabled,
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
