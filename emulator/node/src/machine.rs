//! Makes a machine's files and devices what EC2 says: bytes first, then devices, then what is over goes.

use crate::devices::{DeviceError, Devices, Record};
use crate::ec2::{Attachment, Snapshot, View, Volume};
use crate::store::{Store, StoreError};
use loopdev::{Frozen, Loop, thaw};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

mod remedy;
mod remove;

use remedy::remedy;

/// The node's part of a machine.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) instance_id: String,
    /// The device that is not a volume of the store: the machine's own.
    pub(crate) root_device: String,
    pub(crate) store: Store,
    pub(crate) devices: Devices,
}

/// What went wrong with one volume or snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MachineError {
    /// Its file.
    #[error("the bytes of {id} cannot be had")]
    Bytes { id: String, source: StoreError },
    /// Its loop device.
    #[error("{} of {id} cannot be a loop device{}", file.display(), remedy(source))]
    Loop {
        id: String,
        file: PathBuf,
        source: io::Error,
    },
    /// It is detached, but mounted.
    #[error("{id} is detached, but a file system on {device} is mounted: unmount it, and the device goes")]
    Busy { id: String, device: String },
    /// It is attached again before it is gone.
    #[error("{id} was detached while somebody had {device} open: close it, and the device of the new attachment comes")]
    Ending { id: String, device: String },
    /// Its place in the directory of devices.
    #[error(
        "the device of {id} cannot be made or removed: run seatrial-node as root, on a --dev-dir that allows devices"
    )]
    Device { id: String, source: DeviceError },
    /// The list of loop devices.
    #[error("the loop devices cannot be listed")]
    List(#[source] io::Error),
    /// Files that are of nothing.
    #[error("what is deleted cannot be removed")]
    Sweep(#[source] StoreError),
}

/// Something that begins with the bytes of something else, in the order in which EC2 made them.
enum Made<'v> {
    Volume(&'v Volume),
    Snapshot(&'v Snapshot),
}

impl Machine {
    /// Makes everything as `view` says; whatever cannot be is left for the next time.
    pub(crate) fn realise(&self, view: &View) -> Vec<MachineError> {
        let mut errors = Vec::new();
        self.copy(view, &mut errors);
        let loops = match self.loops() {
            Ok(loops) => loops,
            Err(error) => {
                errors.push(error);
                return errors;
            }
        };
        let wanted: BTreeMap<&str, (&Volume, &Attachment)> = view
            .volumes
            .iter()
            .filter_map(|volume| Some((&*volume.volume_id, (volume, self.mine(volume)?))))
            .collect();
        let attached = attached(view);
        let idle = loops.iter().filter(|(id, _)| !attached.contains(id.as_str()));
        let (busy, over): (Vec<_>, Vec<_>) = idle.partition(|(_, device)| self.is_held(**device));
        let busy: BTreeMap<&String, &Loop> = busy.into_iter().collect();
        for (id, record) in self.devices.made() {
            if let Some(device) = busy.get(&id) {
                let device = self.devices.directory().join(device.name()).display().to_string();
                errors.push(MachineError::Busy { id, device });
            } else if !wanted.contains_key(id.as_str()) {
                tracing::info!(volume = id, device = record.device, "detached");
                let failed = |source| MachineError::Device { id: id.clone(), source };
                errors.extend(self.devices.remove(&id, &record).map_err(failed).err());
            }
        }
        for (volume, attachment) in wanted.values() {
            errors.extend(self.attach(volume, attachment, loops.get(&volume.volume_id)).err());
        }
        for (id, device) in over {
            errors.extend(self.release(id, *device).err());
        }
        self.sweep(view, &mut errors);
        errors
    }

    /// The attachment of a volume to this instance, if it has one and is not on its way out.
    fn mine<'v>(&self, volume: &'v Volume) -> Option<&'v Attachment> {
        volume.attachment_set.items.iter().find(|attachment| {
            attachment.instance_id == self.instance_id && is_there(attachment) && attachment.device != self.root_device
        })
    }

    /// Copies what begins with other bytes, in order, while they are there.
    fn copy(&self, view: &View, errors: &mut Vec<MachineError>) {
        let volumes = view
            .volumes
            .iter()
            .map(|volume| (&volume.create_time, Made::Volume(volume)));
        let snapshots = view
            .snapshots
            .iter()
            .map(|snapshot| (&snapshot.start_time, Made::Snapshot(snapshot)));
        let mut made: Vec<(&String, Made<'_>)> = volumes.chain(snapshots).collect();
        made.sort_by_key(|(time, _)| *time);
        for (_, made) in made {
            let (id, path, source, gib) = match made {
                Made::Volume(volume) => {
                    let Some(source) = self.source(volume) else { continue };
                    (
                        &volume.volume_id,
                        self.store.volume(&volume.volume_id),
                        source,
                        volume.size,
                    )
                }
                Made::Snapshot(snapshot) => {
                    let path = self.store.snapshot(&snapshot.snapshot_id);
                    (
                        &snapshot.snapshot_id,
                        path,
                        self.snapshot_source(snapshot),
                        snapshot.volume_size,
                    )
                }
            };
            if path.exists() {
                continue;
            }
            let source = Some(source).filter(|source| source.exists());
            let _still = source.as_deref().and_then(|source| self.freeze(source));
            let result = self.store.make(&path, source.as_deref(), gib);
            let failed = |source| MachineError::Bytes { id: id.clone(), source };
            errors.extend(result.map_err(failed).err());
        }
    }

    /// Lets the file systems on a volume stand still while it is copied, where that is possible.
    fn freeze(&self, source: &Path) -> Option<Frozen> {
        let of_source = |(id, device): (String, Loop)| (self.store.volume(&id) == source).then_some(device);
        let device = self
            .loops()
            .ok()
            .and_then(|loops| loops.into_iter().find_map(of_source));
        // The first mount of a device is enough: others are of the same file system.
        let mount = device.and_then(|device| device.mounts().ok()?.into_iter().next());
        mount.and_then(|mount| Frozen::freeze(&mount).ok().flatten())
    }

    /// Lets go what a node that was killed has left standing still.
    pub(crate) fn thaw(&self) -> Result<(), MachineError> {
        for (id, device) in self.loops()? {
            for mount in device.mounts().map_err(MachineError::List)? {
                thaw(&mount).map_err(|source| self.no_loop(&id, source))?;
            }
        }
        Ok(())
    }

    /// What a volume begins with, if not with zeros.
    fn source(&self, volume: &Volume) -> Option<PathBuf> {
        let snapshot = Some(&volume.snapshot_id)
            .filter(|id| !id.is_empty())
            .map(|id| self.store.snapshot(id));
        snapshot.or_else(|| volume.source_volume_id.as_ref().map(|id| self.store.volume(id)))
    }

    /// What a snapshot begins with: its volume. The volume of a copied snapshot is none, but has the digits of the source.
    fn snapshot_source(&self, snapshot: &Snapshot) -> PathBuf {
        let volume = self.store.volume(&snapshot.volume_id);
        let copied = self.store.snapshot(&snapshot.volume_id.replacen("vol-", "snap-", 1));
        if copied.exists() { copied } else { volume }
    }

    /// Loop devices of the store, by volume. Others are none of a node's business.
    fn loops(&self) -> Result<BTreeMap<String, Loop>, MachineError> {
        let all = Loop::in_use().map_err(MachineError::List)?;
        Ok(all
            .into_iter()
            .filter_map(|(device, path)| Some((self.store.volume_of(&path)?, device)))
            .collect())
    }

    fn attach(&self, volume: &Volume, attachment: &Attachment, present: Option<&Loop>) -> Result<(), MachineError> {
        let id = &volume.volume_id;
        let path = self.store.volume(id);
        let bytes = |source| MachineError::Bytes { id: id.clone(), source };
        if !path.exists() {
            self.store.make(&path, None, volume.size).map_err(bytes)?;
        }
        self.store.grow(&path, volume.size).map_err(bytes)?;
        let directory = self.devices.directory();
        let failed = |source| self.no_loop(id, source);
        if let Some(device) = present.filter(|device| device.is_ending()) {
            let device = device.name();
            return Err(MachineError::Ending { id: id.clone(), device });
        }
        let device = match present {
            Some(device) => *device,
            None => open(&path)
                .and_then(|file| Loop::attach(&file, id, directory))
                .map_err(failed)?,
        };
        let name = attachment.device.strip_prefix("/dev/").unwrap_or(&attachment.device);
        let record = Record {
            number: device.0,
            device: name.to_owned(),
        };
        let unmade = |source| MachineError::Device { id: id.clone(), source };
        self.devices.make(id, &record).map_err(unmade)?;
        if present.is_none() {
            tracing::info!(volume = id, device = name, number = device.0, "attached");
        }
        let length = std::fs::metadata(&path).map_err(failed)?.len();
        if device.size().map_err(failed)? < length {
            device.grow(directory).map_err(failed)?;
            tracing::info!(volume = id, bytes = length, "grown");
        }
        Ok(())
    }

    fn no_loop(&self, id: &str, source: io::Error) -> MachineError {
        let file = self.store.volume(id);
        let id = id.to_owned();
        MachineError::Loop { id, file, source }
    }

    /// Whether a file system on a device is mounted, as a guest has it that does not let a volume go. If that cannot be told, it is not:
    /// the kernel does no harm to one that is.
    fn is_held(&self, device: Loop) -> bool {
        self.devices
            .with_node(device, |directory| device.is_held(directory))
            .unwrap_or(false)
    }

    /// Takes the file of a loop device away.
    fn release(&self, id: &str, device: Loop) -> Result<(), MachineError> {
        let detached = self.devices.with_node(device, |directory| device.detach(directory));
        detached.map_err(|source| self.no_loop(id, source))
    }

    /// Removes files of what is deleted.
    fn sweep(&self, view: &View, errors: &mut Vec<MachineError>) {
        let live = view
            .volumes
            .iter()
            .filter(|volume| volume.status != "deleting")
            .map(|volume| &*volume.volume_id);
        let kept = live
            .chain(view.snapshots.iter().map(|snapshot| &*snapshot.snapshot_id))
            .collect();
        match self.store.sweep(&kept) {
            Ok(removed) if removed.is_empty() => {}
            Ok(removed) => tracing::info!(?removed, "deleted"),
            Err(error) => errors.push(MachineError::Sweep(error)),
        }
    }
}

/// Volumes that an instance has attached.
fn attached(view: &View) -> BTreeSet<&str> {
    let attached = |volume: &&Volume| volume.attachment_set.items.iter().any(is_there);
    view.volumes
        .iter()
        .filter(attached)
        .map(|volume| &*volume.volume_id)
        .collect()
}

/// Whether an attachment is, or will be soon.
fn is_there(attachment: &Attachment) -> bool {
    matches!(attachment.status.as_str(), "attaching" | "attached")
}

fn open(path: &Path) -> io::Result<std::fs::File> {
    OpenOptions::new().read(true).write(true).open(path)
}
