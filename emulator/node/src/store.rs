//! The bytes of volumes and snapshots: sparse files in a directory that all nodes of a machine share.
//!
//! ```text
//! cloud.json               whose they are
//! lock                     held by the node that is at work
//! volumes/vol-....img
//! snapshots/snap-....img
//! nodes/<instance>/        what each node has made devices of
//! ```

use rustix::fs::{FlockOperation, SeekFrom, flock, ftruncate, ioctl_ficlone, seek};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const GIB: u64 = 1 << 30;
/// How much is copied at once.
const CHUNK: usize = 1 << 20;
const IMAGE: &str = "img";
/// A file that is not whole yet.
const PART: &str = "part";

/// Whose volumes and snapshots a directory has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cloud {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
}

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or directory.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It belongs to another account or region, whose volumes would be taken for deleted.
    #[error("{} has volumes of account {} in {}; give this node another --state-dir", path.display(), found.account, found.region)]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        found: Cloud,
    },
}

/// Says which file an error is about.
fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

/// A store.
#[derive(Debug, Clone)]
pub struct Store {
    directory: PathBuf,
}

/// While it lives, no other node works in the store.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock goes with the file")] File);

impl Store {
    /// The store in a directory, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made or is another cloud's.
    pub fn open(directory: &Path, cloud: &Cloud) -> Result<Self, StoreError> {
        for room in ["volumes", "snapshots", "nodes"] {
            let room = directory.join(room);
            std::fs::create_dir_all(&room).map_err(at(&room))?;
        }
        // As the kernel tells the paths of files that are devices.
        let directory = directory.canonicalize().map_err(at(directory))?;
        let store = Self { directory };
        let _lock = store.lock()?;
        let path = store.directory.join("cloud.json");
        match std::fs::read(&path) {
            Ok(text) => {
                let found: Cloud = serde_json::from_slice(&text)
                    .map_err(io::Error::other)
                    .map_err(at(&path))?;
                if found != *cloud {
                    let path = store.directory.clone();
                    return Err(StoreError::Foreign { path, found });
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let text = serde_json::to_vec(cloud).map_err(io::Error::other).map_err(at(&path))?;
                replace(&path, &text)?;
            }
            Err(error) => return Err(at(&path)(error)),
        }
        Ok(store)
    }

    /// The store that is in a directory, whoever's it is.
    ///
    /// # Errors
    /// When there is none.
    pub fn existing(directory: &Path) -> Result<Self, StoreError> {
        let directory = directory.canonicalize().map_err(at(directory))?;
        Ok(Self { directory })
    }

    /// Whether a node has made a device of a volume.
    pub fn has_device(&self, volume_id: &str) -> bool {
        let nodes = std::fs::read_dir(self.directory.join("nodes"));
        let record = format!("{volume_id}.json");
        nodes
            .into_iter()
            .flatten()
            .flatten()
            .any(|node| node.path().join(&record).exists())
    }

    /// Waits until no other node works here.
    ///
    /// # Errors
    /// When the lock cannot be had.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.directory.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        flock(&file, FlockOperation::LockExclusive)
            .map_err(io::Error::from)
            .map_err(at(&path))?;
        Ok(Lock(file))
    }

    /// The file of a volume.
    pub fn volume(&self, id: &str) -> PathBuf {
        self.directory.join("volumes").join(id).with_extension(IMAGE)
    }

    /// The file of a snapshot.
    pub fn snapshot(&self, id: &str) -> PathBuf {
        self.directory.join("snapshots").join(id).with_extension(IMAGE)
    }

    /// Where a node keeps what it has made devices of.
    pub fn node(&self, instance_id: &str) -> PathBuf {
        self.directory.join("nodes").join(instance_id)
    }

    /// The volume whose file this is.
    pub fn volume_of(&self, path: &Path) -> Option<String> {
        let text = path.to_str()?;
        // The kernel says so of a file that was removed.
        let path = Path::new(text.strip_suffix(" (deleted)").unwrap_or(text));
        let parent = path.parent()? == self.directory.join("volumes");
        (parent && path.extension()? == IMAGE).then(|| Some(path.file_stem()?.to_str()?.to_owned()))?
    }

    /// Makes a file as a copy of another, or blank if there is no other, of at least so many GiB.
    ///
    /// # Errors
    /// When it cannot be made; nothing is there then.
    pub fn make(&self, path: &Path, source: Option<&Path>, gib: u64) -> Result<(), StoreError> {
        let part = path.with_extension(PART);
        let copied = || -> io::Result<()> {
            let file = File::create(&part)?;
            if let Some(source) = source {
                copy(&File::open(source)?, &file)?;
            }
            let size = (gib * GIB).max(file.metadata()?.len());
            ftruncate(&file, size)?;
            file.sync_all()?;
            std::fs::rename(&part, path)
        };
        copied().map_err(at(path))
    }

