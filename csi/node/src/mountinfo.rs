//! `/proc/self/mountinfo`, as proc(5) describes it.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A device number: major and minor.
pub type DeviceNumber = (u32, u32);

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The device of the file system.
    pub device: DeviceNumber,
    /// What of the file system is mounted: `/`, or for a bind mount the folder or file.
    pub root: PathBuf,
    /// Where.
    pub target: PathBuf,
    /// Options of this mount, such as `ro`.
    pub options: Vec<String>,
    /// Kind of the file system, such as `ext4`.
    pub kind: String,
    /// What was named as its source, such as `/dev/nvme1n1`.
    pub source: PathBuf,
}

/// All mounts of the process's namespace; of two at one place the later hides the earlier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MountTable(Vec<Mount>);

impl MountTable {
    /// The table as it is now.
    ///
    /// # Errors
    /// When /proc cannot be read.
    pub fn read() -> io::Result<Self> {
        std::fs::read("/proc/self/mountinfo").map(|text| Self::parse(&text))
    }

    /// The mounts of a text; lines of another form are left out.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        Self(text.split(|byte| *byte == b'\n').filter_map(mount).collect())
    }

    /// What is mounted at `path`, if anything is. The path must have no symbolic links.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Mount> {
        self.0.iter().rev().find(|mount| mount.target == path)
    }

    /// How many mounts show a file system of `device`.
    #[must_use]
    pub fn count_of(&self, device: DeviceNumber) -> usize {
        self.0.iter().filter(|mount| mount.device == device).count()
    }

    /// The mounts below `folder`.
    pub fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Mount> {
        self.0.iter().filter(move |mount| mount.target.starts_with(folder))
    }
}

fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let (_id, _parent) = (fields.next()?, fields.next()?);
    let (major, minor) = std::str::from_utf8(fields.next()?).ok()?.split_once(':')?;
    let (root, target) = (unescaped(fields.next()?), unescaped(fields.next()?));
    let options = String::from_utf8_lossy(fields.next()?).into_owned();
    let mut after = fields.skip_while(|field| *field != b"-").skip(1);
    let kind = String::from_utf8_lossy(after.next()?).into_owned();
    Some(Mount {
        device: (major.parse().ok()?, minor.parse().ok()?),
        root,
        target,
        options: options.split(',').map(str::to_owned).collect(),
        kind,
        source: unescaped(after.next()?),
    })
}

/// A path whose spaces, tabs, newlines and backslashes are written as `\040` and so on.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    OsString::from_vec(bytes).into()
}

/// A path as the kernel writes it there.
#[must_use]
pub fn escaped(path: &Path) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b' ' | b'\t' | b'\n' | b'\\' => format!("\\{byte:03o}").into_bytes(),
        other => vec![*other],
    };
    path.as_os_str().as_bytes().iter().flat_map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLE: &[u8] = b"22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw\n\
        nonsense\n\
        40 22 7:0 / /var/lib/kubelet/a\\040b rw,nosuid shared:2 master:1 - xfs /dev/loop0 rw,nouuid\n\
        41 22 0:6 /loop1 /publish/raw rw,nosuid - devtmpfs devtmpfs rw,size=4k\n\
        42 22 7:0 / /publish/a ro,relatime - xfs /dev/loop0 rw\n\
        43 22 0:44 / /publish/a rw - tmpfs tmpfs rw\n";

    #[test]
    fn mounts_by_place_and_device() {
        let table = MountTable::parse(TABLE);
        let staged = table.at(Path::new("/var/lib/kubelet/a b")).unwrap();
        assert_eq!((staged.device, staged.kind.as_str()), ((7, 0), "xfs"));
        assert_eq!(staged.source, Path::new("/dev/loop0"));
        assert_eq!(table.count_of((7, 0)), 2);
        assert_eq!(table.at(Path::new("/publish/raw")).unwrap().root, Path::new("/loop1"));
        assert_eq!(table.at(Path::new("/publish")), None);
        assert_eq!(table.below(Path::new("/publish")).count(), 3);
    }

    #[test]
    fn the_later_mount_hides_the_earlier() {
        assert_eq!(
            MountTable::parse(TABLE).at(Path::new("/publish/a")).unwrap().kind,
            "tmpfs"
        );
    }

    proptest! {
        #[test]
        fn any_path_is_read_as_it_is(name in "[ -~\t\n]{1,20}") {
            let path = Path::new("/").join(name.replace('/', "_"));
            let mut line = b"1 2 8:1 / ".to_vec();
            line.extend(escaped(&path));
            line.extend(b" rw - ext4 /dev/sda1 rw");
            let table = MountTable::parse(&line);
            prop_assert!(table.at(&path).is_some(), "{:?}", table);
        }
    }
}
