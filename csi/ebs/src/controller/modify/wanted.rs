//! What is wanted of a volume that is there.

use crate::controller::ControllerError;
use crate::invalid::Invalid;
use crate::names::{TAG_AUTO_IOPS_ON_MODIFY, TAG_IOPS_PER_GB};
use crate::parameters::MutableParameters;
use crate::performance::capped;
use crate::tags::TagSettings;
use aws_api::Tags;
use aws_api::ebs::{Volume, VolumeChange};
use std::fmt::{Debug, Display};

/// What is wanted; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::controller) struct Wanted {
    /// GiB, at least.
    pub(in crate::controller) gib: Option<i32>,
    pub(super) kind: Option<String>,
    pub(super) iops: Option<i32>,
    pub(super) iops_per_gb: Option<i32>,
    pub(super) raise_iops: bool,
    pub(super) throughput: Option<i32>,
    pub(super) tags_added: Tags,
    pub(super) tags_deleted: Vec<String>,
}

impl Wanted {
    /// A size.
    pub(in crate::controller) fn size(gib: i32) -> Self {
        Self {
            gib: Some(gib),
            ..Self::default()
        }
    }

    /// What a class says.
    pub(super) fn of_class(class: MutableParameters, settings: &TagSettings) -> Result<Self, Invalid> {
        Ok(Self {
            gib: None,
            tags_added: settings.added(&class.tags, &class.claim)?,
            tags_deleted: settings.deleted(&class.tag_deletions)?,
            kind: class.kind,
            iops: class.iops,
            iops_per_gb: class.iops_per_gb,
            raise_iops: class.auto_iops_on_modify,
            throughput: class.throughput,
        })
    }

    /// Both at once, unless they contradict each other; then what this one wants.
    pub(super) fn and(&self, other: &Self) -> Result<Self, String> {
        Ok(Self {
            gib: either("a size in GiB of", self.gib, other.gib)?,
            kind: either("type", self.kind.clone(), other.kind.clone())?,
            iops: either("iops", self.iops, other.iops)?,
            iops_per_gb: either("iopsPerGB", self.iops_per_gb, other.iops_per_gb)?,
            raise_iops: self.raise_iops || other.raise_iops,
            throughput: either("throughput", self.throughput, other.throughput)?,
            tags_added: either_edit(&self.tags_added, &other.tags_added)?,
            tags_deleted: either_edit(&self.tags_deleted, &other.tags_deleted)?,
        })
    }

    /// What must change of a volume.
    pub(super) fn change_of(&self, volume: &Volume) -> Result<VolumeChange, ControllerError> {
        let gib = self.gib.filter(|gib| *gib > volume.size);
        let kind = self.kind.clone().filter(|kind| *kind != volume.kind);
        let iops = self.iops_of(
            volume,
            gib.unwrap_or(volume.size),
            kind.as_deref().unwrap_or(&volume.kind),
        )?;
        Ok(VolumeChange {
            size: gib,
            kind,
            iops: iops.filter(|iops| Some(*iops) != volume.iops),
            throughput: self.throughput.filter(|wanted| volume.throughput != Some(*wanted)),
        })
    }

    /// Whether a volume is as wanted, as far as the endpoint tells: not every one tells the throughput.
    pub(super) fn is_met_by(&self, volume: &Volume) -> Result<bool, ControllerError> {
        let mut left = self.change_of(volume)?;
        left.throughput = left.throughput.filter(|_| volume.throughput.is_some());
        Ok(left == VolumeChange::default())
    }

    fn iops_of(&self, volume: &Volume, gib: i32, kind: &str) -> Result<Option<i32>, ControllerError> {
        if let Some(iops) = self.iops {
            return Ok(Some(capped(kind, iops.into(), gib, true, None)));
        }
        let may_raise = self.raise_iops
            || volume
                .tags
                .get(TAG_AUTO_IOPS_ON_MODIFY)
                .is_some_and(|value| value == "true");
        let of_tag = || volume.tags.get(TAG_IOPS_PER_GB).and_then(|value| value.parse().ok());
        match self.iops_per_gb.or_else(of_tag) {
            Some(per_gb) if may_raise => Ok(Some(capped(kind, i64::from(per_gb) * i64::from(gib), gib, true, None))),
            Some(_) if self.iops_per_gb.is_some() => Err(ControllerError::Inert {
                volume: volume.id.clone(),
            }),
            _ => Ok(None),
        }
    }
}

