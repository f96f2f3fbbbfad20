//! An emulated AWS, and nodes as processes with devices of their own.

use emulator::{Config, Emulator, World};
use loopdev::Loop;
use seatrial_node::devices::by_id;
use seatrial_node::ec2::{Ec2, Ec2Error, List};
use seatrial_node::http::Endpoint;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::{NamedTempFile, TempDir};

const REGION: &str = "us-west-2";
const ZONE: &str = "us-west-2a";
pub(crate) const NODE_A: &str = "i-0a00000000000000a";
/// A second instance of the same zone.
pub(crate) const NODE_B: &str = "i-0a00000000000000c";

/// An AWS and a machine.
pub(crate) struct Lab {
    emulator: Emulator,
    ec2: Ec2,
    directory: TempDir,
}

/// A node that runs until it is dropped.
pub(crate) struct Node {
    process: Child,
    dev: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    volume_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Copied {
    volume_set: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    volume_set: List<Made>,
}

#[derive(Deserialize)]
struct Entry {
    item: Made,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshotted {
    snapshot_id: String,
}

/// The last part of what a link leads to.
pub(crate) fn device_name(link: &Path) -> String {
    link.canonicalize()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

impl Lab {
    /// Absent, and said so, where loop devices cannot be made.
    pub(crate) async fn start() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let probe = File::create(directory.path().join("probe")).unwrap();
        probe.set_len(1 << 20).unwrap();
        let probe = OpenOptions::new()
            .read(true)
            .write(true)
            .open(directory.path().join("probe"))
            .unwrap();
        match Loop::attach(&probe, "probe", directory.path()) {
            Ok(device) => device.detach(directory.path()).unwrap(),
            Err(error) => {
                eprintln!("skipped: loop devices cannot be made here: {error}");
                return None;
            }
        }
        let mut world = World::default();
        let mut second = world.instances[0].clone();
        NODE_B.clone_into(&mut second.id);
        "eni-0a00000000000000c".clone_into(&mut second.interface);
        second.address = "192.168.0.5".parse().unwrap();
        second.prefixes.clear();
        world.instances.push(second);
        let config = Config {
            world: Some(world),
            ..Config::default()
        };
        let emulator = Emulator::start(config).await.unwrap();
        let ec2 = Ec2::new(Endpoint::parse(&emulator.endpoint()).unwrap(), REGION);
        Some(Self {
            emulator,
            ec2,
            directory,
        })
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// Starts the node of an instance.
    pub(crate) fn node(&self, instance_id: &str) -> Node {
        self.start_node(instance_id, &[])
    }

    fn start_node(&self, instance_id: &str, more: &[&str]) -> Node {
        let dev = self.directory.path().join(instance_id);
        let process = Command::new(env!("CARGO_BIN_EXE_seatrial-node"))
            .args([
                "--endpoint-url",
                &self.emulator.endpoint(),
                "--instance-id",
                instance_id,
            ])
            .arg("--state-dir")
            .arg(self.state())
            .arg("--dev-dir")
            .arg(&dev)
            .args(more)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Node { process, dev }
    }

    /// Removes the devices of a node that does not run; whether nothing was left.
    pub(crate) fn remove(&self, instance_id: &str) -> bool {
        let mut node = self.start_node(instance_id, &["--remove"]);
        node.process.wait().unwrap().success()
    }

    async fn try_call(&self, action: &str, parameters: &[(&str, &str)]) -> Result<IgnoredAny, Ec2Error> {
        self.ec2.call(action, parameters).await
    }

    pub(crate) async fn call(&self, action: &str, parameters: &[(&str, &str)]) {
        self.try_call(action, parameters).await.unwrap();
    }

    /// Repeats a call until the state of things allows it.
    async fn until_allowed(&self, action: &str, parameters: &[(&str, &str)]) {
        loop {
            match self.try_call(action, parameters).await {
                Err(Ec2Error::Refused { code, .. }) if ["IncorrectState", "VolumeInUse"].contains(&code.as_str()) => {
                    tokio::task::yield_now().await;
                }
                result => {
                    result.unwrap();
                    return;
                }
            }
        }
    }

    async fn available(&self, volume: &str) {
        let parameters = [
            ("VolumeId.1", volume),
            ("Filter.1.Name", "status"),
            ("Filter.1.Value.1", "available"),
        ];
        while self
            .ec2
            .call::<Found>("DescribeVolumes", &parameters)
            .await
            .unwrap()
            .volume_set
            .items
            .is_empty()
        {
            tokio::task::yield_now().await;
        }
    }

    /// A volume of so many GiB.
    pub(crate) async fn volume(&self, gib: u32) -> String {
        let size = gib.to_string();
        let parameters = [("AvailabilityZone", ZONE), ("Size", &size), ("VolumeType", "gp3")];
        let made: Made = self.ec2.call("CreateVolume", &parameters).await.unwrap();
        self.available(&made.volume_id).await;
        made.volume_id
    }

    /// A volume of a snapshot.
    pub(crate) async fn restore(&self, snapshot: &str, gib: u32) -> String {
        let size = gib.to_string();
        let parameters = [("AvailabilityZone", ZONE), ("Size", &size), ("SnapshotId", snapshot)];
        loop {
            match self.ec2.call::<Made>("CreateVolume", &parameters).await {
                Ok(made) => {
                    self.available(&made.volume_id).await;
                    return made.volume_id;
                }
                Err(Ec2Error::Refused { code, .. }) if code == "IncorrectState" => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// A copy of a volume.
    pub(crate) async fn copy(&self, volume: &str) -> String {
        let copied: Copied = self
            .ec2
            .call("CopyVolumes", &[("SourceVolumeId", volume)])
            .await
            .unwrap();
        self.available(&copied.volume_set.item.volume_id).await;
        copied.volume_set.item.volume_id
    }

    pub(crate) async fn snapshot(&self, volume: &str) -> String {
        let made: Snapshotted = self.ec2.call("CreateSnapshot", &[("VolumeId", volume)]).await.unwrap();
        made.snapshot_id
    }

    pub(crate) async fn copy_snapshot(&self, snapshot: &str) -> String {
        let parameters = [("SourceRegion", REGION), ("SourceSnapshotId", snapshot)];
        loop {
            match self.ec2.call::<Snapshotted>("CopySnapshot", &parameters).await {
                Ok(made) => return made.snapshot_id,
                Err(Ec2Error::Refused { code, .. }) if code == "IncorrectState" => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) async fn attach(&self, volume: &str, instance: &str, device: &str) {
        let parameters = [("VolumeId", volume), ("InstanceId", instance), ("Device", device)];
        self.until_allowed("AttachVolume", &parameters).await;
    }

    pub(crate) async fn detach(&self, volume: &str) {
        self.call("DetachVolume", &[("VolumeId", volume)]).await;
    }

    pub(crate) async fn delete(&self, volume: &str) {
        self.until_allowed("DeleteVolume", &[("VolumeId", volume)]).await;
    }

    /// Loop devices of the machine's volumes.
    pub(crate) fn loops(&self) -> Vec<Loop> {
        let state = self.state();
        let ours = |(device, path): (Loop, PathBuf)| path.starts_with(&state).then_some(device);
        Loop::in_use().unwrap().into_iter().filter_map(ours).collect()
    }

    /// Files of volumes and snapshots that are whole.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let rooms = ["volumes", "snapshots"].map(|room| std::fs::read_dir(self.state().join(room)));
        let entries = rooms
            .into_iter()
            .flatten()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "img"))
            .collect()
    }

    /// Takes away what a reboot takes away.
    pub(crate) fn reboot(&self, node: &Node) {
        for device in self.loops() {
            device.detach(&node.dev).unwrap();
        }
        std::fs::remove_dir_all(&node.dev).unwrap();
    }

    /// A loop device of somebody else.
    pub(crate) fn foreign(&self) -> (NamedTempFile, Loop) {
        let file = NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 20).unwrap();
        let device = Loop::attach(file.as_file(), "foreign", self.directory.path()).unwrap();
        (file, device)
    }
}

/// Loop devices outlive processes, and a test that fails.
impl Drop for Lab {
    fn drop(&mut self) {
        for device in self.loops() {
            let directory = self.directory.path();
            if let Err(error) = device.make_node(directory).and_then(|()| device.detach(directory)) {
                eprintln!("{} is left: {error}", device.name());
            }
        }
    }
}

impl Node {
    pub(crate) fn dev(&self) -> &Path {
        &self.dev
    }

    /// Where the device of a volume is found.
    pub(crate) fn by_id(&self, volume: &str) -> PathBuf {
        self.dev.join(by_id(volume))
    }

    /// Asks it to end, which takes no device away; whether it ended well.
    pub(crate) fn terminate(&mut self) -> bool {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.process.wait().unwrap().success()
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn write(&self, volume: &str, offset: u64, bytes: &[u8]) {
        let device = OpenOptions::new().write(true).open(self.by_id(volume)).unwrap();
        device.write_all_at(bytes, offset).unwrap();
        device.sync_all().unwrap();
    }

    pub(crate) fn read(&self, volume: &str, offset: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        File::open(self.by_id(volume))
            .unwrap()
            .read_exact_at(&mut bytes, offset)
            .unwrap();
        bytes
    }

    /// Bytes of the device of a volume.
    pub(crate) fn size(&self, volume: &str) -> u64 {
        let name = device_name(&self.by_id(volume));
        Loop(name.strip_prefix("loop").unwrap().parse().unwrap())
            .size()
            .unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
