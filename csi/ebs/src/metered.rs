//! EBS with the Go driver's metrics of calls.

use async_trait::async_trait;
use aws_api::ebs::{
    Attachment, Ebs, Initialization, InstanceDevices, Modification, NewSnapshot, NewVolume, Snapshot, SnapshotLock,
    Volume, VolumeChange, VolumeCopy,
};
use aws_api::ec2::AvailabilityZone;
use aws_api::{AwsError, ErrorClass, Filters, Result, Tags};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use std::time::Instant;

/// Bucket bounds of calls, in seconds: the defaults of Prometheus.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    request: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    request: &'static str,
    error: String,
}

/// `aws_ebs_csi_api_request_*`; with `cloudprovider_aws_*` too if asked.
#[derive(Debug, Clone)]
pub struct CallMetrics {
    duration: Family<RequestLabels, Histogram, fn() -> Histogram>,
    errors: Family<ErrorLabels, Counter>,
    throttles: Family<RequestLabels, Counter>,
}

impl CallMetrics {
    /// Registers the metrics; `deprecated` under their former names as well.
    #[must_use]
    pub fn register(registry: &mut Registry, deprecated: bool) -> Self {
        let metrics = Self {
            duration: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            errors: Family::default(),
            throttles: Family::default(),
        };
        let prefixes = ["aws_ebs_csi"]
            .into_iter()
            .chain(deprecated.then_some("cloudprovider_aws"));
        for prefix in prefixes {
            let registry = registry.sub_registry_with_prefix(prefix);
            let duration = metrics.duration.clone();
            registry.register_with_unit(
                "api_request_duration",
                "Time of calls that succeeded",
                Unit::Seconds,
                duration,
            );
            registry.register("api_request_errors", "Calls that failed", metrics.errors.clone());
            registry.register(
                "api_request_throttles",
                "Calls that came too often",
                metrics.throttles.clone(),
            );
        }
        metrics
    }

    async fn time<T>(&self, request: &'static str, call: impl Future<Output = Result<T>>) -> Result<T> {
        let started = Instant::now();
        let answer = call.await;
        match &answer {
            Ok(_) => {
                self.duration
                    .get_or_create(&RequestLabels { request })
                    .observe(started.elapsed().as_secs_f64());
            }
            Err(error) => self.failed(request, error),
        }
        answer
    }

    fn failed(&self, request: &'static str, error: &AwsError) {
        let labels = ErrorLabels {
            request,
            error: error.code.clone(),
        };
        self.errors.get_or_create(&labels).inc();
        if error.class() == ErrorClass::Throttled {
            self.throttles.get_or_create(&RequestLabels { request }).inc();
        }
    }
}

/// EBS whose calls are counted.
#[derive(Clone)]
pub struct Metered {
    /// What makes the calls.
    pub ebs: Arc<dyn Ebs>,
    /// What counts them.
    pub metrics: CallMetrics,
}

/// The calls that are counted under the name of their action.
macro_rules! metered {
    ($($call:ident $action:literal ($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Ebs for Metered {
            async fn dry_run_create_volume(&self, new: &NewVolume) -> Option<AwsError> {
                self.ebs.dry_run_create_volume(new).await
            }
            async fn probe(&self) -> Result<()> {
                self.ebs.probe().await
            }
            $(async fn $call(&self, $($argument: $kind),*) -> Result<$answer> {
                self.metrics.time($action, self.ebs.$call($($argument),*)).await
            })*
        }
    };
}

metered! {
    describe_zones "DescribeAvailabilityZones" () -> Vec<AvailabilityZone>;
    create_volume "CreateVolume" (new: &NewVolume) -> Volume;
    copy_volume "CopyVolumes" (copy: &VolumeCopy) -> Volume;
    delete_volume "DeleteVolume" (id: &str) -> ();
    attach_volume "AttachVolume" (id: &str, instance: &str, device: &str, card: Option<i32>) -> Attachment;
    detach_volume "DetachVolume" (id: &str, instance: &str) -> ();
    modify_volume "ModifyVolume" (id: &str, change: &VolumeChange) -> Modification;
    describe_volumes "DescribeVolumes" (filters: &Filters) -> Vec<Volume>;
    describe_modifications "DescribeVolumesModifications" (ids: &[String]) -> Vec<Modification>;
    describe_initialization "DescribeVolumeStatus" (ids: &[String]) -> Vec<Initialization>;
    create_snapshot "CreateSnapshot" (new: &NewSnapshot) -> Snapshot;
    delete_snapshot "DeleteSnapshot" (id: &str) -> ();
    describe_snapshots "DescribeSnapshots" (filters: &Filters) -> Vec<Snapshot>;
    snapshot_page "DescribeSnapshots" (filters: &Filters, size: i32, token: Option<String>) -> (Vec<Snapshot>, Option<String>);
    enable_fast_restore "EnableFastSnapshotRestores" (snapshot: &str, zones: &[String]) -> ();
    lock_snapshot "LockSnapshot" (snapshot: &str, lock: &SnapshotLock) -> ();
    describe_instance_devices "DescribeInstances" (ids: &[String]) -> Vec<InstanceDevices>;
    ebs_cards "DescribeInstanceTypes" (kind: &str) -> Option<i32>;
    create_tags "CreateTags" (id: &str, tags: &Tags) -> ();
    delete_tags "DeleteTags" (id: &str, keys: &[String]) -> ();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn metrics_have_the_documented_names() {
        let mut registry = Registry::default();
        let metrics = CallMetrics::register(&mut registry, true);
        let throttled = AwsError {
            operation: "AttachVolume",
            code: "RequestLimitExceeded".into(),
            message: String::new(),
            request_id: None,
        };
        let _throttled = metrics.time("AttachVolume", async { Err::<(), _>(throttled) }).await;
        let _done = metrics.time("CreateVolume", async { Ok(()) }).await;
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            r#"aws_ebs_csi_api_request_errors_total{request="AttachVolume",error="RequestLimitExceeded"} 1"#,
            r#"aws_ebs_csi_api_request_throttles_total{request="AttachVolume"} 1"#,
            r#"aws_ebs_csi_api_request_duration_seconds_count{request="CreateVolume"} 1"#,
            r#"cloudprovider_aws_api_request_duration_seconds_count{request="CreateVolume"} 1"#,
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
    }
}