    /// Makes the file of a volume longer, if it is shorter; whether it was.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn grow(&self, path: &Path, gib: u64) -> Result<bool, StoreError> {
        let grown = || -> io::Result<bool> {
            let file = OpenOptions::new().write(true).open(path)?;
            let shorter = file.metadata()?.len() < gib * GIB;
            if shorter {
                ftruncate(&file, gib * GIB)?;
            }
            Ok(shorter)
        };
        grown().map_err(at(path))
    }

    /// Removes files of volumes and snapshots that are not `kept`, and what was left half made; the ids.
    ///
    /// # Errors
    /// When the directories cannot be read or written.
    pub fn sweep(&self, kept: &BTreeSet<&str>) -> Result<Vec<String>, StoreError> {
        let mut removed = Vec::new();
        for room in ["volumes", "snapshots"] {
            let room = self.directory.join(room);
            for entry in std::fs::read_dir(&room).map_err(at(&room))? {
                let path = entry.map_err(at(&room))?.path();
                let id = path
                    .file_stem()
                    .and_then(|stem| stem.to_str())
                    .unwrap_or_default()
                    .to_owned();
                let whole = path.extension().is_some_and(|extension| extension == IMAGE);
                if !whole || !kept.contains(id.as_str()) {
                    std::fs::remove_file(&path).map_err(at(&path))?;
                    removed.push(id);
                }
            }
        }
        Ok(removed)
    }
}

/// Writes a file at once.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let part = path.with_extension(PART);
    std::fs::write(&part, content)
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(at(path))
}

/// Shares the blocks of a file, where the file system can; otherwise copies what is not a hole.
fn copy(from: &File, to: &File) -> io::Result<()> {
    // Whatever the reason is, copying tells it again if it is a real one.
    if ioctl_ficlone(to, from).is_ok() {
        return Ok(());
    }
    let size = from.metadata()?.len();
    ftruncate(to, size)?;
    let mut buffer = vec![0; CHUNK];
    let mut end = 0;
    while end < size {
        let start = match seek(from, SeekFrom::Data(end)) {
            Err(Errno::NXIO) => break,
            found => found?,
        };
        end = seek(from, SeekFrom::Hole(start))?;
        copy_range(from, to, start..end, &mut buffer)?;
    }
    Ok(())
}

/// Copies bytes that are not all zero.
fn copy_range(from: &File, to: &File, range: std::ops::Range<u64>, buffer: &mut [u8]) -> io::Result<()> {
    let mut offset = range.start;
    while offset < range.end {
        let most = usize::try_from(range.end - offset).unwrap_or(CHUNK).min(CHUNK);
        let read = from.read_at(&mut buffer[..most], offset)?;
        if read == 0 {
            break;
        }
        if buffer[..read].iter().any(|byte| *byte != 0) {
            to.write_all_at(&buffer[..read], offset)?;
        }
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn cloud(account: &str) -> Cloud {
        Cloud {
            account: account.to_owned(),
            region: "us-west-2".to_owned(),
        }
    }

    #[test]
    fn a_copy_has_the_bytes_and_the_holes() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path(), &cloud("1")).unwrap();
        let (one, other) = (store.volume("vol-1"), store.snapshot("snap-1"));
        store.make(&one, None, 1).unwrap();
        let file = OpenOptions::new().write(true).open(&one).unwrap();
        file.write_all_at(b"begin", 0).unwrap();
        file.write_all_at(b"middle", 512 << 20).unwrap();
        store.make(&other, Some(&one), 2).unwrap();
        let copied = File::open(&other).unwrap();
        let mut found = [0; 6];
        copied.read_exact_at(&mut found, 512 << 20).unwrap();
        assert_eq!(&found, b"middle");
        copied.read_exact_at(&mut found[..5], 0).unwrap();
        assert_eq!(&found[..5], b"begin");
        let metadata = copied.metadata().unwrap();
        assert_eq!(metadata.len(), 2 * GIB);
        assert!(metadata.blocks() * 512 < 8 << 20, "{}", metadata.blocks());
    }

    #[test]
    fn what_is_not_kept_goes() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path(), &cloud("1")).unwrap();
        for id in ["vol-1", "vol-2"] {
            store.make(&store.volume(id), None, 1).unwrap();
        }
        std::fs::write(directory.path().join("snapshots/snap-1.part"), "half").unwrap();
        let mut removed = store.sweep(&BTreeSet::from(["vol-2", "snap-1"])).unwrap();
        removed.sort();
        assert_eq!(removed, ["snap-1", "vol-1"]);
        assert!(store.volume("vol-2").exists() && !store.volume("vol-1").exists());
    }

    #[test]
    fn a_store_is_of_one_account() {
        let directory = tempfile::tempdir().unwrap();
        Store::open(directory.path(), &cloud("1")).unwrap();
        Store::open(directory.path(), &cloud("1")).unwrap();
        let error = Store::open(directory.path(), &cloud("2")).unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    }

    #[test]
    fn only_files_of_volumes_are_volumes() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path(), &cloud("1")).unwrap();
        let path = store.volume("vol-1");
        assert_eq!(store.volume_of(&path).as_deref(), Some("vol-1"));
        let deleted = PathBuf::from(format!("{} (deleted)", path.display()));
        assert_eq!(store.volume_of(&deleted).as_deref(), Some("vol-1"));
        assert_eq!(store.volume_of(Path::new("/var/lib/volumes/vol-1.img")), None);
        assert_eq!(store.volume_of(&store.snapshot("snap-1")), None);
    }
}
