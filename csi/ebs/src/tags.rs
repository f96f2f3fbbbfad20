//! Tags of volumes and snapshots.

use crate::invalid::Invalid;
use crate::names::{
    TAG_AUTO_IOPS_ON_MODIFY, TAG_CLUSTER, TAG_CLUSTER_NAME, TAG_IOPS_PER_GB, TAG_PV_NAME, TAG_PVC_NAME,
    TAG_PVC_NAMESPACE, TAG_SNAPSHOT_NAME, TAG_VOLUME_NAME,
};
use crate::parameters::{Claim, SnapshotParameters, VolumeParameters};
use crate::template::{self, Variables};
use aws_api::Tags;

/// What the flags say about tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagSettings {
    /// On every volume and snapshot; values of volumes are templates.
    pub extra: Tags,
    /// The cluster.
    pub cluster_id: Option<String>,
    /// Leaves a tag out that is not allowed, instead of refusing the request.
    pub warn_on_invalid: bool,
}

/// Lengths that EC2 allows.
const KEY_LEN: usize = 128;
const VALUE_LEN: usize = 256;

/// Keys by which the driver knows its own.
const RESERVED: [&str; 3] = [TAG_VOLUME_NAME, TAG_SNAPSHOT_NAME, TAG_CLUSTER_NAME];
const RESERVED_PREFIXES: [&str; 3] = ["kubernetes.io", "ebs.csi.aws.com/", "aws:"];

impl TagSettings {
    /// All tags of a new volume; those of the class and of the flags win over the cluster's.
    ///
    /// # Errors
    /// Names the tag that is not allowed.
    pub fn of_volume(&self, name: &str, parameters: &VolumeParameters) -> Result<Tags, Invalid> {
        let mut tags = self.of_cluster(name);
        tags.insert(TAG_VOLUME_NAME.into(), name.into());
        tags.extend(
            self.cluster_id
                .iter()
                .map(|id| ("KubernetesCluster".to_owned(), id.clone())),
        );
        if let Some(iops_per_gb) = parameters.iops_per_gb {
            tags.insert(TAG_IOPS_PER_GB.into(), iops_per_gb.to_string());
        }
        if parameters.auto_iops_on_modify {
            tags.insert(TAG_AUTO_IOPS_ON_MODIFY.into(), "true".into());
        }
        let claim = &parameters.claim;
        for (key, value) in [
            (TAG_PVC_NAME, &claim.pvc_name),
            (TAG_PVC_NAMESPACE, &claim.pvc_namespace),
            (TAG_PV_NAME, &claim.pv_name),
        ] {
            tags.extend(value.iter().map(|value| (key.to_owned(), value.clone())));
        }
        tags.extend(self.of_user(&parameters.tags, &of_claim(claim), true)?);
        Ok(tags)
    }

    /// All tags of a new snapshot.
    ///
    /// # Errors
    /// Names the tag that is not allowed.
    pub fn of_snapshot(&self, name: &str, parameters: &SnapshotParameters) -> Result<Tags, Invalid> {
        let mut tags = self.of_cluster(name);
        tags.insert(TAG_SNAPSHOT_NAME.into(), name.into());
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let variables = [
            ("VolumeSnapshotName", text(&parameters.snapshot_name)),
            ("VolumeSnapshotNamespace", text(&parameters.snapshot_namespace)),
            ("VolumeSnapshotContentName", text(&parameters.content_name)),
        ];
        tags.extend(self.of_user(&parameters.tags, &variables.into(), false)?);
        Ok(tags)
    }

    /// The tags that a class adds to a volume that is there.
    ///
    /// # Errors
    /// Names the tag that is not allowed.
    pub fn added(&self, specifications: &[String], claim: &Claim) -> Result<Tags, Invalid> {
        let settings = Self {
            extra: Tags::new(),
            ..self.clone()
        };
        settings.of_user(specifications, &of_claim(claim), true)
    }

    /// The keys of tags that a class may take away from a volume.
    ///
    /// # Errors
    /// Names the key by which the driver knows its own.
    pub fn deleted(&self, keys: &[String]) -> Result<Vec<String>, Invalid> {
        for key in keys {
            check_key(key)?;
        }
        Ok(keys.to_vec())
    }

    fn of_cluster(&self, name: &str) -> Tags {
        let mut tags = Tags::from([(TAG_CLUSTER.to_owned(), "true".to_owned())]);
        if let Some(id) = &self.cluster_id {
            tags.insert(format!("kubernetes.io/cluster/{id}"), "owned".into());
            tags.insert("Name".into(), format!("{id}-dynamic-{name}"));
            tags.insert(TAG_CLUSTER_NAME.into(), id.clone());
        }
        tags
    }

