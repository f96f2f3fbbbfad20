//! The file systems that volumes are formatted with.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// A kind of file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileSystem {
    /// ext3.
    Ext3,
    /// ext4.
    #[default]
    Ext4,
    /// XFS.
    Xfs,
}

/// A name that is no file system of Linux nodes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("file system {0:?} is not supported: give ext3, ext4 or xfs")]
pub struct UnknownFileSystem(String);

impl FileSystem {
    /// Its name, as mount and mkfs take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ext3 => "ext3",
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
        }
    }

    /// Whether it is ext3 or ext4.
    #[must_use]
    pub const fn is_ext(self) -> bool {
        matches!(self, Self::Ext3 | Self::Ext4)
    }
}

impl Display for FileSystem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for FileSystem {
    type Err = UnknownFileSystem;

    /// Whatever the case of the letters.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kinds = [Self::Ext3, Self::Ext4, Self::Xfs];
        let named = kinds.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text));
        named.ok_or_else(|| UnknownFileSystem(text.to_owned()))
    }
}
