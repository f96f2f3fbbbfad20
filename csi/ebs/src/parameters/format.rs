//! Parameters of formatting: read at creation, kept in the volume's attributes, read again on the node.

use super::Map;
use crate::invalid::Invalid;
use csi_node::FileSystem;
use csi_node::format::FormatOptions;
use csi_proto::csi::VolumeCapability;
use csi_proto::csi::volume_capability::AccessType;

/// The parameters by their lower-case keys, as they stand in the volume's attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormatParameters(Map);

const SIZES: [&str; 5] = [
    "blocksize",
    "inodesize",
    "bytesperinode",
    "numberofinodes",
    "ext4clustersize",
];
const TRUTHS: [&str; 2] = ["ext4bigalloc", "ext4encryptionsupport"];

impl FormatParameters {
    /// Takes a parameter, if it is one of these.
    pub(super) fn take(&mut self, key: &str, lower: &str, value: &str) -> Result<bool, Invalid> {
        if SIZES.contains(&lower) {
            if !value.chars().all(|c| c.is_ascii_alphanumeric()) {
                return Err(Invalid::value(
                    format!("parameter {key}"),
                    value,
                    "letters and digits only",
                ));
            }
            if !value.is_empty() {
                self.0.insert(lower.to_owned(), value.to_owned());
            }
        } else if TRUTHS.contains(&lower) {
            if value == "true" {
                self.0.insert(lower.to_owned(), value.to_owned());
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// What the node is told.
    #[must_use]
    pub fn attributes(&self) -> &Map {
        &self.0
    }
}

/// The options of formatting in a volume's attributes.
///
/// # Errors
/// As at creation: attributes of volumes that were made by hand are nobody's promise.
pub fn format_options(attributes: &Map) -> Result<FormatOptions, Invalid> {
    let mut parameters = FormatParameters::default();
    for (key, value) in super::sorted(attributes) {
        parameters.take(key, &key.to_ascii_lowercase(), value)?;
    }
    let size = |key: &str| parameters.0.get(key).cloned();
    let truth = |key: &str| parameters.0.contains_key(key);
    let options = FormatOptions {
        block_size: size("blocksize"),
        inode_size: size("inodesize"),
        bytes_per_inode: size("bytesperinode"),
        number_of_inodes: size("numberofinodes"),
        bigalloc: truth("ext4bigalloc"),
        cluster_size: size("ext4clustersize"),
        encryption: truth("ext4encryptionsupport"),
        legacy_xfs: false,
    };
    match &options.cluster_size {
        Some(size) if !options.bigalloc => Err(Invalid::value(
            "parameter ext4ClusterSize",
            size,
            "ext4BigAlloc \"true\" beside it",
        )),
        _ => Ok(options),
    }
}

/// Whether a volume that is used like this can be formatted like this. A file system that is named nowhere is not judged.
///
/// # Errors
/// Names the option and the file systems that have it.
pub fn check_format(options: &FormatOptions, capability: &VolumeCapability) -> Result<(), Invalid> {
    let unsupported = match &capability.access_type {
        Some(AccessType::Block(_)) => options.first().map(|option| (option, "a raw block device".to_owned())),
        Some(AccessType::Mount(mount)) if !mount.fs_type.is_empty() => {
            let kind = file_system(&mount.fs_type)?;
            options.unsupported_by(kind).map(|option| (option, kind.to_string()))
        }
        _ => None,
    };
    match unsupported {
        None => Ok(()),
        Some((unsupported, subject)) => Err(Invalid::value(
            format!("parameter {}", unsupported.option),
            format!("for {subject}"),
            format!("it for {} only", unsupported.by),
        )),
    }
}

fn file_system(name: &str) -> Result<FileSystem, Invalid> {
    name.parse()
        .map_err(|_| Invalid::value("fs_type", name, "ext3, ext4 or xfs"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi_proto::csi::volume_capability::{BlockVolume, MountVolume};

    fn capability(fs_type: Option<&str>) -> VolumeCapability {
        VolumeCapability {
            access_mode: None,
            access_type: Some(fs_type.map_or(AccessType::Block(BlockVolume {}), |fs_type| {
                AccessType::Mount(MountVolume {
                    fs_type: fs_type.into(),
                    ..Default::default()
                })
            })),
        }
    }

    #[test]
    fn options_and_file_systems() {
        // ext4, ext3, xfs, none named, raw block
        let table = [
            ("blocksize", "1024", [true, true, true, true, false]),
            ("inodesize", "512", [true, true, true, true, false]),
            ("bytesperinode", "8192", [true, true, false, true, false]),
            ("numberofinodes", "200192", [true, true, false, true, false]),
            ("ext4bigalloc", "true", [true, false, false, true, false]),
            ("ext4encryptionsupport", "true", [true, false, false, true, false]),
        ];
        let kinds = [Some("ext4"), Some("ext3"), Some("xfs"), Some(""), None];
        for (key, value, expected) in table {
            let options = format_options(&[(key.to_owned(), value.to_owned())].into()).unwrap();
            for (kind, expected) in kinds.into_iter().zip(expected) {
                assert_eq!(
                    check_format(&options, &capability(kind)).is_ok(),
                    expected,
                    "{key} {kind:?}"
                );
            }
        }
    }

    #[test]
    fn clusters_need_bigalloc() {
        let error = format_options(&[("ext4clustersize".to_owned(), "16384".to_owned())].into()).unwrap_err();
        insta::assert_snapshot!(error, @r#"parameter ext4ClusterSize "16384" is not allowed: give ext4BigAlloc "true" beside it"#);
    }
}
