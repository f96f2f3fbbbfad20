//! How full a volume is.

use rustix::io::Errno;
use std::path::Path;

/// Blocks or inodes of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// In all.
    pub total: u64,
    /// In use.
    pub used: u64,
    /// What others than root can still have.
    pub available: u64,
}

/// Bytes and inodes of the file system at `path`. A file system without a number of inodes has none.
///
/// # Errors
/// What statvfs(3) says.
pub fn usage(path: &Path) -> Result<(Usage, Option<Usage>), Errno> {
    let stats = rustix::fs::statvfs(path)?;
    let bytes = Usage {
        total: stats.f_blocks * stats.f_frsize,
        used: (stats.f_blocks - stats.f_bfree) * stats.f_frsize,
        available: stats.f_bavail * stats.f_frsize,
    };
    let inodes = Usage {
        total: stats.f_files,
        used: stats.f_files - stats.f_ffree,
        available: stats.f_favail,
    };
    Ok((bytes, (inodes.total > 0).then_some(inodes)))
}
