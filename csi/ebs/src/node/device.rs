//! Which device is a volume.
//!
//! By the link that udev makes of the serial number of an NVMe device, which is the volume's id; where there is none, by the name that
//! the volume was attached by.

use super::{Node, NodeError};
use csi_node::device;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Start of the names of links to EBS devices.
const LINK: &str = "disk/by-id/nvme-Amazon_Elastic_Block_Store_";

/// How long a device may take to appear after EC2 has attached it.
const APPEARANCE: Duration = Duration::from_secs(5);

/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// A volume, as a request names it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The volume's id.
    pub(super) volume: String,
    /// The name that it was attached by, such as `/dev/xvdaa`.
    pub(super) named: String,
    /// The partition of it, if not the whole.
    pub(super) partition: Option<u32>,
}

impl Node {
    /// The device of a volume, or of its partition, once it has appeared.
    pub(super) async fn locate(&self, wanted: &Wanted) -> Result<PathBuf, NodeError> {
        let end = Instant::now() + APPEARANCE;
        loop {
            let found = find(&self.settings.dev, wanted)?;
            let device = found.map(|device| {
                wanted
                    .partition
                    .map_or(device.clone(), |number| device::partition(&device, number))
            });
            if let Some(device) = device.filter(|device| device.exists()) {
                return Ok(device);
            }
            if Instant::now() > end {
                return Err(NodeError::NoDevice {
                    volume: wanted.volume.clone(),
                    link: link(&self.settings.dev, &wanted.volume),
                    named: under(&self.settings.dev, &wanted.named),
                });
            }
            sleep(LOOK).await;
        }
    }
}

fn link(dev: &Path, volume: &str) -> PathBuf {
    dev.join(format!("{LINK}{}", volume.replace('-', "")))
}

/// A device name below the folder of devices.
fn under(dev: &Path, named: &str) -> PathBuf {
    dev.join(named.trim_start_matches("/dev/").trim_start_matches('/'))
}

/// The whole device, if it has appeared.
fn find(dev: &Path, wanted: &Wanted) -> Result<Option<PathBuf>, NodeError> {
    let link = link(dev, &wanted.volume);
    let path = if link.is_symlink() {
        link
    } else {
        under(dev, &wanted.named)
    };
    let Ok(path) = path.canonicalize() else {
        return Ok(None);
    };
    let wrong = |source| NodeError::WrongDevice {
        path: path.clone(),
        volume: wanted.volume.clone(),
        source,
    };
    device::number(&path).map_err(wrong)?;
    match device::serial(&path) {
        Some(serial) if serial.starts_with("vol") && serial != wanted.volume.replace('-', "") => {
            Err(NodeError::OtherVolume {
                path,
                serial,
                volume: wanted.volume.clone(),
            })
        }
        _ => Ok(Some(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(named: &str) -> Wanted {
        Wanted {
            volume: "vol-0123".into(),
            named: named.into(),
            partition: None,
        }
    }

    #[test]
    fn a_device_that_has_not_appeared_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(folder.path(), &wanted("/dev/xvdaa")).unwrap(), None);
    }

    #[test]
    fn a_file_in_place_of_a_device_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("xvdaa"), "").unwrap();
        assert!(matches!(
            find(folder.path(), &wanted("/dev/xvdaa")),
            Err(NodeError::WrongDevice { .. })
        ));
    }

    #[test]
    fn links_and_names() {
        let dev = Path::new("/dev");
        assert_eq!(
            link(dev, "vol-0123"),
            Path::new("/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123")
        );
        assert_eq!(
            under(Path::new("/node/dev"), "/dev/xvdaa"),
            Path::new("/node/dev/xvdaa")
        );
    }
}
