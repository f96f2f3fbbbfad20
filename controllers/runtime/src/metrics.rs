//! Metrics of reconciles, with the names of the Go controller (prefix `awslbc_`).

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicI64;
use tokio::time::Instant;

/// Bucket bounds of stages, in seconds.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    controller: &'static str,
    error_category: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabels {
    controller: &'static str,
    reconcile_stage: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResourceLabels {
    resource: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WebhookLabels {
    webhook_name: &'static str,
    error_category: &'static str,
}

/// Counters and durations of one controller.
#[derive(Debug, Clone)]
pub struct Metrics {
    controller: &'static str,
    errors: Family<ErrorLabels, Counter>,
    stages: Family<StageLabels, Histogram, fn() -> Histogram>,
    cached: Family<ResourceLabels, Gauge<i64, AtomicI64>>,
    refused: Family<WebhookLabels, Counter>,
}

impl Metrics {
    /// Registers the metrics of `controller`: `service` or `targetGroupBinding`.
    #[must_use]
    pub fn register(registry: &mut Registry, controller: &'static str) -> Self {
        let metrics = Self {
            controller,
            errors: Family::default(),
            stages: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            cached: Family::default(),
            refused: Family::default(),
        };
        let registry = registry.sub_registry_with_prefix("awslbc");
        registry.register(
            "controller_reconcile_errors",
            "Failed reconciles by what failed",
            metrics.errors.clone(),
        );
        registry.register(
            "controller_reconcile_stage_duration",
            "Seconds per step of a reconcile",
            metrics.stages.clone(),
        );
        registry.register(
            "controller_cache_object_total",
            "Objects in the cache",
            metrics.cached.clone(),
        );
        registry.register(
            "webhook_validation_failure",
            "Objects refused by what was wrong with them",
            metrics.refused.clone(),
        );
        metrics
    }

    /// Counts a failure of a category such as `build_model_error`.
    pub fn failed(&self, error_category: &'static str) {
        self.errors
            .get_or_create(&ErrorLabels {
                controller: self.controller,
                error_category,
            })
            .inc();
    }

    /// Counts an object that a webhook refused because it failed a check.
    pub fn refused(&self, webhook_name: &'static str, error_category: &'static str) {
        self.refused
            .get_or_create(&WebhookLabels {
                webhook_name,
                error_category,
            })
            .inc();
    }

    /// Runs one step, such as `build_model`, and notes how long it took.
    pub async fn time<T>(&self, reconcile_stage: &'static str, step: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let result = step.await;
        let labels = StageLabels {
            controller: self.controller,
            reconcile_stage,
        };
        self.stages
            .get_or_create(&labels)
            .observe(begun.elapsed().as_secs_f64());
        result
    }

    /// Notes how many objects of a resource, such as `service`, are cached.
    pub fn cached(&self, resource: &'static str, count: usize) {
        self.cached
            .get_or_create(&ResourceLabels { resource })
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