/// The value of both, where they do not contradict each other.
fn either<T: PartialEq + Display>(name: &str, one: Option<T>, other: Option<T>) -> Result<Option<T>, String> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Err(format!("{name} {one}")),
        (one, other) => Ok(one.or(other)),
    }
}

/// The edit of tags of both: the same, or that of the one that has any.
fn either_edit<T: PartialEq + Default + Clone + Debug>(one: &T, other: &T) -> Result<T, String> {
    let none = T::default();
    if *one != none && *other != none && one != other {
        return Err(format!("other tags: {one:?}"));
    }
    Ok(if *one == none { other.clone() } else { one.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn volume(kind: &str, size: i32, iops: i32, tags: &[(&str, &str)]) -> Volume {
        Volume {
            id: "vol-1".into(),
            kind: kind.into(),
            size,
            iops: Some(iops),
            throughput: (kind == "gp3").then_some(125),
            tags: tags
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Volume::default()
        }
    }

    #[test]
    fn only_what_differs_is_changed() {
        let wanted = Wanted {
            gib: Some(20),
            iops: Some(4000),
            throughput: Some(125),
            kind: Some("gp3".into()),
            ..Wanted::default()
        };
        let change = wanted.change_of(&volume("gp3", 10, 3000, &[])).unwrap();
        assert_eq!(
            change,
            VolumeChange {
                size: Some(20),
                iops: Some(4000),
                ..VolumeChange::default()
            }
        );
        assert_eq!(
            wanted.change_of(&volume("gp3", 30, 4000, &[])).unwrap(),
            VolumeChange::default()
        );
    }

    #[test]
    fn iops_grow_with_the_size_where_that_is_allowed() {
        let tags = [(TAG_IOPS_PER_GB, "50"), (TAG_AUTO_IOPS_ON_MODIFY, "true")];
        let iops = |wanted: &Wanted, tags: &[(&str, &str)]| {
            wanted
                .change_of(&volume("io2", 10, 500, tags))
                .map(|change| change.iops)
        };
        assert_eq!(iops(&Wanted::size(20), &tags).unwrap(), Some(1000));
        assert_eq!(iops(&Wanted::size(20), &tags[..1]).unwrap(), None);
        let per_gb = Wanted {
            iops_per_gb: Some(100),
            ..Wanted::default()
        };
        assert!(matches!(iops(&per_gb, &tags[..1]), Err(ControllerError::Inert { .. })));
        let raised = Wanted {
            raise_iops: true,
            ..per_gb
        };
        assert_eq!(iops(&raised, &[]).unwrap(), Some(1000));
    }

    #[test]
    fn requests_are_one_unless_they_contradict_each_other() {
        let kind = Wanted {
            kind: Some("io2".into()),
            ..Wanted::default()
        };
        let both = Wanted::size(20).and(&kind).unwrap();
        assert_eq!((both.gib, both.kind.as_deref()), (Some(20), Some("io2")));
        assert_eq!(
            Wanted::size(20).and(&Wanted::size(30)).unwrap_err(),
            "a size in GiB of 20"
        );
    }

    proptest! {
        #[test]
        fn a_request_joined_with_itself_is_itself(gib in prop::option::of(1..100), iops in prop::option::of(1..100), raise_iops: bool) {
            let wanted = Wanted { gib, iops, raise_iops, ..Wanted::default() };
            prop_assert_eq!(wanted.and(&wanted), Ok(wanted.clone()));
            prop_assert_eq!(wanted.and(&Wanted::default()), Ok(wanted));
        }
    }
}
