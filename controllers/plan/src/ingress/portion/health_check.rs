//! Health checks of target groups: the annotations `healthcheck-*`, `*-threshold-count` and `success-codes`.

use super::backend::ServicePort;
use crate::PlanError;
use crate::port;
use aws_api::elbv2::{HealthCheck, Matcher};
use controllers_api::annotation::Annotations;
use std::ops::RangeInclusive;

const PORT: &str = "healthcheck-port";
/// Seconds that AWS takes.
pub(crate) const INTERVAL: RangeInclusive<i32> = 5..=300;
/// Seconds that AWS takes.
pub(crate) const TIMEOUT: RangeInclusive<i32> = 2..=120;
/// Counts that AWS takes.
pub(crate) const THRESHOLD: RangeInclusive<i32> = 2..=10;

/// How the targets of a target group are checked.
pub(crate) fn read(
    annotations: Annotations<'_>,
    backend: &ServicePort<'_>,
    target_type: &str,
    protocol: &str,
    protocol_version: &str,
) -> Result<HealthCheck, PlanError> {
    let number = |key: &str, bounds, default| annotations.bounded(key, bounds).map(|number| number.unwrap_or(default));
    let grpc = protocol_version == "GRPC";
    let path = annotations
        .text("healthcheck-path")
        .unwrap_or(if grpc { "/AWS.ALB/healthcheck" } else { "/" });
    let codes = annotations
        .text("success-codes")
        .unwrap_or(if grpc { "12" } else { "200" })
        .to_owned();
    Ok(HealthCheck {
        protocol: annotations
            .word("healthcheck-protocol", &["HTTP", "HTTPS"])?
            .unwrap_or(protocol)
            .to_owned(),
        port: checked_port(annotations, backend, target_type)?,
        path: Some(path.to_owned()),
        interval: number("healthcheck-interval-seconds", INTERVAL, 15)?,
        timeout: number("healthcheck-timeout-seconds", TIMEOUT, 5)?,
        healthy_threshold: number("healthy-threshold-count", THRESHOLD, 2)?,
        unhealthy_threshold: number("unhealthy-threshold-count", THRESHOLD, 2)?,
        matcher: Some(if grpc {
            Matcher::Grpc(codes)
        } else {
            Matcher::Http(codes)
        }),
    })
}

fn checked_port(
    annotations: Annotations<'_>,
    backend: &ServicePort<'_>,
    target_type: &str,
) -> Result<String, PlanError> {
    let text = annotations.text(PORT).unwrap_or("traffic-port");
    if text == "traffic-port" || text.parse::<i32>().is_ok() {
        return Ok(text.to_owned());
    }
    port::number_of(backend.ports(), text, target_type).map_err(|expected| {
        let remedy = "write traffic-port, a number, or the name of a port of the Service";
        annotations.error(PORT, expected, remedy).into()
    })
}
