//! A request for a volume, understood.

use crate::capability;
use crate::capacity::{self, CapacityError};
use crate::controller::ControllerError;
use crate::invalid::{Invalid, required};
use crate::names::BLOCK_ATTACH_UNTIL_INITIALIZED;
use crate::parameters::{Map, MutableParameters, VolumeParameters, check_format, format_options};
use crate::tags::TagSettings;
use crate::topology::{self, Place};
use aws_api::Tags;
use aws_api::ebs::{Volume, Zone};
use csi_proto::csi::volume_content_source::Type as Content;
use csi_proto::csi::{
    CapacityRange, CreateVolumeRequest, CreateVolumeResponse, TopologyRequirement, VolumeContentSource,
};

/// What a volume is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Nothing,
    Snapshot(String),
    Volume(String),
}

/// A volume that is asked for.
#[derive(Debug, Clone)]
pub(super) struct VolumePlan {
    pub(super) name: String,
    pub(super) gib: i32,
    pub(super) parameters: VolumeParameters,
    pub(super) multi_attach: bool,
    pub(super) tags: Tags,
    pub(super) source: Source,
    pub(super) place: Place,
    pub(super) requirement: Option<TopologyRequirement>,
    range: Option<CapacityRange>,
    content: Option<VolumeContentSource>,
}

impl VolumePlan {
    /// Understands a request.
    pub(super) fn new(request: &CreateVolumeRequest, settings: &TagSettings) -> Result<Self, ControllerError> {
        let name = required("name", &request.name)?.to_owned();
        capability::check_all(&request.volume_capabilities)?;
        let class = MutableParameters::parse(&request.mutable_parameters)?;
        if !class.tag_deletions.is_empty() {
            return Err(Invalid::value("mutable parameter", "tagDeletion", "it for volumes that are there").into());
        }
        let parameters = VolumeParameters::parse(&request.parameters)?.overridden_by(class);
        let options = format_options(parameters.format.attributes())?;
        for capability in &request.volume_capabilities {
            check_format(&options, capability)?;
        }
        let multi_attach = request.volume_capabilities.iter().any(capability::is_shared);
        if multi_attach && parameters.kind() != "io2" {
            let allowed = "io2: of the others none can be attached to several nodes (MULTI_NODE_MULTI_WRITER)";
            return Err(Invalid::value("parameter type", parameters.kind(), allowed).into());
        }
        Ok(Self {
            gib: capacity::gib(request.capacity_range.as_ref(), parameters.kind())?,
            tags: settings.of_volume(&name, &parameters)?,
            source: source(request.volume_content_source.as_ref())?,
            place: topology::place(request.accessibility_requirements.as_ref()),
            requirement: request.accessibility_requirements.clone(),
            range: request.capacity_range,
            content: request.volume_content_source.clone(),
            name,
            parameters,
            multi_attach,
        })
    }

    /// The I/O operations a second that are asked for, before they are cut down.
    pub(super) fn wanted_iops(&self) -> Option<i64> {
        let by_size = |per_gb: i32| i64::from(per_gb) * i64::from(self.gib);
        self.parameters
            .iops
            .map(i64::from)
            .or(self.parameters.iops_per_gb.map(by_size))
    }

