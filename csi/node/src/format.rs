//! mkfs, and what it may be told.

use crate::command::{self, CommandError};
use crate::filesystem::FileSystem;
use std::path::Path;

/// How a file system is to be laid out; what is absent is the tool's choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormatOptions {
    /// Bytes of a block.
    pub block_size: Option<String>,
    /// Bytes of an inode.
    pub inode_size: Option<String>,
    /// One inode for so many bytes; ext only.
    pub bytes_per_inode: Option<String>,
    /// Inodes in all; ext only.
    pub number_of_inodes: Option<String>,
    /// Blocks in clusters; ext4 only.
    pub bigalloc: bool,
    /// Bytes of a cluster; needs `bigalloc`.
    pub cluster_size: Option<String>,
    /// Encryption of files; ext4 only.
    pub encryption: bool,
    /// XFS without the features that kernels before 5.10 do not read.
    pub legacy_xfs: bool,
}

/// An option that a file system does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported {
    /// The option, as StorageClasses name it.
    pub option: &'static str,
    /// The file systems that have it.
    pub by: &'static str,
}

impl FormatOptions {
    /// The options that were given, with the file systems that have them.
    fn given(&self) -> impl Iterator<Item = (Unsupported, fn(FileSystem) -> bool)> {
        let all: fn(FileSystem) -> bool = |_| true;
        let ext: fn(FileSystem) -> bool = FileSystem::is_ext;
        let ext4: fn(FileSystem) -> bool = |kind| kind == FileSystem::Ext4;
        let table = [
            (self.block_size.is_some(), "blockSize", "ext3, ext4 and xfs", all),
            (self.inode_size.is_some(), "inodeSize", "ext3, ext4 and xfs", all),
            (self.bytes_per_inode.is_some(), "bytesPerInode", "ext3 and ext4", ext),
            (self.number_of_inodes.is_some(), "numberOfInodes", "ext3 and ext4", ext),
            (self.bigalloc, "ext4BigAlloc", "ext4", ext4),
            (self.cluster_size.is_some(), "ext4ClusterSize", "ext4", ext4),
            (self.encryption, "ext4EncryptionSupport", "ext4", ext4),
        ];
        let given = table.into_iter().filter(|(given, ..)| *given);
        given.map(|(_, option, by, has)| (Unsupported { option, by }, has))
    }

    /// The first option that a file system does not have.
    #[must_use]
    pub fn unsupported_by(&self, kind: FileSystem) -> Option<Unsupported> {
        self.given().find(|(_, has)| !has(kind)).map(|(option, _)| option)
    }

    /// The first option that was given: a raw block device has none of them.
    #[must_use]
    pub fn first(&self) -> Option<Unsupported> {
        self.given().next().map(|(option, _)| option)
    }

    /// The arguments of mkfs, without the device.
    #[must_use]
    pub fn arguments(&self, kind: FileSystem) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut add = |words: &[&str]| arguments.extend(words.iter().map(|word| (*word).to_owned()));
        if kind == FileSystem::Xfs {
            if self.legacy_xfs {
                add(&["-m", "bigtime=0,inobtcount=0,reflink=0", "-i", "nrext64=0"]);
            }
            for (flag, value) in [("-b", &self.block_size), ("-i", &self.inode_size)] {
                if let Some(value) = value {
                    add(&[flag, &format!("size={value}")]);
                }
            }
            add(&["-f"]);
            return arguments;
        }
        let sized = [
            ("-b", &self.block_size),
            ("-I", &self.inode_size),
            ("-i", &self.bytes_per_inode),
            ("-N", &self.number_of_inodes),
            ("-C", &self.cluster_size),
        ];
        for (flag, value) in sized {
            if let Some(value) = value {
                add(&[flag, value]);
            }
        }
        for (given, feature) in [(self.bigalloc, "bigalloc"), (self.encryption, "encrypt")] {
            if given {
                add(&["-O", feature]);
            }
        }
        // No question asked, and no blocks kept back for root.
        add(&["-F", "-m0"]);
        arguments
    }
}

/// Makes a file system. What was on the device is lost.
///
/// # Errors
/// What mkfs says.
pub fn format(device: &Path, kind: FileSystem, options: &FormatOptions) -> Result<(), CommandError> {
    let program = match kind {
        FileSystem::Ext3 => "mkfs.ext3",
        FileSystem::Ext4 => "mkfs.ext4",
        FileSystem::Xfs => "mkfs.xfs",
    };
    let mut arguments = options.arguments(kind);
    arguments.push(device.display().to_string());
    tracing::info!(device = %device.display(), %kind, "formatting a blank device");
    command::run(program, &arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> FormatOptions {
        let size = |size: &str| Some(size.to_owned());
        FormatOptions {
            block_size: size("4096"),
            inode_size: size("512"),
            bytes_per_inode: size("8192"),
            number_of_inodes: size("200192"),
            bigalloc: true,
            cluster_size: size("16384"),
            encryption: true,
            legacy_xfs: true,
        }
    }

    #[test]
    fn arguments_of_mkfs() {
        let line = |kind| all().arguments(kind).join(" ");
        insta::assert_snapshot!(line(FileSystem::Ext4), @"-b 4096 -I 512 -i 8192 -N 200192 -C 16384 -O bigalloc -O encrypt -F -m0");
        insta::assert_snapshot!(line(FileSystem::Xfs), @"-m bigtime=0,inobtcount=0,reflink=0 -i nrext64=0 -b size=4096 -i size=512 -f");
        assert_eq!(FormatOptions::default().arguments(FileSystem::Ext3), ["-F", "-m0"]);
    }

    #[test]
    fn options_belong_to_file_systems() {
        let option = |kind| all().unsupported_by(kind).map(|unsupported| unsupported.option);
        assert_eq!(option(FileSystem::Ext4), None);
        assert_eq!(option(FileSystem::Ext3), Some("ext4BigAlloc"));
        assert_eq!(option(FileSystem::Xfs), Some("bytesPerInode"));
        assert_eq!(FormatOptions::default().first(), None);
        assert_eq!(all().first().unwrap().option, "blockSize");
    }
}
