//! How a volume may be used.

use crate::invalid::Invalid;
use csi_proto::csi::VolumeCapability;
use csi_proto::csi::volume_capability::AccessType;
use csi_proto::csi::volume_capability::access_mode::Mode;

/// Whether a volume is used as a raw block device.
#[must_use]
pub fn is_block(capability: &VolumeCapability) -> bool {
    matches!(capability.access_type, Some(AccessType::Block(_)))
}

/// Whether several instances are to have the volume at once.
#[must_use]
pub fn is_shared(capability: &VolumeCapability) -> bool {
    mode(capability) == Mode::MultiNodeMultiWriter && is_block(capability)
}

fn mode(capability: &VolumeCapability) -> Mode {
    capability
        .access_mode
        .as_ref()
        .map_or(Mode::Unknown, csi_proto::csi::volume_capability::AccessMode::mode)
}

/// Whether the driver can provide a use.
///
/// # Errors
/// Names what is wrong with it.
pub fn check(capability: &VolumeCapability) -> Result<(), Invalid> {
    let mode = mode(capability);
    match (&capability.access_type, mode) {
        (None, _) => Err(Invalid::value(
            "volume_capability",
            "without access type",
            "block or mount",
        )),
        (_, Mode::SingleNodeWriter) | (Some(AccessType::Block(_)), Mode::MultiNodeMultiWriter) => Ok(()),
        _ => {
            let allowed = "SINGLE_NODE_WRITER, or MULTI_NODE_MULTI_WRITER for a raw block device";
            Err(Invalid::value("access_mode", mode.as_str_name(), allowed))
        }
    }
}

/// The capabilities of a request, of which there must be one at least, all of which can be provided.
///
/// # Errors
/// Names the first that cannot.
pub fn check_all(capabilities: &[VolumeCapability]) -> Result<(), Invalid> {
    if capabilities.is_empty() {
        return Err(Invalid::missing("volume_capabilities"));
    }
    capabilities.iter().try_for_each(check)
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi_proto::csi::volume_capability::{AccessMode, BlockVolume, MountVolume};

    #[test]
    fn one_writer_or_many_of_a_block_device() {
        let (block, mount) = (
            AccessType::Block(BlockVolume {}),
            AccessType::Mount(MountVolume::default()),
        );
        let table = [
            (Some(mount.clone()), Mode::SingleNodeWriter, true),
            (Some(block.clone()), Mode::SingleNodeWriter, true),
            (Some(block), Mode::MultiNodeMultiWriter, true),
            (Some(mount.clone()), Mode::MultiNodeMultiWriter, false),
            (Some(mount.clone()), Mode::MultiNodeReaderOnly, false),
            (Some(mount), Mode::Unknown, false),
            (None, Mode::SingleNodeWriter, false),
        ];
        for (access_type, mode, expected) in table {
            let capability = VolumeCapability {
                access_mode: Some(AccessMode { mode: mode.into() }),
                access_type,
            };
            assert_eq!(check(&capability).is_ok(), expected, "{capability:?}");
        }
    }
}
