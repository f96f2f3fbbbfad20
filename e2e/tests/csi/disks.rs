//! Devices of an instance: a loop device for every volume that EC2 says is attached, with the link that udev makes of an EBS device.

use anyhow::{Context, Result, ensure};
use aws_api::Ebs;
use aws_api::ebs::Volume;
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often attachments are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What follows the attachments of an instance.
pub(crate) struct Disks {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<Vec<String>>>,
}

impl Disks {
    /// Makes devices below `<folder>/dev`, with their content in `<folder>/volumes`.
    pub(crate) async fn follow(endpoint: &str, region: &str, instance: &str, folder: &Path) -> Self {
        let ebs = aws_sdk::connect_ebs_to(endpoint, region).await;
        let (stop, stopped) = watch::channel(false);
        let devices = Devices {
            instance: instance.to_owned(),
            links: folder.join("dev/disk/by-id"),
            files: folder.join("volumes"),
            loops: BTreeMap::new(),
        };
        Self {
            stop,
            task: tokio::spawn(run(ebs, devices, stopped)),
        }
    }

    /// Takes all devices away; the ids of the volumes that had one still.
    pub(crate) async fn stop(self) -> Result<Vec<String>> {
        self.stop.send(true)?;
        self.task.await?
    }
}

async fn run(ebs: Arc<dyn Ebs>, mut devices: Devices, stopped: watch::Receiver<bool>) -> Result<Vec<String>> {
    std::fs::create_dir_all(&devices.links)?;
    std::fs::create_dir_all(&devices.files)?;
    while !*stopped.borrow() {
        // The driver's volumes, not the root.
        let filter = vec![
            ("attachment.instance-id".to_owned(), vec![devices.instance.clone()]),
            ("tag-key".to_owned(), vec!["CSIVolumeName".to_owned()]),
        ];
        // The endpoint may be gone before this is.
        if let Ok(volumes) = ebs.describe_volumes(&filter).await {
            devices = tokio::task::spawn_blocking(move || devices.become_those_of(&volumes)).await??;
        }
        tokio::time::sleep(LOOK).await;
    }
    let left = devices.loops.keys().cloned().collect();
    tokio::task::spawn_blocking(move || devices.become_those_of(&[])).await??;
    Ok(left)
}

struct Devices {
    instance: String,
    links: PathBuf,
    files: PathBuf,
    /// Loop devices and their sizes in GiB by volume.
    loops: BTreeMap<String, (String, i32)>,
}

impl Devices {
    fn become_those_of(mut self, volumes: &[Volume]) -> Result<Self> {
        let here = |volume: &&Volume| {
            let mut attachments = volume.attachments.iter().filter(|one| one.instance_id == self.instance);
            attachments.any(|attachment| matches!(attachment.state.as_str(), "attaching" | "attached" | "busy"))
        };
        let wanted: BTreeMap<_, _> = volumes
            .iter()
            .filter(here)
            .map(|volume| (volume.id.clone(), volume.size))
            .collect();
        let gone: Vec<_> = self
            .loops
            .keys()
            .filter(|id| !wanted.contains_key(*id))
            .cloned()
            .collect();
        for id in gone {
            self.remove(&id)?;
        }
        for (id, size) in wanted {
            self.have(&id, size)?;
        }
        Ok(self)
    }

    fn have(&mut self, id: &str, size: i32) -> Result<()> {
        let file = self.files.join(format!("{id}.img"));
        let has_size = self.loops.get(id).map(|(_, size)| *size);
        if has_size == Some(size) {
            return Ok(());
        }
        let image = std::fs::OpenOptions::new().create(true).append(true).open(&file)?;
        image.set_len(u64::try_from(size)? << 30)?;
        let device = match self.loops.get(id) {
            Some((device, _)) => {
                losetup(&["--set-capacity", device])?;
                device.clone()
            }
            None => {
                let device = losetup(&["--find", "--show", "--nooverlap", &file.display().to_string()])?;
                symlink(&device, self.link(id))?;
                device
            }
        };
        self.loops.insert(id.to_owned(), (device, size));
        Ok(())
    }

    fn remove(&mut self, id: &str) -> Result<()> {
        if let Some((device, _)) = self.loops.remove(id) {
            std::fs::remove_file(self.link(id))?;
            losetup(&["--detach", &device])?;
        }
        Ok(())
    }

    fn link(&self, id: &str) -> PathBuf {
        self.links
            .join(format!("nvme-Amazon_Elastic_Block_Store_{}", id.replace('-', "")))
    }
}

fn losetup(arguments: &[&str]) -> Result<String> {
    let output = Command::new("losetup").args(arguments).output().context("losetup")?;
    ensure!(
        output.status.success(),
        "losetup {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
