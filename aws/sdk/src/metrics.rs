//! What was called, how it ended, how long it took.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Labels of a finished call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CallLabels {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    /// HTTP status; empty when there was no answer.
    pub(crate) status_code: String,
    /// Error code; empty on success.
    pub(crate) error_code: String,
}

/// Labels of what is counted by operation alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OperationLabels {
    pub(crate) service: String,
    pub(crate) operation: String,
}

/// Metrics of all calls, with the names of the Go controller: `aws_api_calls_total` and so on.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) calls: Family<CallLabels, Counter>,
    pub(crate) requests: Family<OperationLabels, Counter>,
    pub(crate) duration: Family<OperationLabels, Histogram, fn() -> Histogram>,
}

impl Metrics {
    /// Registers the metrics.
    #[must_use]
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            calls: Family::default(),
            requests: Family::default(),
            duration: Family::new_with_constructor(|| Histogram::new(SECONDS)),
        };
        registry.register("aws_api_calls", "Calls, retries not counted", metrics.calls.clone());
        registry.register(
            "aws_api_requests",
            "HTTP requests, retries counted",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "aws_api_call_duration",
            "Time per call, retries included",
            Unit::Seconds,
            metrics.duration.clone(),
        );
        metrics
    }

    pub(crate) fn observe(&self, labels: &CallLabels, took: Duration) {
        self.calls.get_or_create(labels).inc();
        let operation = OperationLabels {
            service: labels.service.to_owned(),
            operation: labels.operation.to_owned(),
        };
        self.duration.get_or_create(&operation).observe(took.as_secs_f64());
    }
}

/// Bucket bounds of call durations.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Counts every request that goes out, so that requests minus calls are the retries.
#[dyn_dispatch_hint]
impl Intercept for Metrics {
    fn name(&self) -> &'static str {
        "Metrics"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            let labels = OperationLabels {
                service: metadata.service().to_owned(),
                operation: metadata.name().to_owned(),
            };
            self.requests.get_or_create(&labels).inc();
        }
        Ok(())
    }
}
