//! Mounting, bind mounting, unmounting.

use crate::filesystem::FileSystem;
use crate::mountinfo::MountTable;
use crate::options::Options;
use rustix::fs::StatVfsMountFlags;
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags};
use std::ffi::CString;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Mode of folders that are mounted on.
const FOLDER: u32 = 0o755;

/// Mode of files that a device is mounted on.
const FILE: u32 = 0o644;

/// What could not be mounted or unmounted.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// The folder or file to mount on.
    #[error("cannot make the mount point {path}")]
    MakeTarget {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is left behind.
    #[error("cannot remove the mount point {path}")]
    RemoveTarget {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// mount(2) of a file system.
    #[error("cannot mount {device} at {target} as {kind} with options {data:?}; the kernel's log may say more")]
    Mount {
        /// The device.
        device: PathBuf,
        /// Where.
        target: PathBuf,
        /// Kind of file system.
        kind: FileSystem,
        /// Options of the file system.
        data: String,
        /// Why.
        source: io::Error,
    },
    /// mount(2) of what is mounted, or a device, elsewhere.
    #[error("cannot bind {from} to {target}")]
    Bind {
        /// What.
        from: PathBuf,
        /// Where.
        target: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The flags of a bind mount.
    #[error("cannot give the mount at {target} its options")]
    Remount {
        /// Where.
        target: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// umount(2).
    #[error("cannot unmount {target}")]
    Unmount {
        /// Where.
        target: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// /proc/self/mountinfo.
    #[error("cannot read the mount table")]
    Table(#[source] io::Error),
}

/// Mounts the file system of a device.
///
/// # Errors
/// What the kernel says.
pub fn mount(device: &Path, target: &Path, kind: FileSystem, options: &Options) -> Result<(), MountError> {
    let failed = |source| MountError::Mount {
        device: device.to_owned(),
        target: target.to_owned(),
        kind,
        data: options.data.clone(),
        source,
    };
    let data = CString::new(options.data.as_str()).map_err(|error| failed(error.into()))?;
    rustix::mount::mount(device, target, kind.name(), options.flags, data.as_c_str())
        .map_err(|errno| failed(errno.into()))
}

/// Shows `from` at `target` too. The kernel takes options in a second step, in which those that `from` has must be named again.
///
/// # Errors
/// What the kernel says; nothing is mounted then.
pub fn bind(from: &Path, target: &Path, flags: MountFlags) -> Result<(), MountError> {
    let failed = |errno: Errno| MountError::Bind {
        from: from.to_owned(),
        target: target.to_owned(),
        source: errno.into(),
    };
    rustix::mount::mount_bind(from, target).map_err(failed)?;
    if flags.is_empty() {
        return Ok(());
    }
    let kept = rustix::fs::statvfs(from).map_or(MountFlags::empty(), |stats| flags_of(stats.f_flag));
    rustix::mount::mount_remount(target, MountFlags::BIND | flags | kept, c"").map_err(|errno| {
        let _best_effort = rustix::mount::unmount(target, UnmountFlags::empty());
        MountError::Remount {
            target: target.to_owned(),
            source: errno.into(),
        }
    })
}

fn flags_of(mounted: StatVfsMountFlags) -> MountFlags {
    let table = [
        (StatVfsMountFlags::RDONLY, MountFlags::RDONLY),
        (StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
        (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
        (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ];
    table
        .into_iter()
        .filter(|(have, _)| mounted.contains(*have))
        .fold(MountFlags::empty(), |flags, (_, flag)| flags | flag)
}

/// Makes the folder to mount a file system on. One that is there is left as it is.
///
/// # Errors
/// When it cannot be made, or is no folder.
pub fn make_folder(path: &Path) -> Result<(), MountError> {
    let made = DirBuilder::new().recursive(true).mode(FOLDER).create(path);
    made.map_err(|source| MountError::MakeTarget {
        path: path.to_owned(),
        source,
    })
}

/// Makes the empty file, and the folders above it, to bind a device to.
///
/// # Errors
/// When it cannot be made.
pub fn make_file(path: &Path) -> Result<(), MountError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let made = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(FILE)
        .open(path);
    made.map(drop).map_err(|source| MountError::MakeTarget {
        path: path.to_owned(),
        source,
    })
}

/// Whether what is mounted at `path` has lost what serves it: the errors by which Kubernetes tells.
#[must_use]
pub fn is_corrupted(path: &Path) -> bool {
    let lost = [
        Errno::NOTCONN,
        Errno::STALE,
        Errno::IO,
        Errno::ACCESS,
        Errno::HOSTDOWN,
        Errno::WOULDBLOCK,
        Errno::NODEV,
    ];
    rustix::fs::stat(path).is_err_and(|errno| lost.contains(&errno))
}

/// Unmounts everything at `target` and removes it: a folder, or the file that a device was bound to. What is gone already is no error.
///
/// # Errors
/// When something uses the mount, or the folder is not empty.
pub fn unmount_and_remove(target: &Path) -> Result<(), MountError> {
    let target = resolved(target);
    unmount(&target)?;
    let removed = match std::fs::symlink_metadata(&target) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir(&target),
        Ok(_) => std::fs::remove_file(&target),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(MountError::RemoveTarget {
            path: target,
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Unmounts everything at `target`.
///
/// # Errors
/// When something uses the mount.
pub fn unmount(target: &Path) -> Result<(), MountError> {
    let failed = |source| MountError::Unmount {
        target: target.to_owned(),
        source,
    };
    while MountTable::read().map_err(MountError::Table)?.at(target).is_some() {
        match rustix::mount::unmount(target, UnmountFlags::NOFOLLOW) {
            Ok(()) => {}
            // Not mounted any more: somebody else was quicker.
            Err(Errno::INVAL | Errno::NOENT) => return Ok(()),
            Err(errno) => return Err(failed(errno.into())),
        }
    }
    Ok(())
}

/// The path without symbolic links, as mount tables have it, as far as it exists.
#[must_use]
pub fn resolved(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => resolved(folder).join(name),
        _ => path.to_owned(),
    }
}
