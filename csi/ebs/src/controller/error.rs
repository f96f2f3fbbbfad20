//! Why the controller's side refuses a call, and the gRPC codes that say so.

use crate::capacity::CapacityError;
use crate::invalid::Invalid;
use aws_api::{AwsError, ErrorClass};
use csi_core::{Busy, Refusal};
use std::sync::Arc;
use tonic::Code;

/// A call that is refused.
#[derive(Debug, thiserror::Error)]
pub enum ControllerError {
    /// The request can never be carried out.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A size that cannot be had.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// Another operation is under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// There is no such volume, snapshot or node.
    #[error("there is no {kind} {id:?}")]
    Missing {
        /// `volume`, `snapshot`, `node`, `device`.
        kind: &'static str,
        /// What was named.
        id: String,
    },
    /// The name belongs to something else.
    #[error("{kind} {id} has the name {name:?} already, but {difference}")]
    Taken {
        /// `volume` or `snapshot`.
        kind: &'static str,
        /// What has the name.
        id: String,
        /// The name.
        name: String,
        /// How it differs from what is asked.
        difference: String,
    },
    /// Several things have the name that one should have.
    #[error("the name {name:?} belongs to several {kind}s: {ids}; delete those that nothing uses")]
    Ambiguous {
        /// `volume` or `snapshot`.
        kind: &'static str,
        /// The name.
        name: String,
        /// Their ids.
        ids: String,
    },
    /// A copy is made where its source is.
    #[error(
        "volume {source_id} is in zone {zone}, where this copy may not be: a copy cannot leave the zone of its source"
    )]
    CopyElsewhere {
        /// The source.
        source_id: String,
        /// Where it is.
        zone: String,
    },
    /// The instance has no name left for a device.
    #[error("node {node} has no device name left")]
    NoDeviceName {
        /// The instance.
        node: String,
    },
    /// It has not happened yet; whoever asks again finds it further on.
    #[error("{subject} is {state:?} still; ask again")]
    NotYet {
        /// What is waited for.
        subject: String,
        /// Its state.
        state: String,
    },
    /// The volume is in use elsewhere.
    #[error("volume {volume} is attached to {instances}, and is not made for several instances")]
    AttachedElsewhere {
        /// The volume.
        volume: String,
        /// Where.
        instances: String,
    },
    /// An attachment, modification or volume that EC2 itself gave up.
    #[error("{subject} failed at EC2: {reason}")]
    Failed {
        /// What.
        subject: String,
        /// What EC2 says.
        reason: String,
    },
    /// Another request about the same volume wants something else.
    #[error("another request about volume {volume} is under way and wants {other}; ask again when it has ended")]
    Conflict {
        /// The volume.
        volume: String,
        /// What the other wants.
        other: String,
    },
    /// A request that changes nothing, though it means to.
    #[error(
        "iopsPerGB has no effect on volume {volume}: set allowAutoIOPSIncreaseOnModify \"true\" beside it, or give iops"
    )]
    Inert {
        /// The volume.
        volume: String,
    },
    /// EC2 refused the call, or did not answer.
    #[error("cannot {action}")]
    Aws {
        /// What was to be done, such as `create volume "pvc-1"`.
        action: String,
        /// What becomes of it when the outcome is unknown.
        ambiguous: Ambiguity,
        /// Why.
        source: AwsError,
    },
    /// The tags of the volume were changed, the rest was refused: a class that is half applied is not one that can be undone.
    #[error("the tags of volume {volume} were changed, the rest was not")]
    AfterTags {
        /// The volume.
        volume: String,
        /// Why.
        source: Box<ControllerError>,
    },
    /// What became of a request that was carried out together with others.
    #[error(transparent)]
    Shared(#[from] Arc<ControllerError>),
    /// The driver does not have this call.
    #[error("the driver does not have {0}")]
    Unimplemented(&'static str),
}

/// What the outcome of a call that may or may not have been carried out is to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambiguity {
    /// It may be under way: the cluster must ask again, for the same node, and may not forget it.
    Aborted,
    /// The cluster may do as it likes.
    Internal,
}

impl ControllerError {
    /// For `map_err`: a call of EC2 that did not do `action`.
    pub fn aws(action: impl Into<String>) -> impl FnOnce(AwsError) -> Self {
        Self::of_call(action.into(), Ambiguity::Internal)
    }

    /// As [`ControllerError::aws`], for a call after which the cluster must not forget what it asked for.
    pub fn unsettled(action: impl Into<String>) -> impl FnOnce(AwsError) -> Self {
        Self::of_call(action.into(), Ambiguity::Aborted)
    }

    fn of_call(action: String, ambiguous: Ambiguity) -> impl FnOnce(AwsError) -> Self {
        move |source| Self::Aws {
            action,
            ambiguous,
            source,
        }
    }
}

