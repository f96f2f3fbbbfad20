//! File systems that are smaller than their device.

use crate::command::{self, CommandError};
use crate::device;
use crate::filesystem::FileSystem;
use crate::superblock;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file system may leave a last piece of the device unused that is too small for its groups.
const REMAINDER: u64 = 16 << 20;

/// Why a file system did not grow.
#[derive(Debug, thiserror::Error)]
pub enum GrowError {
    /// The device.
    #[error("cannot read {device}")]
    Read {
        /// The device.
        device: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tool.
    #[error("the file system on {device} does not grow")]
    Tool {
        /// The device.
        device: PathBuf,
        /// Why.
        source: CommandError,
    },
    /// A kind that has no tool here.
    #[error("a file system of kind {kind} cannot be grown: only ext3, ext4, xfs and btrfs can")]
    Kind {
        /// The kind.
        kind: String,
    },
}

/// Whether there is room on the device that its ext or XFS file system does not use. `None` for anything else. A mounted XFS writes its size
/// late, so that there may seem to be room; growing it again does nothing.
///
/// # Errors
/// When the device cannot be read.
pub fn has_room(device: &Path) -> Result<Option<bool>, GrowError> {
    let unreadable = |source| GrowError::Read {
        device: device.to_owned(),
        source,
    };
    let mut start = vec![0; superblock::LEN];
    let read = std::fs::File::open(device).and_then(|mut file| file.read_exact(&mut start));
    read.map_err(unreadable)?;
    let available = device::size(device).map_err(unreadable)?;
    Ok(superblock::size(&start).map(|used| available.saturating_sub(used) >= REMAINDER))
}

/// Lets a file system that is not mounted fill its device. XFS grows only when it is mounted.
///
/// # Errors
/// What the tools say.
pub fn unmounted(device: &Path, kind: FileSystem) -> Result<(), GrowError> {
    if !kind.is_ext() || has_room(device)? != Some(true) {
        return Ok(());
    }
    let failed = |source| GrowError::Tool {
        device: device.to_owned(),
        source,
    };
    let arguments = ["-f".to_owned(), "-p".to_owned(), device.display().to_string()];
    let checked = command::output("e2fsck", &arguments).map_err(failed)?;
    // 1 is "errors were corrected".
    if !matches!(checked.status.code(), Some(0 | 1)) {
        return Err(failed(command::failed("e2fsck", &arguments, &checked)));
    }
    command::run("resize2fs", &[device.display().to_string()]).map_err(failed)
}

/// Lets the file system that is mounted at `target` fill its device.
///
/// # Errors
/// What the tools say.
pub fn mounted(device: &Path, target: &Path, kind: &str) -> Result<(), GrowError> {
    if has_room(device)? == Some(false) {
        return Ok(());
    }
    let (device_text, target) = (device.display().to_string(), target.display().to_string());
    let grown = match kind {
        "ext3" | "ext4" => command::run("resize2fs", &[device_text]),
        "xfs" => command::run("xfs_growfs", &["-d".into(), target]),
        "btrfs" => command::run("btrfs", &["filesystem".into(), "resize".into(), "max".into(), target]),
        other => return Err(GrowError::Kind { kind: other.to_owned() }),
    };
    grown.map_err(|source| GrowError::Tool {
        device: device.to_owned(),
        source,
    })
}
