//! A device becomes a mounted file system: formatted if it is blank, checked if it is not, grown if it has room.

use crate::command::{self, CommandError};
use crate::filesystem::FileSystem;
use crate::format::{FormatOptions, format};
use crate::grow::{self, GrowError};
use crate::mount::{self, MountError};
use crate::options::Options;
use crate::probe::{self, Content};
use rustix::mount::MountFlags;
use std::path::{Path, PathBuf};

/// Exit code of fsck when errors are left.
const ERRORS_LEFT: i32 = 4;

/// What is to be mounted where.
#[derive(Debug, Clone)]
pub struct Staging {
    /// The device.
    pub device: PathBuf,
    /// An existing folder.
    pub target: PathBuf,
    /// What a blank device is formatted with, and what the mount expects.
    pub kind: FileSystem,
    /// How a blank device is formatted.
    pub format: FormatOptions,
    /// Options of the mount.
    pub options: Options,
}

/// Why a device is not mounted.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// blkid.
    #[error("cannot see what is on {device}")]
    Probe {
        /// The device.
        device: PathBuf,
        /// Why.
        source: CommandError,
    },
    /// It is blank, and may not be written to.
    #[error("{device} is blank and is to be mounted read-only: there is nothing to read; mount it writable once")]
    BlankReadOnly {
        /// The device.
        device: PathBuf,
    },
    /// It has content that is no file system.
    #[error(
        "{device} holds {content}, no file system, and is not formatted over it; name a partition in the volume's attribute \
         `partition`, or wipe the device"
    )]
    NoFileSystem {
        /// The device.
        device: PathBuf,
        /// What it holds.
        content: String,
    },
    /// mkfs.
    #[error("cannot format {device}")]
    Format {
        /// The device.
        device: PathBuf,
        /// Why.
        source: CommandError,
    },
    /// fsck found errors that it could not repair by itself.
    #[error("the file system on {device} is damaged, and fsck -a does not repair it")]
    Damaged {
        /// The device.
        device: PathBuf,
        /// What fsck says.
        source: CommandError,
    },
    /// mount(2).
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The file system stays smaller than the device.
    #[error(transparent)]
    Grow(#[from] GrowError),
}

impl Staging {
    /// Mounts the device, and grows its file system if there is room.
    ///
    /// # Errors
    /// See [`StageError`]. What is mounted when growing fails stays mounted.
    pub fn carry_out(&self) -> Result<(), StageError> {
        let read_only = self.options.flags.contains(MountFlags::RDONLY);
        self.prepare(read_only)?;
        mount::mount(&self.device, &self.target, self.kind, &self.options)?;
        if !read_only {
            grow::mounted(&self.device, &self.target, self.kind.name())?;
        }
        Ok(())
    }

    fn prepare(&self, read_only: bool) -> Result<(), StageError> {
        let device = self.device.clone();
        match probe::content(&device).map_err(|source| StageError::Probe {
            device: device.clone(),
            source,
        })? {
            Content::Blank if read_only => Err(StageError::BlankReadOnly { device }),
            Content::Blank => {
                format(&self.device, self.kind, &self.format).map_err(|source| StageError::Format { device, source })
            }
            Content::Other(content) => Err(StageError::NoFileSystem { device, content }),
            Content::FileSystem(found) => {
                if found != self.kind.name() {
                    tracing::warn!(device = %device.display(), found, asked = %self.kind, "another file system is there already");
                }
                if read_only {
                    return Ok(());
                }
                check(&self.device)?;
                // An ext file system of a restored or grown volume: not every kernel lets root grow it when it is mounted.
                if found == self.kind.name() {
                    Ok(grow::unmounted(&self.device, self.kind)?)
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// Lets fsck repair what it can repair without asking. A system without fsck goes on: the mount will tell.
fn check(device: &Path) -> Result<(), StageError> {
    let arguments = ["-a".to_owned(), device.display().to_string()];
    match command::output("fsck", &arguments) {
        Err(error) => tracing::warn!(%error, "the file system is mounted unchecked"),
        Ok(output) => match output.status.code() {
            Some(0) => {}
            Some(1) => tracing::info!(device = %device.display(), "fsck repaired the file system"),
            Some(ERRORS_LEFT) => {
                return Err(StageError::Damaged {
                    device: device.to_owned(),
                    source: command::failed("fsck", &arguments, &output),
                });
            }
            code => tracing::warn!(device = %device.display(), ?code, "fsck could not check the file system"),
        },
    }
    Ok(())
}