impl Refusal for ControllerError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) | Self::Inert { .. } => Code::InvalidArgument,
            Self::Capacity(_) => Code::OutOfRange,
            Self::Busy(_) | Self::NotYet { .. } | Self::Conflict { .. } => Code::Aborted,
            Self::Missing { .. } => Code::NotFound,
            Self::Taken { .. } => Code::AlreadyExists,
            Self::Ambiguous { .. } | Self::Failed { .. } => Code::Internal,
            Self::CopyElsewhere { .. } | Self::NoDeviceName { .. } => Code::ResourceExhausted,
            Self::AttachedElsewhere { .. } => Code::FailedPrecondition,
            Self::AfterTags { .. } => Code::Internal,
            Self::Shared(error) => error.code(),
            Self::Aws { source, ambiguous, .. } => code_of(source, *ambiguous),
            Self::Unimplemented(_) => Code::Unimplemented,
        }
    }
}

/// The code of an error of EC2.
fn code_of(error: &AwsError, ambiguous: Ambiguity) -> Code {
    match error.code.as_str() {
        "IdempotentParameterMismatch" => return Code::AlreadyExists,
        "VolumeInUse" | "InvalidSnapshot.InUse" | "IncorrectState" | "SnapshotLocked" => {
            return Code::FailedPrecondition;
        }
        "VolumeModificationRateExceeded" | "IncorrectModificationState" => return Code::Aborted,
        "OperationNotPermitted" => return Code::PermissionDenied,
        _ if is_absent(error) => return Code::NotFound,
        _ => {}
    }
    match error.class() {
        ErrorClass::NotFound => Code::NotFound,
        ErrorClass::Duplicate => Code::AlreadyExists,
        ErrorClass::InUse => Code::FailedPrecondition,
        ErrorClass::Limit => Code::ResourceExhausted,
        ErrorClass::Denied => Code::PermissionDenied,
        ErrorClass::NoSuchAction => Code::Unimplemented,
        ErrorClass::Invalid => Code::InvalidArgument,
        ErrorClass::Throttled | ErrorClass::Unavailable => match ambiguous {
            Ambiguity::Aborted => Code::Aborted,
            Ambiguity::Internal => Code::Internal,
        },
    }
}

/// Whether the error says that what the call is about does not exist: an id that EC2 could never have given is one that does
/// not exist.
#[must_use]
pub fn is_absent(error: &AwsError) -> bool {
    let code = error.code.as_str();
    error.is_not_found()
        || code.ends_with(".Malformed")
        || code.ends_with("Malformed")
        || (code == "InvalidParameterValue" && is_about_an_id(&error.message))
}

/// EC2 says of an id that is not written like one: `Value (x) for parameter volumeId is invalid. Expected: 'vol-...'`.
fn is_about_an_id(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let of_an_id = [
        "volumeid",
        "volume-id",
        "volume_id",
        "snapshotid",
        "snapshot-id",
        "snapshot_id",
        "instanceid",
        "instance-id",
        "expected: 'vol-",
        "expected: 'snap-",
    ];
    message.contains("invalid") && of_an_id.iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str, message: &str, ambiguous: Ambiguity) -> Code {
        let source = AwsError {
            operation: "CreateVolume",
            code: code.into(),
            message: message.into(),
            request_id: None,
        };
        ControllerError::Aws {
            action: "create".into(),
            ambiguous,
            source,
        }
        .code()
    }

    #[test]
    fn codes_of_ec2() {
        let table = [
            ("IdempotentParameterMismatch", "", Code::AlreadyExists),
            ("InvalidParameterCombination", "", Code::InvalidArgument),
            (
                "InvalidParameterValue",
                "Volume iops of 1 is too low",
                Code::InvalidArgument,
            ),
            (
                "InvalidParameterValue",
                "Value (x) for parameter volumeId is invalid. Expected: 'vol-...'.",
                Code::NotFound,
            ),
            ("InvalidVolume.NotFound", "", Code::NotFound),
            ("InvalidSnapshot.NotFound", "", Code::NotFound),
            ("InvalidInstanceID.Malformed", "", Code::NotFound),
            ("InvalidVolumeID.Malformed", "", Code::NotFound),
            ("VolumeInUse", "", Code::FailedPrecondition),
            ("InvalidSnapshot.InUse", "", Code::FailedPrecondition),
            ("VolumeLimitExceeded", "", Code::ResourceExhausted),
            ("MaxIOPSLimitExceeded", "", Code::ResourceExhausted),
            ("SnapshotLimitExceeded", "", Code::ResourceExhausted),
            ("AttachmentLimitExceeded", "", Code::ResourceExhausted),
            ("UnauthorizedOperation", "", Code::PermissionDenied),
            ("InvalidAction", "", Code::Unimplemented),
            ("RequestLimitExceeded", "", Code::Aborted),
            ("RequestFailed", "", Code::Aborted),
            ("InternalError", "", Code::Aborted),
        ];
        for (text, message, expected) in table {
            assert_eq!(code(text, message, Ambiguity::Aborted), expected, "{text}");
        }
        assert_eq!(code("InternalError", "", Ambiguity::Internal), Code::Internal);
    }
}
