//! Real loop devices, real tools, real mounts. Without root these tests say that they are skipped.
#![allow(clippy::unwrap_used)]

use rustix::mount::MountFlags;
use seatrial_csi_node::format::FormatOptions;
use seatrial_csi_node::mount::{self, resolved};
use seatrial_csi_node::options::Options;
use seatrial_csi_node::probe::{Content, content};
use seatrial_csi_node::stage::{StageError, Staging};
use seatrial_csi_node::{FileSystem, MountTable, device, grow, stats};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const GIB: u64 = 1 << 30;

/// A loop device with a file behind it, until dropped.
struct Disk {
    folder: TempDir,
    device: PathBuf,
}

impl Disk {
    fn new(size: u64) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: devices need root");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        set_size(&folder.path().join("image"), size);
        let device = losetup(&[
            "--find",
            "--show",
            "--nooverlap",
            folder.path().join("image").to_str().unwrap(),
        ]);
        Some(Self {
            device: device.into(),
            folder,
        })
    }

    fn grow(&self, size: u64) {
        set_size(&self.folder.path().join("image"), size);
        losetup(&["--set-capacity", self.device.to_str().unwrap()]);
    }

    fn path(&self, name: &str) -> PathBuf {
        resolved(self.folder.path()).join(name)
    }

    fn staging(&self, kind: FileSystem, words: &[&str]) -> Staging {
        let target = self.path("staging");
        mount::make_folder(&target).unwrap();
        Staging {
            device: self.device.clone(),
            target,
            kind,
            format: FormatOptions::default(),
            options: Options::parse(words.iter().copied()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let folder = resolved(self.folder.path());
        let table = MountTable::read().unwrap();
        for mounted in table.below(&folder) {
            let _gone = mount::unmount(&mounted.target);
        }
        losetup(&["--detach", self.device.to_str().unwrap()]);
    }
}

fn set_size(file: &Path, size: u64) {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .unwrap()
        .set_len(size)
        .unwrap();
}

/// Whether the tools of a file system are installed; without them its tests say that they are skipped.
fn has_tools(kind: FileSystem) -> bool {
    let program = format!("mkfs.{kind}");
    let found = Command::new(&program).arg("-V").output().is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed (e2fsprogs, xfsprogs)");
    }
    found
}

fn losetup(arguments: &[&str]) -> String {
    let output = Command::new("losetup").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "losetup {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn mounted_bytes(path: &Path) -> u64 {
    stats::usage(path).unwrap().0.total
}

#[test]
fn a_blank_device_is_formatted_and_keeps_its_data() {
    for kind in [FileSystem::Ext3, FileSystem::Ext4, FileSystem::Xfs]
        .into_iter()
        .filter(|kind| has_tools(*kind))
    {
        let Some(disk) = Disk::new(GIB) else { return };
        let staging = disk.staging(kind, &[]);
        assert_eq!(content(&disk.device).unwrap(), Content::Blank);
        staging.carry_out().unwrap();
        std::fs::write(staging.target.join("file"), "data").unwrap();
        mount::unmount(&staging.target).unwrap();

        assert_eq!(content(&disk.device).unwrap(), Content::FileSystem(kind.name().into()));
        staging.carry_out().unwrap();
        assert_eq!(
            std::fs::read_to_string(staging.target.join("file")).unwrap(),
            "data",
            "{kind}"
        );
    }
}

#[test]
fn a_file_system_fills_a_device_that_has_grown() {
    for kind in [FileSystem::Ext4, FileSystem::Xfs]
        .into_iter()
        .filter(|kind| has_tools(*kind))
    {
        let Some(disk) = Disk::new(GIB) else { return };
        let staging = disk.staging(kind, &[]);
        staging.carry_out().unwrap();
        let before = mounted_bytes(&staging.target);
        mount::unmount(&staging.target).unwrap();
        disk.grow(2 * GIB);
        assert_eq!(grow::has_room(&disk.device).unwrap(), Some(true));
        staging.carry_out().unwrap();
        assert!(mounted_bytes(&staging.target) > before * 3 / 2, "{kind}");
        mount::unmount(&staging.target).unwrap();
        assert_eq!(grow::has_room(&disk.device).unwrap(), Some(false), "{kind}");
    }
}

