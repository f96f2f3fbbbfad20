//! File systems that stand still: what is on their device is whole. See FIFREEZE in ioctl_fs(2) and fsfreeze(8).

use rustix::io::Errno;
use rustix::ioctl::{NoArg, Opcode, ioctl};
use std::fs::File;
use std::io;
use std::path::Path;

const FIFREEZE: Opcode = 0xC004_5877;
const FITHAW: Opcode = 0xC004_5878;

/// A file system whose writers wait until this is dropped.
#[derive(Debug)]
pub struct Frozen(File);

impl Frozen {
    /// Writes everything to the device of the file system that is mounted at a path, and lets writers wait.
    /// Absent when it cannot stand still, or does already.
    ///
    /// # Errors
    /// When the path cannot be opened, or the device cannot be written.
    pub fn freeze(path: &Path) -> io::Result<Option<Self>> {
        let root = File::open(path)?;
        // SAFETY: FIFREEZE takes no argument.
        let request = unsafe { NoArg::<FIFREEZE>::new() };
        // SAFETY: as above; any descriptor will do.
        match unsafe { ioctl(&root, request) } {
            Ok(()) => Ok(Some(Self(root))),
            Err(Errno::OPNOTSUPP | Errno::NOTTY | Errno::BUSY) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // It fails only if somebody else was faster.
        let _ = thaw_file(&self.0);
    }
}

/// Lets the writers of a file system go on. That nobody froze it is no error.
///
/// # Errors
/// When the path cannot be opened.
pub fn thaw(path: &Path) -> io::Result<()> {
    match thaw_file(&File::open(path)?) {
        Ok(()) | Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOTTY) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn thaw_file(root: &File) -> rustix::io::Result<()> {
    // SAFETY: FITHAW takes no argument.
    let request = unsafe { NoArg::<FITHAW>::new() };
    // SAFETY: as above; any descriptor will do.
    unsafe { ioctl(root, request) }
}
