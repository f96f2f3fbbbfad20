//! Block devices: numbers, sizes, partitions, and which of them is a volume.

use crate::mountinfo::DeviceNumber;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The device's number; an error when it is no block device.
///
/// # Errors
/// When there is nothing at `path`, or no block device.
pub fn number(path: &Path) -> io::Result<DeviceNumber> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.file_type().is_block_device() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a block device"));
    }
    let number = metadata.rdev();
    Ok((rustix::fs::major(number), rustix::fs::minor(number)))
}

/// Bytes of a block device.
///
/// # Errors
/// When it cannot be opened.
pub fn size(path: &Path) -> io::Result<u64> {
    File::open(path)?.seek(SeekFrom::End(0))
}

/// The device of a number: `named`, if it is that one, or what the kernel calls it in `dev`.
#[must_use]
pub fn of_number(device: DeviceNumber, named: &Path, dev: &Path) -> Option<PathBuf> {
    if number(named).is_ok_and(|number| number == device) {
        return Some(named.to_owned());
    }
    let uevent = std::fs::read_to_string(format!("/sys/dev/block/{}:{}/uevent", device.0, device.1)).ok()?;
    let name = uevent.lines().find_map(|line| line.strip_prefix("DEVNAME="))?;
    Some(dev.join(name))
}

/// The node of a partition: the kernel puts a `p` between a name that ends in a digit and the number.
#[must_use]
pub fn partition(device: &Path, number: u32) -> PathBuf {
    let name = device.file_name().unwrap_or_default().to_string_lossy();
    let p = if name.ends_with(|last: char| last.is_ascii_digit()) {
        "p"
    } else {
        ""
    };
    device.with_file_name(format!("{name}{p}{number}"))
}

/// The serial number that the device's controller reports; virtual devices have none.
#[must_use]
pub fn serial(device: &Path) -> Option<String> {
    let name = device.file_name().map(OsStr::to_string_lossy)?;
    let text = std::fs::read_to_string(format!("/sys/block/{name}/device/serial")).ok()?;
    let serial = text.trim();
    (!serial.is_empty()).then(|| serial.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_as_the_kernel_names_them() {
        let table = [
            ("/dev/xvdba", "/dev/xvdba1"),
            ("/dev/nvme1n1", "/dev/nvme1n1p1"),
            ("/dev/loop0", "/dev/loop0p1"),
        ];
        for (device, expected) in table {
            assert_eq!(partition(Path::new(device), 1), Path::new(expected));
        }
    }

    #[test]
    fn a_file_is_no_device() {
        assert!(number(Path::new("/proc/self/status")).is_err());
    }
}
