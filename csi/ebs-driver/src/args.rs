//! Command line and environment, with the names and defaults of the Go driver; what is ours alone says so.

use aws_api::Tags;
use clap::{ArgAction, Parser, ValueEnum};
use csi_core::Endpoint;
use csi_core::metrics_server::CertificateFiles;
use ebs::metadata::SourceKind;
use runtime::args::LogFormat;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What the process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Controller and node in one process.
    All,
    /// Volumes, attachments and snapshots, by calls of EC2.
    Controller,
    /// Mounts on this node; makes no calls of AWS.
    Node,
    /// Waits, if this node is being drained, until no volume is attached to it.
    PreStopHook,
}

/// A switch as Go writes it: `--batching` or `--batching=true`.
macro_rules! switch {
    () => {
        "true"
    };
}

/// EBS CSI driver: persistent volumes from Amazon EBS.
#[derive(Debug, Clone, Parser)]
#[command(name = "ebs-csi-driver", disable_version_flag = true)]
pub(crate) struct Args {
    /// What the process is
    #[arg(value_enum, default_value_t = Mode::All)]
    pub(crate) mode: Mode,
    /// Prints the version as JSON and ends
    #[arg(long)]
    pub(crate) version: bool,

    /// Where the CSI is served
    #[arg(long, env = "CSI_ENDPOINT", default_value = "unix://tmp/csi.sock")]
    pub(crate) endpoint: Endpoint,
    /// Kubeconfig file; the pod's service account when absent
    #[arg(long, env = "KUBECONFIG")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Address of /metrics, such as :3301; nowhere when absent
    #[arg(long, default_value = "")]
    pub(crate) http_endpoint: String,
    /// Certificate of /metrics, PEM; needs --metrics-key-file and --http-endpoint
    #[arg(long, default_value = "")]
    pub(crate) metrics_cert_file: String,
    /// Key of that certificate, PEM
    #[arg(long, default_value = "")]
    pub(crate) metrics_key_file: String,
    /// Where the node learns about itself, in this order: imds, kubernetes, metadata-labeler
    #[arg(long, value_delimiter = ',', default_value = "imds,kubernetes")]
    pub(crate) metadata_sources: Vec<SourceKind>,
    /// Form of a log line
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) logging_format: LogFormat,
    /// How much is logged: 4 and more tells every call, 6 and more everything
    #[arg(long, short, default_value_t = 2)]
    pub(crate) v: u8,
    /// No effect: logs go to standard error
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, hide = true)]
    pub(crate) logtostderr: Option<bool>,
    /// No effect: spans are not exported
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, hide = true)]
    pub(crate) enable_otel_tracing: Option<bool>,

    /// No effect: metrics of NVMe devices are not read
    #[arg(long, default_value = "", hide = true)]
    pub(crate) csi_mount_point_prefix: String,

    /// Words that are appended to the user agent of AWS calls
    #[arg(long)]
    pub(crate) user_agent_extra: Option<String>,
    /// Logs what the AWS SDK does
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, default_value_t = false, action = ArgAction::Set)]
    pub(crate) aws_sdk_debug_log: bool,
    /// How often an AWS call is made at most when it fails in passing (ours)
    #[arg(long, env = "AWS_MAX_ATTEMPTS", default_value_t = 8)]
    pub(crate) aws_max_attempts: u32,
    /// Tags of all volumes and snapshots, as key=value,...; values of volumes may be templates
    #[arg(long, default_value = "")]
    pub(crate) extra_tags: TagList,
    /// The same as --extra-tags, which is to be preferred
    #[arg(long, default_value = "")]
    pub(crate) extra_volume_tags: TagList,
    /// The cluster, named in the tags of its volumes and snapshots
    #[arg(long)]
    pub(crate) k8s_tag_cluster_id: Option<String>,
    /// Leaves out tags that are not allowed, instead of refusing the volume
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, default_value_t = false, action = ArgAction::Set)]
    pub(crate) warn_on_invalid_tag: bool,
    /// Asks EC2 about many volumes at once
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, default_value_t = false, action = ArgAction::Set)]
    pub(crate) batching: bool,
    /// How long changes of one volume wait for each other, such as 2s
    #[arg(long, default_value = "2s", value_parser = above_zero)]
    pub(crate) modify_volume_request_handler_timeout: Duration,
    /// Metrics of AWS calls under their former names too
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, default_value_t = false, action = ArgAction::Set)]
    pub(crate) deprecated_metrics: bool,
    /// Volumes that each node has of its own, declared by device
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, default_value_t = false, action = ArgAction::Set)]
    pub(crate) enable_node_local_volumes: bool,

    /// How many volumes the node takes; by its instance type when -1
    #[arg(long, default_value_t = -1, allow_negative_numbers = true)]
    pub(crate) volume_attach_limit: i64,
    /// How many attachments are not for volumes of the driver; counted when -1
    #[arg(long, default_value_t = -1, allow_negative_numbers = true)]
    pub(crate) reserved_volume_attachments: i64,
    /// Makes XFS that old kernels read
    #[arg(long, num_args = 0..=1, default_missing_value = switch!(), require_equals = true, default_value_t = false, action = ArgAction::Set)]
    pub(crate) legacy_xfs: bool,
    /// Folder of device nodes (ours)
    #[arg(long, default_value = "/dev")]
    pub(crate) dev_dir: PathBuf,
    /// The kubelet's plugins_registry: the driver registers itself there; a registrar does when absent (ours)
    #[arg(long)]
    pub(crate) registration_dir: Option<PathBuf>,
    /// The driver's socket as the kubelet sees it; that of --endpoint when absent (ours)
    #[arg(long)]
    pub(crate) kubelet_registration_path: Option<PathBuf>,

    /// Name of this node in the cluster
    #[arg(long, env = "CSI_NODE_NAME", hide = true)]
    pub(crate) node_name: Option<String>,
    /// Region; of instance metadata when absent
    #[arg(long, env = "AWS_REGION", hide = true)]
    pub(crate) aws_region: Option<String>,
    /// URL of EC2; AWS's own when absent
    #[arg(long, env = "AWS_EC2_ENDPOINT", hide = true)]
    pub(crate) aws_ec2_endpoint: Option<String>,
    /// URL of instance metadata; AWS's own when absent
    #[arg(long, env = "AWS_EC2_METADATA_SERVICE_ENDPOINT", hide = true)]
    pub(crate) metadata_endpoint: Option<String>,
    /// Whether instance metadata is not asked
    #[arg(long, env = "AWS_EC2_METADATA_DISABLED", hide = true, default_value = "false")]
    pub(crate) metadata_disabled: String,
    /// Leaves the startup taint to others, when not empty
    #[arg(long, env = "DISABLE_TAINT_WATCHER", hide = true, default_value = "")]
    pub(crate) disable_taint_watcher: String,
}

