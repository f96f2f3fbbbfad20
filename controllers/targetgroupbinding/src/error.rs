//! What can fail in a reconcile.

use crate::binding::BindingError;
use crate::endpoints::EndpointsError;
use crate::interfaces::InterfacesError;
use crate::multicluster::OwnTargetsError;
use crate::networking::NetworkingError;
use crate::rules::RulesError;
use crate::security_groups::GroupError;
use aws_api::AwsError;

/// A step of a reconcile that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReconcileError {
    #[error("cannot use the binding")]
    Binding(#[source] BindingError),
    #[error("cannot add the finalizer")]
    AddFinalizer(#[source] kube::Error),
    #[error("cannot remove the finalizer")]
    RemoveFinalizer(#[source] kube::Error),
    #[error("cannot find the endpoints")]
    Endpoints(#[source] EndpointsError),
    #[error("cannot fingerprint the endpoints")]
    Fingerprint(#[source] serde_json::Error),
    #[error("cannot list the targets")]
    ListTargets(#[source] AwsError),
    #[error("cannot find the availability zone of the targets")]
    Zone(#[source] AwsError),
    #[error("cannot register targets")]
    Register(#[source] AwsError),
    #[error("cannot deregister targets")]
    Deregister(#[source] AwsError),
    #[error("cannot open the ports of the backends")]
    Networking(#[source] OpenError),
    #[error("cannot keep the record of own targets")]
    OwnTargets(#[source] OwnTargetsError),
    #[error("cannot write the checkpoint")]
    Checkpoint(#[source] kube::Error),
    #[error("cannot write the readiness gate of pod {pod}")]
    Gate { pod: String, source: kube::Error },
    #[error("cannot update the status")]
    Status(#[source] kube::Error),
}

/// Why the security groups of the backends are not as they should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot find their network interfaces")]
    Interfaces(#[source] InterfacesError),
    #[error("cannot choose a security group")]
    Group(#[source] GroupError),
    #[error("cannot make rules of spec.networking")]
    Networking(#[source] NetworkingError),
    #[error("cannot change the rules")]
    Rules(#[source] RulesError),
}

impl ReconcileError {
    /// The reason of the Event.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::AddFinalizer(_) => "FailedAddFinalizer",
            Self::RemoveFinalizer(_) => "FailedRemoveFinalizer",
            Self::Status(_) => "FailedUpdateStatus",
            Self::Networking(_) => "FailedNetworkReconcile",
            _ => "FailedReconcile",
        }
    }

    /// The label of the error counter.
    pub(crate) fn category(&self) -> &'static str {
        match self {
            Self::Binding(_) => "target_group_binding_error",
            Self::AddFinalizer(_) => "add_finalizers_error",
            Self::RemoveFinalizer(_) => "remove_finalizers_error",
            Self::Endpoints(_) => "resolve_pod_endpoints_error",
            Self::ListTargets(_) => "list_targets_error",
            Self::Zone(_) | Self::Register(_) => "register_pod_endpoint_error",
            Self::Deregister(_) => "deregister_targets_error",
            Self::Networking(_) => "network_reconcile_error",
            Self::OwnTargets(_) => "multi_cluster_error",
            Self::Fingerprint(_) | Self::Checkpoint(_) => "update_tgb_checkpoint_error",
            Self::Gate { .. } => "update_pod_condition_error",
            Self::Status(_) => "update_status_error",
        }
    }
}
