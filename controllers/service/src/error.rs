//! Why a reconcile failed, and what follows from that.

use aws_api::AwsError;
use converge::ConvergeError;
use plan::PlanError;
use runtime::queue::Outcome;
use std::time::Duration;

/// How long a Service that cannot be planned waits for the facts around it to change. A change of the Service itself
/// is looked at once.
const PLAN_AGAIN: Duration = Duration::from_secs(60);

/// A step of a reconcile that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot find the load balancer that there is")]
    Live(#[source] ConvergeError),
    #[error("cannot read the network that the load balancer is to be in")]
    Facts(#[source] AwsError),
    #[error("cannot plan the load balancer")]
    Plan(#[source] PlanError),
    #[error("cannot add the finalizer")]
    AddFinalizer(#[source] kube::Error),
    #[error("cannot see whether Ingresses have what all load balancers share")]
    Claims(#[source] kube::Error),
    #[error("cannot make the load balancer what it should be")]
    Converge(#[source] ConvergeError),
    #[error("cannot update the status")]
    UpdateStatus(#[source] kube::Error),
    #[error("cannot clear the status")]
    CleanupStatus(#[source] kube::Error),
    #[error("cannot remove the finalizer")]
    RemoveFinalizer(#[source] kube::Error),
}

impl Error {
    /// Reason of the Event, as the Go controller names it.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Error::Live(_) | Error::Facts(_) | Error::Plan(_) => "FailedBuildModel",
            Error::AddFinalizer(_) => "FailedAddFinalizer",
            Error::Claims(_) | Error::Converge(_) => "FailedDeployModel",
            Error::UpdateStatus(_) => "FailedUpdateStatus",
            Error::CleanupStatus(_) => "FailedCleanupStatus",
            Error::RemoveFinalizer(_) => "FailedRemoveFinalizer",
        }
    }

    /// Label of the error metric.
    pub(crate) fn category(&self) -> &'static str {
        match self {
            Error::Live(_) | Error::Facts(_) | Error::Plan(_) => "build_model_error",
            Error::AddFinalizer(_) => "add_finalizers_error",
            Error::Claims(_) | Error::Converge(_) => "deploy_model_error",
            Error::UpdateStatus(_) => "update_status_error",
            Error::CleanupStatus(_) => "cleanup_status_error",
            Error::RemoveFinalizer(_) => "remove_finalizers_error",
        }
    }

    /// When to try again.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Error::Plan(_) => Outcome::After(PLAN_AGAIN),
            _ => Outcome::Retry,
        }
    }
}
