//! What is on a device.

use crate::command::{self, CommandError};
use std::path::Path;

/// What a device holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing that is known.
    Blank,
    /// A file system, by its name.
    FileSystem(String),
    /// Something else, which must not be written over: a partition table, or signatures that contradict each other.
    Other(String),
}

/// Exit code of blkid when there is nothing that it knows.
const NOTHING: i32 = 2;

/// Exit code of blkid when it finds signatures of more than one kind.
const AMBIVALENT: i32 = 8;

/// Looks at a device with blkid.
///
/// # Errors
/// When blkid cannot look.
pub fn content(device: &Path) -> Result<Content, CommandError> {
    let arguments = ["-p", "-s", "TYPE", "-s", "PTTYPE", "-o", "export"].map(str::to_owned);
    let arguments: Vec<String> = arguments.into_iter().chain([device.display().to_string()]).collect();
    let output = command::output("blkid", &arguments)?;
    match output.status.code() {
        Some(0) => Ok(parse(&String::from_utf8_lossy(&output.stdout))),
        Some(NOTHING) => Ok(Content::Blank),
        Some(AMBIVALENT) => Ok(Content::Other("signatures of several kinds".into())),
        _ => Err(command::failed("blkid", &arguments, &output)),
    }
}

fn parse(export: &str) -> Content {
    let value = |key: &str| {
        export
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
    };
    match (value("TYPE"), value("PTTYPE")) {
        (Some(kind), _) => Content::FileSystem(kind.to_owned()),
        (None, Some(table)) => Content::Other(format!("a partition table ({table})")),
        (None, None) => Content::Blank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blkid_says() {
        let table = [
            ("DEVNAME=/dev/loop0\nTYPE=ext4\n", Content::FileSystem("ext4".into())),
            ("TYPE=xfs\nPTTYPE=dos\n", Content::FileSystem("xfs".into())),
            (
                "DEVNAME=/dev/loop0\nPTTYPE=gpt\n",
                Content::Other("a partition table (gpt)".into()),
            ),
            ("DEVNAME=/dev/loop0\n", Content::Blank),
        ];
        for (export, expected) in table {
            assert_eq!(parse(export), expected, "{export}");
        }
    }
}
