//! Why the node's side refuses a call, and the gRPC codes that say so.

use crate::invalid::Invalid;
use crate::metadata::MetadataError;
use csi_core::{Busy, Refusal};
use csi_node::grow::GrowError;
use csi_node::mount::MountError;
use csi_node::stage::StageError;
use std::io;
use std::path::PathBuf;
use tonic::Code;

/// A call that is refused.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The request can never be carried out.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another operation is under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// No device has appeared.
    #[error(
        "no device of volume {volume} has appeared: neither {link} nor {named} is there; is it attached to this node?"
    )]
    NoDevice {
        /// The volume.
        volume: String,
        /// The link by the volume's id.
        link: PathBuf,
        /// The name that it was attached by.
        named: PathBuf,
    },
    /// What is there is no device.
    #[error("{path} is not the block device of volume {volume}")]
    WrongDevice {
        /// What was found.
        path: PathBuf,
        /// The volume.
        volume: String,
        /// Why.
        source: io::Error,
    },
    /// The name belongs to the device of another volume.
    #[error("{path} is the device of {serial}, not of volume {volume}")]
    OtherVolume {
        /// What was found.
        path: PathBuf,
        /// The serial number that it has.
        serial: String,
        /// The volume.
        volume: String,
    },
    /// Something else is mounted where the volume should be.
    #[error("{path} shows another file system already: {source_path}")]
    Occupied {
        /// Where.
        path: PathBuf,
        /// What is mounted there.
        source_path: PathBuf,
    },
    /// The volume is to be published before it is staged.
    #[error("nothing is mounted at {path}: the volume is not staged")]
    NotStaged {
        /// Where it should be.
        path: PathBuf,
    },
    /// Nothing is there.
    #[error("there is nothing at {path}")]
    NoPath {
        /// Where.
        path: PathBuf,
    },
    /// No volume is mounted there.
    #[error("no volume is mounted at {path}")]
    NotMounted {
        /// Where.
        path: PathBuf,
    },
    /// Formatting, checking or mounting.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// Mounting or unmounting.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// Growing the file system.
    #[error(transparent)]
    Grow(#[from] GrowError),
    /// A path or device that cannot be looked at.
    #[error("cannot look at {path}")]
    Look {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Who the node is.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

impl Refusal for NodeError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::InvalidArgument,
            Self::Busy(_) => Code::Aborted,
            Self::NoDevice { .. }
            | Self::WrongDevice { .. }
            | Self::OtherVolume { .. }
            | Self::NoPath { .. }
            | Self::NotMounted { .. } => Code::NotFound,
            Self::Occupied { .. } => Code::AlreadyExists,
            Self::NotStaged { .. }
            | Self::Stage(StageError::NoFileSystem { .. } | StageError::BlankReadOnly { .. }) => {
                Code::FailedPrecondition
            }
            Self::Stage(_) | Self::Mount(_) | Self::Grow(_) | Self::Look { .. } | Self::Metadata(_) => Code::Internal,
        }
    }
}
