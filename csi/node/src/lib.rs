//! Block devices, file systems and mounts of a node.
//!
//! Everything here blocks: call it where a thread may wait. Mounts, mount tables and sizes are system calls and files of
//! the kernel; mkfs, fsck, blkid and the tools that grow file systems are the real ones.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod command;
pub mod device;
pub mod filesystem;
pub mod format;
pub mod grow;
pub mod mount;
pub mod mountinfo;
pub mod options;
pub mod probe;
pub mod stage;
pub mod stats;
mod superblock;

pub use command::CommandError;
pub use filesystem::FileSystem;
pub use mountinfo::{Mount, MountTable};
