//! Why a reconcile failed, and what follows from that.

use aws_api::AwsError;
use converge::ConvergeError;
use plan::ingress::GroupError;
use runtime::queue::Outcome;
use std::time::Duration;

/// How long a group of which something cannot be planned waits for the facts around it to change. A change of its Ingresses is looked at once.
pub(crate) const PLAN_AGAIN: Duration = Duration::from_secs(60);

/// A step of a reconcile that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot add the finalizer")]
    AddFinalizer(#[source] kube::Error),
    #[error("cannot read what was remembered of the group")]
    Recall(#[source] kube::Error),
    #[error("cannot find the load balancer that there is")]
    Live(#[source] ConvergeError),
    #[error("cannot read what the load balancer depends on")]
    Facts(#[source] AwsError),
    #[error(transparent)]
    Plan(GroupError),
    #[error("cannot see whether Services have what all load balancers share")]
    Claims(#[source] kube::Error),
    #[error("cannot make the load balancer what it should be")]
    Converge(#[source] ConvergeError),
    #[error("cannot update the status")]
    UpdateStatus(#[source] kube::Error),
    #[error("cannot remove the finalizer")]
    RemoveFinalizer(#[source] kube::Error),
}

impl Error {
    /// Reason of the Event, as the Go controller names it.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Error::AddFinalizer(_) => "FailedAddFinalizer",
            Error::Recall(_) | Error::Live(_) | Error::Facts(_) | Error::Plan(_) => "FailedBuildModel",
            Error::Claims(_) | Error::Converge(_) => "FailedDeployModel",
            Error::UpdateStatus(_) => "FailedUpdateStatus",
            Error::RemoveFinalizer(_) => "FailedRemoveFinalizer",
        }
    }

    /// Label of the error metric.
    pub(crate) fn category(&self) -> &'static str {
        match self {
            Error::AddFinalizer(_) => "add_group_finalizer_error",
            Error::Recall(_) | Error::Live(_) | Error::Facts(_) | Error::Plan(_) => "build_model_error",
            Error::Claims(_) => "release_auto_generated_backend_sg_error",
            Error::Converge(_) => "deploy_model_error",
            Error::UpdateStatus(_) => "dns_resolve_and_update_status_error",
            Error::RemoveFinalizer(_) => "remove_group_finalizer_error",
        }
    }

    /// When to try again, and whether it is a failure at all: AWS may only not be ready.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Error::Plan(_) => Outcome::After(PLAN_AGAIN),
            Error::Converge(error) => error.waits().map_or(Outcome::Retry, Outcome::After),
            _ => Outcome::Retry,
        }
    }

    /// Whether nothing is wrong.
    pub(crate) fn only_waits(&self) -> bool {
        matches!(self, Error::Converge(error) if error.waits().is_some())
    }
}
