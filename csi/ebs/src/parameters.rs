//! Parameters of StorageClasses and VolumeAttributesClasses.
//!
//! Keys are compared without regard to the case of letters. A truth is the text `true`; every other text means no.

mod format;
mod snapshot;

pub use format::{FormatParameters, check_format, format_options};
pub use snapshot::SnapshotParameters;

use crate::invalid::Invalid;
use std::collections::HashMap;
use std::str::FromStr;

/// A map of the CSI.
pub type Map = HashMap<String, String>;

/// Type of a volume for which none is asked.
pub const DEFAULT_TYPE: &str = "gp3";

/// Keys by which a class adds tags: `tagSpecification_1` and so on.
const TAG_SPECIFICATION: &str = "tagspecification";
/// Keys by which a VolumeAttributesClass takes tags away.
const TAG_DELETION: &str = "tagdeletion";

/// The objects of the cluster that a volume is made for, as far as the sidecars tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The claim.
    pub pvc_name: Option<String>,
    /// Its namespace.
    pub pvc_namespace: Option<String>,
    /// The persistent volume.
    pub pv_name: Option<String>,
}

impl Claim {
    /// Takes a parameter, if it is one of these.
    fn take(&mut self, key: &str, value: &str) -> bool {
        let field = match key {
            "csi.storage.k8s.io/pvc/name" => &mut self.pvc_name,
            "csi.storage.k8s.io/pvc/namespace" => &mut self.pvc_namespace,
            "csi.storage.k8s.io/pv/name" => &mut self.pv_name,
            _ => return false,
        };
        *field = Some(value.to_owned());
        true
    }
}

/// What a StorageClass says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeParameters {
    /// Type of the volume.
    pub kind: Option<String>,
    /// I/O operations a second.
    pub iops: Option<i32>,
    /// I/O operations a second for each GiB.
    pub iops_per_gb: Option<i32>,
    /// Whether those may be lifted to the least of the type.
    pub lift: bool,
    /// Whether a later growth may raise them.
    pub auto_iops_on_modify: bool,
    /// MiB a second.
    pub throughput: Option<i32>,
    /// MiB a second at which a snapshot is read.
    pub initialization_rate: Option<i32>,
    /// Whether it is encrypted.
    pub encrypted: Option<bool>,
    /// The key.
    pub kms_key_id: Option<String>,
    /// Whether it is published only when all its blocks are there.
    pub wait_until_initialized: bool,
    /// How it is formatted.
    pub format: FormatParameters,
    /// Whom it is for.
    pub claim: Claim,
    /// `key=template` of each tag.
    pub tags: Vec<String>,
}

/// The keys of StorageClasses, for those who mistype one.
const VOLUME_KEYS: &str = "type, iops, iopsPerGB, allowAutoIOPSPerGBIncrease, allowAutoIOPSIncreaseOnModify, throughput, \
    volumeInitializationRate, encrypted, kmsKeyId, blockExpress, blockAttachUntilInitialized, blockSize, inodeSize, \
    bytesPerInode, numberOfInodes, ext4BigAlloc, ext4ClusterSize, ext4EncryptionSupport or tagSpecification_*";

impl VolumeParameters {
    /// Reads the parameters of CreateVolume.
    ///
    /// # Errors
    /// Names the first parameter, in the order of their keys, that is unknown or has a value that is not allowed.
    pub fn parse(map: &Map) -> Result<Self, Invalid> {
        let mut parameters = Self::default();
        for (key, value) in sorted(map) {
            parameters.take(key, value)?;
        }
        if let (Some(iops), Some(_)) = (parameters.iops, parameters.iops_per_gb) {
            return Err(Invalid::value(
                "parameter iops",
                iops,
                "either iops or iopsPerGB, not both",
            ));
        }
        Ok(parameters)
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), Invalid> {
        let lower = key.to_ascii_lowercase();
        if self.claim.take(&lower, value) || self.format.take(key, &lower, value)? {
            return Ok(());
        }
        match lower.as_str() {
            "type" => self.kind = filled(value),
            "iops" => self.iops = positive(key, value)?,
            "iopspergb" => self.iops_per_gb = positive(key, value)?,
            "allowautoiopspergbincrease" => self.lift = value == "true",
            "allowautoiopsincreaseonmodify" => self.auto_iops_on_modify = value == "true",
            "throughput" => self.throughput = positive(key, value)?,
            "volumeinitializationrate" => self.initialization_rate = positive(key, value)?,
            "encrypted" => self.encrypted = Some(value == "true"),
            "kmskeyid" => self.kms_key_id = filled(value),
            "blockattachuntilinitialized" => self.wait_until_initialized = value == "true",
            // Had a meaning once; classes that name it are still about. fstype reaches the driver in the capability.
            "blockexpress" | "fstype" => {}
            _ if lower.starts_with(TAG_SPECIFICATION) => self.tags.push(value.to_owned()),
            _ => return Err(Invalid::value("parameter", key, VOLUME_KEYS)),
        }
        Ok(())
    }
}

/// What a VolumeAttributesClass says, at creation or later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MutableParameters {
    /// Type of the volume.
    pub kind: Option<String>,
    /// I/O operations a second.
    pub iops: Option<i32>,
    /// I/O operations a second for each GiB.
    pub iops_per_gb: Option<i32>,
    /// Whether growth may raise them.
    pub auto_iops_on_modify: bool,
    /// MiB a second.
    pub throughput: Option<i32>,
    /// Whom it is for.
    pub claim: Claim,
    /// `key=template` of each tag that is added.
    pub tags: Vec<String>,
    /// Keys of tags that are taken away.
    pub tag_deletions: Vec<String>,
}