impl Args {
    /// What no single argument can say of itself.
    pub(crate) fn validate(&self) -> Result<(), String> {
        let (certificate, key) = (!self.metrics_cert_file.is_empty(), !self.metrics_key_file.is_empty());
        if certificate != key {
            return Err("--metrics-cert-file and --metrics-key-file need each other".into());
        }
        if certificate && self.http_endpoint.is_empty() {
            return Err("--metrics-cert-file needs --http-endpoint".into());
        }
        if self.volume_attach_limit >= 0 && self.reserved_volume_attachments >= 0 {
            return Err("--volume-attach-limit and --reserved-volume-attachments exclude each other".into());
        }
        Ok(())
    }

    /// The flags that were given and do nothing.
    pub(crate) fn without_effect(&self) -> impl Iterator<Item = &'static str> {
        let flags = [
            (self.enable_otel_tracing == Some(true), "--enable-otel-tracing"),
            (self.logtostderr == Some(true), "--logtostderr"),
            (!self.csi_mount_point_prefix.is_empty(), "--csi-mount-point-prefix"),
        ];
        flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag)
    }

    /// The certificate of /metrics.
    pub(crate) fn certificate(&self) -> Option<CertificateFiles> {
        (!self.metrics_cert_file.is_empty()).then(|| CertificateFiles {
            certificates: self.metrics_cert_file.clone().into(),
            key: self.metrics_key_file.clone().into(),
        })
    }

    /// Which log lines are written.
    pub(crate) fn log_filter(&self) -> String {
        let ours = match self.v {
            0..=3 => "info",
            4..=5 => "info,csi_core=debug,seatrial_csi_core=debug,seatrial_csi_node=debug,seatrial_ebs=debug",
            _ => "debug",
        };
        let sdk = if self.aws_sdk_debug_log {
            ",aws_smithy_runtime=debug,aws_smithy_http_client=debug"
        } else {
            ""
        };
        format!("{ours}{sdk}")
    }
}

/// `key=value,...`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagList(pub(crate) Tags);

impl FromStr for TagList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
        let tag = |pair: &str| match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(format!("{pair:?} is not of the form key=value")),
        };
        pairs.map(tag).collect::<Result<_, _>>().map(Self)
    }
}

fn above_zero(text: &str) -> Result<Duration, String> {
    let duration = runtime::args::duration(text)?;
    if duration.is_zero() {
        Err("it must be above zero".into())
    } else {
        Ok(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Args, String> {
        let words = std::iter::once("ebs-csi-driver").chain(line.split_whitespace());
        Args::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_fit_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn what_the_chart_passes_is_understood() {
        let controller = parse(
            "controller --endpoint=unix:///csi/csi.sock --batching=true --logging-format=text --user-agent-extra=helm --v=2 \
             --extra-tags=a=b,c= --k8s-tag-cluster-id=prod --http-endpoint=0.0.0.0:3301 --warn-on-invalid-tag",
        )
        .unwrap();
        assert_eq!(
            (controller.mode, controller.batching, controller.warn_on_invalid_tag),
            (Mode::Controller, true, true)
        );
        assert_eq!(controller.extra_tags.0.get("c").map(String::as_str), Some(""));
        let node =
            parse("node --endpoint=unix:/csi/csi.sock --reserved-volume-attachments=3 --legacy-xfs=true --csi-mount-point-prefix=/var").unwrap();
        assert_eq!(
            (node.mode, node.reserved_volume_attachments, node.legacy_xfs),
            (Mode::Node, 3, true)
        );
        assert_eq!(parse("").unwrap().mode, Mode::All);
    }

    #[test]
    fn what_excludes_or_needs_each_other_is_said() {
        for line in [
            "--metrics-cert-file=a",
            "--metrics-cert-file=a --metrics-key-file=b",
            "--volume-attach-limit=3 --reserved-volume-attachments=1",
        ] {
            assert!(parse(line).unwrap().validate().is_err(), "{line}");
        }
        assert!(parse("--modify-volume-request-handler-timeout=0s").is_err());
        assert!(parse("--metadata-sources=guess").is_err());
        assert!(parse("--extra-tags=nothing").is_err());
    }
}