    /// Tags of the class and of the flags. Values of the flags are templates for volumes only.
    fn of_user(
        &self,
        specifications: &[String],
        variables: &Variables,
        extra_are_templates: bool,
    ) -> Result<Tags, Invalid> {
        let mut tags = Tags::new();
        let extra = self
            .extra
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str(), extra_are_templates));
        let specified = specifications.iter().map(|text| match text.split_once('=') {
            Some((key, value)) => (key, value, true),
            None => (text.as_str(), "", true),
        });
        for (key, value, is_template) in specified.chain(extra) {
            match tag(key, value, is_template.then_some(variables)) {
                Ok(value) => drop(tags.insert(key.to_owned(), value)),
                Err(invalid) if self.warn_on_invalid => tracing::warn!(%invalid, "a tag is left out"),
                Err(invalid) => return Err(invalid),
            }
        }
        Ok(tags)
    }
}

fn of_claim(claim: &Claim) -> Variables {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        ("PVCName", text(&claim.pvc_name)),
        ("PVCNamespace", text(&claim.pvc_namespace)),
        ("PVName", text(&claim.pv_name)),
    ]
    .into()
}

fn tag(key: &str, value: &str, variables: Option<&Variables>) -> Result<String, Invalid> {
    check_key(key)?;
    let value = match variables {
        None => value.to_owned(),
        Some(variables) => template::render(value, variables).map_err(|error| {
            Invalid::value(format!("the template of tag {key}"), value, format!("another: {error}"))
        })?,
    };
    if value.chars().count() > VALUE_LEN {
        return Err(Invalid::value(
            format!("the value of tag {key}"),
            value,
            format!("{VALUE_LEN} characters at most"),
        ));
    }
    Ok(value)
}

fn check_key(key: &str) -> Result<(), Invalid> {
    let len = key.chars().count();
    if len == 0 || len > KEY_LEN {
        return Err(Invalid::value("tag key", key, format!("1 to {KEY_LEN} characters")));
    }
    if RESERVED.contains(&key) || RESERVED_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
        let allowed = "another key: this one is the driver's, Kubernetes' or AWS's own";
        return Err(Invalid::value("tag key", key, allowed));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> TagSettings {
        TagSettings {
            extra: [("env".to_owned(), "{{ .PVCNamespace }}".to_owned())].into(),
            cluster_id: Some("prod".into()),
            warn_on_invalid: false,
        }
    }

    #[test]
    fn tags_of_a_volume() {
        let parameters = VolumeParameters {
            iops_per_gb: Some(50),
            auto_iops_on_modify: true,
            claim: Claim {
                pvc_name: Some("data".into()),
                pvc_namespace: Some("shop".into()),
                pv_name: Some("pvc-1".into()),
            },
            tags: vec!["Name={{ .PVCName }}".into(), "empty=".into(), "a=b=c".into()],
            ..VolumeParameters::default()
        };
        let tags = settings().of_volume("pvc-1", &parameters).unwrap();
        insta::assert_snapshot!(tags.iter().map(|(key, value)| format!("{key}={value}\n")).collect::<String>(), @r"
        CSIVolumeName=pvc-1
        KubernetesCluster=prod
        Name=data
        a=b=c
        ebs.csi.aws.com/AllowAutoIOPSIncreaseOnModify=true
        ebs.csi.aws.com/IOPSPerGb=50
        ebs.csi.aws.com/cluster=true
        ebs.csi.aws.com/cluster-name=prod
        empty=
        env=shop
        kubernetes.io/cluster/prod=owned
        kubernetes.io/created-for/pv/name=pvc-1
        kubernetes.io/created-for/pvc/name=data
        kubernetes.io/created-for/pvc/namespace=shop
        ");
    }

    #[test]
    fn tags_of_a_snapshot() {
        let parameters = SnapshotParameters {
            tags: vec!["of={{ .VolumeSnapshotName }}".into()],
            snapshot_name: Some("nightly".into()),
            ..SnapshotParameters::default()
        };
        let tags = settings().of_snapshot("snap-1", &parameters).unwrap();
        insta::assert_snapshot!(tags.iter().map(|(key, value)| format!("{key}={value}\n")).collect::<String>(), @r"
        CSIVolumeSnapshotName=snap-1
        Name=prod-dynamic-snap-1
        ebs.csi.aws.com/cluster=true
        ebs.csi.aws.com/cluster-name=prod
        env={{ .PVCNamespace }}
        kubernetes.io/cluster/prod=owned
        of=nightly
        ");
    }

    #[test]
    fn tags_that_are_not_allowed_are_refused_or_left_out() {
        let long = format!("k={}", "x".repeat(257));
        for tag in [
            "CSIVolumeName=x",
            "kubernetes.io/x=y",
            "ebs.csi.aws.com/x=y",
            "aws:x=y",
            "=x",
            "k={{ .Nothing }}",
            &long,
        ] {
            let tags = [tag.to_owned()];
            assert!(settings().added(&tags, &Claim::default()).is_err(), "{tag}");
            let lenient = TagSettings {
                warn_on_invalid: true,
                ..settings()
            };
            assert_eq!(lenient.added(&tags, &Claim::default()), Ok(Tags::new()), "{tag}");
        }
        assert!(settings().deleted(&["ebs.csi.aws.com/cluster".into()]).is_err());
        assert_eq!(settings().deleted(&["team".into()]), Ok(vec!["team".to_owned()]));
    }
}