#[test]
fn xfs_grows_while_it_is_mounted() {
    if !has_tools(FileSystem::Xfs) {
        return;
    }
    let Some(disk) = Disk::new(GIB) else { return };
    let staging = disk.staging(FileSystem::Xfs, &[]);
    staging.carry_out().unwrap();
    let before = mounted_bytes(&staging.target);
    disk.grow(2 * GIB);
    grow::mounted(&disk.device, &staging.target, "xfs").unwrap();
    assert!(mounted_bytes(&staging.target) > before * 3 / 2);
    assert_eq!(device::size(&disk.device).unwrap(), 2 * GIB);
}

#[test]
fn a_mount_is_shown_elsewhere_read_only() {
    let Some(disk) = Disk::new(GIB) else { return };
    let staging = disk.staging(FileSystem::Ext4, &["noatime"]);
    staging.carry_out().unwrap();
    let target = disk.path("a pod's \\ folder");
    mount::make_folder(&target).unwrap();
    mount::bind(&staging.target, &target, MountFlags::RDONLY).unwrap();
    assert!(std::fs::write(target.join("file"), "data").is_err());
    std::fs::write(staging.target.join("file"), "data").unwrap();
    let table = MountTable::read().unwrap();
    let shown = table.at(&target).unwrap();
    assert!(
        shown.options.contains(&"ro".to_owned()) && shown.options.contains(&"noatime".to_owned()),
        "{shown:?}"
    );
    assert_eq!(table.count_of(device::number(&disk.device).unwrap()), 2);
    mount::unmount_and_remove(&target).unwrap();
    assert!(!target.exists());
    mount::unmount_and_remove(&target).unwrap();
}

#[test]
fn a_device_is_bound_to_a_file() {
    let Some(disk) = Disk::new(GIB) else { return };
    let target = disk.path("publish/device");
    mount::make_file(&target).unwrap();
    mount::bind(&disk.device, &target, MountFlags::empty()).unwrap();
    assert_eq!(device::number(&target).unwrap(), device::number(&disk.device).unwrap());
    assert_eq!(device::size(&target).unwrap(), GIB);
    mount::unmount_and_remove(&target).unwrap();
    assert!(!target.exists());
}

#[test]
fn what_is_no_file_system_is_not_written_over() {
    let Some(disk) = Disk::new(GIB) else { return };
    // A partition table as fdisk writes it: a signature at the end of the first sector, one entry.
    let mut sector = [0_u8; 512];
    sector[446..462].copy_from_slice(&[0, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0]);
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    std::fs::write(disk.path("image"), sector).unwrap();
    disk.grow(GIB);
    let error = disk.staging(FileSystem::Ext4, &[]).carry_out().unwrap_err();
    assert!(matches!(error, StageError::NoFileSystem { .. }), "{error}");
}

#[test]
fn a_blank_device_is_not_formatted_for_reading_only() {
    let Some(disk) = Disk::new(GIB) else { return };
    let error = disk.staging(FileSystem::Ext4, &["ro"]).carry_out().unwrap_err();
    assert!(matches!(error, StageError::BlankReadOnly { .. }), "{error}");
    assert_eq!(content(&disk.device).unwrap(), Content::Blank);
}

#[test]
fn every_option_of_formatting_makes_a_file_system_that_mounts() {
    let size = |size: &str| Some(size.to_owned());
    let table = [
        (
            FileSystem::Ext4,
            FormatOptions {
                block_size: size("1024"),
                ..FormatOptions::default()
            },
        ),
        (
            FileSystem::Ext3,
            FormatOptions {
                inode_size: size("512"),
                ..FormatOptions::default()
            },
        ),
        (
            FileSystem::Ext4,
            FormatOptions {
                bytes_per_inode: size("8192"),
                ..FormatOptions::default()
            },
        ),
        (
            FileSystem::Ext4,
            FormatOptions {
                number_of_inodes: size("200192"),
                ..FormatOptions::default()
            },
        ),
        (
            FileSystem::Ext4,
            FormatOptions {
                bigalloc: true,
                cluster_size: size("16384"),
                ..FormatOptions::default()
            },
        ),
        (
            FileSystem::Ext4,
            FormatOptions {
                bigalloc: true,
                encryption: true,
                ..FormatOptions::default()
            },
        ),
        (
            FileSystem::Xfs,
            FormatOptions {
                inode_size: size("1024"),
                legacy_xfs: true,
                ..FormatOptions::default()
            },
        ),
    ];
    for (kind, format) in table.into_iter().filter(|(kind, _)| has_tools(*kind)) {
        let Some(disk) = Disk::new(GIB) else { return };
        let staging = Staging {
            format,
            ..disk.staging(kind, &[])
        };
        staging
            .carry_out()
            .unwrap_or_else(|error| panic!("{:?}: {error}", staging.format));
    }
}