    /// How a volume that has the name already differs from what is asked, if it does.
    pub(super) fn difference(&self, volume: &Volume) -> Option<String> {
        let bytes = capacity::bytes(volume.size);
        let range = self.range.unwrap_or_default();
        if bytes < range.required_bytes || (range.limit_bytes > 0 && bytes > range.limit_bytes) {
            return Some(format!("its size is {} GiB, not {} GiB", volume.size, self.gib));
        }
        if !volume.kind.is_empty() && volume.kind != self.parameters.kind() {
            return Some(format!("its type is {}, not {}", volume.kind, self.parameters.kind()));
        }
        let snapshot = volume.snapshot_id.as_deref();
        match &self.source {
            Source::Snapshot(id) if snapshot.is_some_and(|other| other != id) => Some(format!(
                "it was made of snapshot {}, not {id}",
                snapshot.unwrap_or_default()
            )),
            Source::Nothing if snapshot.is_some() => {
                Some(format!("it was made of snapshot {}", snapshot.unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// Whether a copy of `source` can be what is asked for.
    pub(super) fn check_source(&self, source: &Volume) -> Result<(), ControllerError> {
        if self.parameters.encrypted == Some(false) && source.encrypted {
            let allowed = "nothing or \"true\": a copy is encrypted as its source is";
            return Err(Invalid::value("parameter encrypted", "false", allowed).into());
        }
        match &self.parameters.kms_key_id {
            Some(key) if source.kms_key_id.as_ref() != Some(key) => {
                let own = source.kms_key_id.as_deref().unwrap_or("none");
                let allowed = format!("nothing, or the key of the source, which is {own}");
                Err(Invalid::value("parameter kmsKeyId", key, allowed).into())
            }
            _ if !topology::admits(self.requirement.as_ref(), source) => Err(ControllerError::CopyElsewhere {
                source_id: source.id.clone(),
                zone: source.zone.clone(),
            }),
            _ if bytes_too_few(self.gib, source) => Err(CapacityError::Limit {
                required: capacity::bytes(source.size),
                gib: source.size.into(),
                limit: capacity::bytes(self.gib),
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// The answer, once the volume is there.
    pub(super) fn response(&self, volume: &Volume) -> CreateVolumeResponse {
        let mut here = volume.clone();
        if let (true, Some(Zone::Name(name))) = (here.zone.is_empty(), &self.place.zone) {
            here.zone.clone_from(name);
        }
        CreateVolumeResponse {
            volume: Some(csi_proto::csi::Volume {
                capacity_bytes: capacity::bytes(volume.size),
                volume_id: volume.id.clone(),
                volume_context: self.attributes(),
                content_source: self.content.clone(),
                accessible_topology: vec![topology::of_volume(&here)],
            }),
        }
    }

    fn attributes(&self) -> Map {
        let mut attributes = self.parameters.format.attributes().clone();
        if self.parameters.wait_until_initialized {
            attributes.insert(BLOCK_ATTACH_UNTIL_INITIALIZED.into(), "true".into());
        }
        attributes
    }
}

/// A copy that would be smaller than its source.
fn bytes_too_few(gib: i32, source: &Volume) -> bool {
    gib < source.size
}

fn source(content: Option<&VolumeContentSource>) -> Result<Source, Invalid> {
    let Some(content) = content else {
        return Ok(Source::Nothing);
    };
    match &content.r#type {
        Some(Content::Snapshot(snapshot)) => {
            required("volume_content_source.snapshot.snapshot_id", &snapshot.snapshot_id)
                .map(|id| Source::Snapshot(id.to_owned()))
        }
        Some(Content::Volume(volume)) => required("volume_content_source.volume.volume_id", &volume.volume_id)
            .map(|id| Source::Volume(id.to_owned())),
        None => Err(Invalid::value(
            "volume_content_source",
            "of an unknown type",
            "a snapshot or a volume",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi_proto::csi::VolumeCapability;
    use csi_proto::csi::volume_capability::access_mode::Mode;
    use csi_proto::csi::volume_capability::{AccessMode, AccessType, BlockVolume, MountVolume};

    fn request(parameters: &[(&str, &str)], block: bool, mode: Mode) -> CreateVolumeRequest {
        let access_type = if block {
            AccessType::Block(BlockVolume {})
        } else {
            AccessType::Mount(MountVolume::default())
        };
        CreateVolumeRequest {
            name: "pvc-1".into(),
            capacity_range: Some(CapacityRange {
                required_bytes: 10 << 30,
                limit_bytes: 0,
            }),
            volume_capabilities: vec![VolumeCapability {
                access_mode: Some(AccessMode { mode: mode.into() }),
                access_type: Some(access_type),
            }],
            parameters: parameters
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..CreateVolumeRequest::default()
        }
    }

    fn plan(request: &CreateVolumeRequest) -> Result<VolumePlan, String> {
        VolumePlan::new(request, &TagSettings::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_volume_for_several_nodes_is_io2() {
        let shared = |kind| request(&[("type", kind)], true, Mode::MultiNodeMultiWriter);
        assert!(plan(&shared("io2")).unwrap().multi_attach);
        assert!(
            plan(&shared("gp3"))
                .unwrap_err()
                .starts_with(r#"parameter type "gp3" is not allowed: give io2"#)
        );
    }

    #[test]
    fn iops_for_each_gib_do_not_overflow() {
        let plan = plan(&request(&[("iopsPerGB", "2147483647")], false, Mode::SingleNodeWriter)).unwrap();
        assert_eq!(plan.wanted_iops(), Some(21_474_836_470));
    }

    #[test]
    fn what_is_missing_is_named_in_order() {
        let mut request = request(&[], false, Mode::SingleNodeWriter);
        request.volume_capabilities.clear();
        assert!(plan(&request).unwrap_err().contains("volume_capabilities"));
        request.name.clear();
        assert!(plan(&request).unwrap_err().contains("name"));
    }

    #[test]
    fn a_volume_with_the_name_may_differ() {
        let plan = plan(&request(&[], false, Mode::SingleNodeWriter)).unwrap();
        let volume = |size, kind: &str, snapshot: Option<&str>| Volume {
            size,
            kind: kind.into(),
            snapshot_id: snapshot.map(str::to_owned),
            ..Volume::default()
        };
        assert_eq!(plan.difference(&volume(10, "gp3", None)), None);
        assert!(plan.difference(&volume(9, "gp3", None)).is_some());
        assert!(plan.difference(&volume(10, "gp2", None)).is_some());
        assert!(plan.difference(&volume(10, "gp3", Some("snap-1"))).is_some());
    }
}
