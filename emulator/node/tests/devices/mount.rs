//! File systems on devices.

use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FORMAT: &str = "mkfs.ext4";
const PATIENCE: Duration = Duration::from_secs(10);

/// A mounted ext4, until it is dropped.
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// Whether there is a program that formats; if there is none, it is said.
    pub(crate) fn is_possible() -> bool {
        let found = Command::new(FORMAT).arg("-V").stderr(Stdio::null()).status().is_ok();
        if !found {
            eprintln!("skipped: there is no {FORMAT}");
        }
        found
    }

    pub(crate) fn format(device: &Path) {
        let formatted = Command::new(FORMAT).arg("-q").arg(device).status().unwrap();
        assert!(formatted.success());
    }

    pub(crate) fn new(device: &Path, path: PathBuf) -> Self {
        std::fs::create_dir_all(&path).unwrap();
        mount(device, &path, "ext4", MountFlags::empty(), None).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A process that another test is about to start has, for a moment, every file open that this one had.
        let deadline = Instant::now() + PATIENCE;
        loop {
            match unmount(&self.0, UnmountFlags::empty()) {
                Err(Errno::BUSY) if Instant::now() < deadline => std::thread::yield_now(),
                Err(error) => return eprintln!("{} stays mounted: {error}", self.0.display()),
                Ok(()) => return,
            }
        }
    }
}
