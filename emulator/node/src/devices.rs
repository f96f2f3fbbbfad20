//! Devices of one node: `loopN` in its device directory, and the links by which they are found.

use crate::store::{StoreError, replace};
use loopdev::Loop;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const BY_ID: &str = "disk/by-id";
/// Where the kernel itself has its devices; nodes there stay.
const SYSTEM: &str = "/dev";

/// What a node has made for one volume. It is written before anything is made, so that a node that is killed finds it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the loop device.
    pub number: u32,
    /// Name that was asked for, such as `xvdaa`.
    pub device: String,
}

/// Why there is no device.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// A record.
    #[error("the record of {volume_id} cannot be kept")]
    Record {
        /// The volume.
        volume_id: String,
        /// Why.
        source: StoreError,
    },
    /// A link or a node.
    #[error("cannot make {}", path.display())]
    Make {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A link or a node.
    #[error("cannot remove {}", path.display())]
    Remove {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The devices of a node.
#[derive(Debug, Clone)]
pub struct Devices {
    directory: PathBuf,
    records: PathBuf,
}

/// The link by which drivers find a volume, relative to the directory of devices.
pub fn by_id(volume_id: &str) -> PathBuf {
    let serial = volume_id.replacen('-', "", 1);
    Path::new(BY_ID).join(format!("nvme-Amazon_Elastic_Block_Store_{serial}"))
}

impl Devices {
    /// Devices in a directory, such as `/dev`; records in another.
    ///
    /// # Errors
    /// When one of them cannot be made.
    pub fn open(directory: &Path, records: PathBuf) -> Result<Self, DeviceError> {
        for path in [&directory.join(BY_ID), &records] {
            fs::create_dir_all(path).map_err(|source| DeviceError::Make {
                path: path.clone(),
                source,
            })?;
        }
        let directory = directory.to_owned();
        Ok(Self { directory, records })
    }

    /// Where the devices are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Does something with a loop device, whose node is only there meanwhile unless it was before.
    ///
    /// # Errors
    /// When there can be no node, or it cannot be done.
    pub fn with_node<T>(&self, device: Loop, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
        let path = self.directory.join(device.name());
        let stays = path.exists();
        device.make_node(&self.directory)?;
        let done = act(&self.directory);
        if !stays {
            fs::remove_file(&path)?;
        }
        done
    }

    fn record(&self, volume_id: &str) -> PathBuf {
        self.records.join(volume_id).with_extension("json")
    }

    /// What the node has made, by volume. A record that cannot be read is of nothing: it is written at once.
    pub fn made(&self) -> BTreeMap<String, Record> {
        let entries = fs::read_dir(&self.records).into_iter().flatten().flatten();
        let record = |entry: fs::DirEntry| {
            let path = entry.path();
            let id = path.file_stem()?.to_str()?.to_owned();
            path.extension().filter(|extension| *extension == "json")?;
            Some((id, serde_json::from_slice(&fs::read(&path).ok()?).ok()?))
        };
        entries.filter_map(record).collect()
    }

    /// Makes the device of a volume and its links, or makes sure that they are there.
    ///
    /// # Errors
    /// When they cannot be made; what is there is recorded.
    pub fn make(&self, volume_id: &str, record: &Record) -> Result<(), DeviceError> {
        let text = serde_json::to_vec(record).unwrap_or_default();
        let unkept = |source| DeviceError::Record {
            volume_id: volume_id.to_owned(),
            source,
        };
        if fs::read(self.record(volume_id)).ok().as_ref() != Some(&text) {
            replace(&self.record(volume_id), &text).map_err(unkept)?;
        }
        let device = Loop(record.number);
        device.make_node(&self.directory).map_err(|source| DeviceError::Make {
            path: self.directory.join(device.name()),
            source,
        })?;
        self.link(
            &self.directory.join(by_id(volume_id)),
            &Path::new("../..").join(device.name()),
        )?;
        if !record.device.is_empty() {
            self.link(&self.directory.join(&record.device), Path::new(&device.name()))?;
        }
        Ok(())
    }

    /// Makes a link, in place of another one. What is no link is not touched.
    fn link(&self, path: &Path, target: &Path) -> Result<(), DeviceError> {
        let made = || match fs::read_link(path) {
            Ok(found) if found == target => Ok(()),
            Ok(_) => fs::remove_file(path).and_then(|()| symlink(target, path)),
            Err(error) if error.kind() == ErrorKind::NotFound => symlink(target, path),
            Err(error) => Err(error),
        };
        made().map_err(|source| DeviceError::Make {
            path: path.to_owned(),
            source,
        })
    }

    /// Removes the device of a volume and its links from this node; the loop device stays.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn remove(&self, volume_id: &str, record: &Record) -> Result<(), DeviceError> {
        let device = Loop(record.number).name();
        self.unlink(
            &self.directory.join(by_id(volume_id)),
            &Path::new("../..").join(&device),
        )?;
        if !record.device.is_empty() {
            self.unlink(&self.directory.join(&record.device), Path::new(&device))?;
        }
        if self.directory != Path::new(SYSTEM) {
            self.gone(&self.directory.join(&device))?;
        }
        self.gone(&self.record(volume_id))
    }

    /// Removes a link, if it still leads where it did.
    fn unlink(&self, path: &Path, target: &Path) -> Result<(), DeviceError> {
        match fs::read_link(path) {
            Ok(found) if found == target => self.gone(path),
            _ => Ok(()),
        }
    }

    fn gone(&self, path: &Path) -> Result<(), DeviceError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(DeviceError::Remove {
                path: path.to_owned(),
                source: error,
            }),
            _ => Ok(()),
        }
    }
}