const MUTABLE_KEYS: &str =
    "type, iops, iopsPerGB, allowAutoIOPSIncreaseOnModify, throughput, tagSpecification_* or tagDeletion_*";

impl MutableParameters {
    /// Reads the mutable parameters of CreateVolume and ControllerModifyVolume.
    ///
    /// # Errors
    /// As [`VolumeParameters::parse`].
    pub fn parse(map: &Map) -> Result<Self, Invalid> {
        let mut parameters = Self::default();
        let mut old_kind = None;
        for (key, value) in sorted(map) {
            let lower = key.to_ascii_lowercase();
            if parameters.claim.take(&lower, value) {
                continue;
            }
            match lower.as_str() {
                "type" => parameters.kind = filled(value),
                "volumetype" => old_kind = filled(value),
                "iops" => parameters.iops = positive(key, value)?,
                "iopspergb" => parameters.iops_per_gb = positive(key, value)?,
                "allowautoiopsincreaseonmodify" => parameters.auto_iops_on_modify = value == "true",
                "throughput" => parameters.throughput = positive(key, value)?,
                _ if lower.starts_with(TAG_SPECIFICATION) => parameters.tags.push(value.to_owned()),
                _ if lower.starts_with(TAG_DELETION) => parameters.tag_deletions.push(value.to_owned()),
                _ => return Err(Invalid::value("mutable parameter", key, MUTABLE_KEYS)),
            }
        }
        if let (Some(iops), Some(_)) = (parameters.iops, parameters.iops_per_gb) {
            return Err(Invalid::value(
                "mutable parameter iops",
                iops,
                "either iops or iopsPerGB, not both",
            ));
        }
        parameters.kind = parameters.kind.or(old_kind);
        Ok(parameters)
    }
}

impl VolumeParameters {
    /// These, where a VolumeAttributesClass does not say otherwise.
    #[must_use]
    pub fn overridden_by(mut self, class: MutableParameters) -> Self {
        self.kind = class.kind.or(self.kind);
        if class.iops.is_some() || class.iops_per_gb.is_some() {
            (self.iops, self.iops_per_gb) = (class.iops, class.iops_per_gb);
        }
        self.throughput = class.throughput.or(self.throughput);
        self.auto_iops_on_modify |= class.auto_iops_on_modify;
        self.tags.extend(class.tags);
        self
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or(DEFAULT_TYPE)
    }
}

/// In the order of the keys, so that of two mistakes always the same is named.
fn sorted(map: &Map) -> impl Iterator<Item = (&str, &str)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    entries.sort_unstable();
    entries.into_iter()
}

fn filled(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

/// A whole number; what is not above zero leaves the choice to AWS.
fn positive(key: &str, value: &str) -> Result<Option<i32>, Invalid> {
    number(key, value).map(|number: i32| (number > 0).then_some(number))
}

fn number<T: FromStr>(key: &str, value: &str) -> Result<T, Invalid> {
    let parsed = value.trim().parse();
    parsed.map_err(|_| Invalid::value(format!("parameter {key}"), value, "a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> Map {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_storage_class_is_read_whatever_the_case_of_its_keys() {
        let class = map(&[
            ("Type", "io2"),
            ("iopspergb", "50"),
            ("allowAutoIOPSPerGBIncrease", "true"),
            ("encrypted", "TRUE"),
            ("kmsKeyId", "alias/x"),
            ("BLOCKSIZE", "1024"),
            ("blockExpress", "true"),
            ("csi.storage.k8s.io/pvc/name", "data"),
            ("tagSpecification_1", "team=storage"),
        ]);
        let parameters = VolumeParameters::parse(&class).unwrap();
        assert_eq!(
            (parameters.kind(), parameters.iops_per_gb, parameters.lift),
            ("io2", Some(50), true)
        );
        assert_eq!(parameters.encrypted, Some(false), "only `true` means yes");
        assert_eq!(parameters.claim.pvc_name.as_deref(), Some("data"));
        assert_eq!(parameters.tags, ["team=storage"]);
    }

    #[test]
    fn mistakes_are_named_with_what_is_allowed() {
        let said = |pairs| VolumeParameters::parse(&map(pairs)).unwrap_err().to_string();
        insta::assert_snapshot!(said(&[("iops", "many")]), @r#"parameter iops "many" is not allowed: give a whole number"#);
        insta::assert_snapshot!(said(&[("iops", "99999999999")]), @r#"parameter iops "99999999999" is not allowed: give a whole number"#);
        insta::assert_snapshot!(said(&[("iops", "1"), ("iopsPerGB", "2")]), @r#"parameter iops "1" is not allowed: give either iops or iopsPerGB, not both"#);
        insta::assert_snapshot!(said(&[("blockSize", "1k!")]), @r#"parameter blockSize "1k!" is not allowed: give letters and digits only"#);
        assert!(said(&[("sise", "1")]).starts_with(r#"parameter "sise" is not allowed: give type, iops"#));
    }

    #[test]
    fn a_class_of_attributes_wins_over_the_storage_class() {
        let storage =
            VolumeParameters::parse(&map(&[("type", "gp3"), ("iopsPerGB", "3"), ("throughput", "200")])).unwrap();
        let class = MutableParameters::parse(&map(&[("volumeType", "io2"), ("iops", "4000")])).unwrap();
        let both = storage.overridden_by(class);
        assert_eq!(
            (both.kind(), both.iops, both.iops_per_gb, both.throughput),
            ("io2", Some(4000), None, Some(200))
        );
        let error = MutableParameters::parse(&map(&[("XXX_FakeKey", "1")])).unwrap_err();
        assert_eq!(error.value, "XXX_FakeKey");
    }
}
