//! Parameters of VolumeSnapshotClasses.

use super::{Map, TAG_SPECIFICATION, filled, number, sorted};
use crate::invalid::Invalid;
use aws_api::ebs::SnapshotLock;

/// What a VolumeSnapshotClass says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotParameters {
    /// Zones where volumes are to be made of the snapshot at full speed.
    pub fast_restore_zones: Vec<String>,
    /// Outpost to keep it on.
    pub outpost_arn: Option<String>,
    /// Who may delete it, and when.
    pub lock: Option<SnapshotLock>,
    /// `key=template` of each tag.
    pub tags: Vec<String>,
    /// The VolumeSnapshot.
    pub snapshot_name: Option<String>,
    /// Its namespace.
    pub snapshot_namespace: Option<String>,
    /// The VolumeSnapshotContent.
    pub content_name: Option<String>,
}

const KEYS: &str = "fastSnapshotRestoreAvailabilityZones, outpostArn, lockMode, lockDuration, lockExpirationDate, \
    lockCoolOffPeriod or tagSpecification_*";

impl SnapshotParameters {
    /// Reads the parameters of CreateSnapshot.
    ///
    /// # Errors
    /// Names the first parameter, in the order of their keys, that is unknown or has a value that is not allowed.
    pub fn parse(map: &Map) -> Result<Self, Invalid> {
        let mut parameters = Self::default();
        let mut lock = SnapshotLock::default();
        for (key, value) in sorted(map) {
            let lower = key.to_ascii_lowercase();
            match lower.as_str() {
                "fastsnapshotrestoreavailabilityzones" => {
                    let zones = value.split(',').map(str::trim).filter(|zone| !zone.is_empty());
                    parameters.fast_restore_zones = zones.map(|zone| zone.replace(' ', "")).collect();
                }
                "outpostarn" => parameters.outpost_arn = outpost(key, value)?,
                "lockmode" => lock.mode = mode(key, value)?,
                "lockduration" => lock.duration = Some(number(key, value)?),
                "lockexpirationdate" => lock.expiration = Some(moment(key, value)?),
                "lockcooloffperiod" => lock.cool_off_period = Some(number(key, value)?),
                "csi.storage.k8s.io/volumesnapshot/name" => parameters.snapshot_name = filled(value),
                "csi.storage.k8s.io/volumesnapshot/namespace" => parameters.snapshot_namespace = filled(value),
                "csi.storage.k8s.io/volumesnapshotcontent/name" => parameters.content_name = filled(value),
                _ if lower.starts_with(TAG_SPECIFICATION) => parameters.tags.push(value.to_owned()),
                _ => return Err(Invalid::value("parameter", key, KEYS)),
            }
        }
        parameters.lock = checked(lock)?;
        Ok(parameters)
    }
}

/// A lock as AWS takes it: a mode, and either how long or until when.
fn checked(lock: SnapshotLock) -> Result<Option<SnapshotLock>, Invalid> {
    if lock == SnapshotLock::default() {
        return Ok(None);
    }
    if lock.mode.is_empty() {
        return Err(Invalid::value(
            "parameter lockMode",
            "",
            "governance or compliance, since other lock parameters are given",
        ));
    }
    if lock.duration.is_some() == lock.expiration.is_some() {
        let allowed = "one of lockDuration (days) and lockExpirationDate beside it";
        return Err(Invalid::value("parameter lockMode", lock.mode, allowed));
    }
    match lock.cool_off_period {
        Some(hours) if lock.mode != "compliance" => Err(Invalid::value(
            "parameter lockCoolOffPeriod",
            hours,
            "lockMode compliance beside it",
        )),
        _ => Ok(Some(lock)),
    }
}

fn mode(key: &str, value: &str) -> Result<String, Invalid> {
    let lower = value.to_ascii_lowercase();
    match lower.as_str() {
        "governance" | "compliance" => Ok(lower),
        _ => Err(Invalid::value(
            format!("parameter {key}"),
            value,
            "governance or compliance",
        )),
    }
}

fn moment(key: &str, value: &str) -> Result<i64, Invalid> {
    let parsed: Result<jiff::Timestamp, _> = value.parse();
    let wrong = |_| {
        Invalid::value(
            format!("parameter {key}"),
            value,
            "a date as RFC 3339 writes it, such as 2027-01-31T00:00:00Z",
        )
    };
    parsed.map(jiff::Timestamp::as_second).map_err(wrong)
}

fn outpost(key: &str, value: &str) -> Result<Option<String>, Invalid> {
    let is_arn = value.starts_with("arn:") && value.split(':').nth(2) == Some("outposts");
    if value.is_empty() || is_arn {
        return Ok(filled(value));
    }
    Err(Invalid::value(
        format!("parameter {key}"),
        value,
        "the ARN of an outpost",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<SnapshotParameters, String> {
        let map = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        SnapshotParameters::parse(&map).map_err(|error| error.to_string())
    }

    #[test]
    fn a_snapshot_class_is_read() {
        let parameters = parse(&[
            ("fastSnapshotRestoreAvailabilityZones", "us-west-2a, us-west-2b"),
            ("lockMode", "Compliance"),
            ("lockExpirationDate", "2027-01-31T00:00:00Z"),
            ("lockCoolOffPeriod", "24"),
        ]);
        let parameters = parameters.unwrap();
        assert_eq!(parameters.fast_restore_zones, ["us-west-2a", "us-west-2b"]);
        let lock = parameters.lock.unwrap();
        assert_eq!(
            (lock.mode.as_str(), lock.expiration, lock.cool_off_period),
            ("compliance", Some(1_801_353_600), Some(24))
        );
    }

    #[test]
    fn mistakes_are_named() {
        for pairs in [
            &[("lockMode", "soft")][..],
            &[("lockMode", "governance")],
            &[("lockDuration", "3")],
            &[
                ("lockMode", "governance"),
                ("lockDuration", "3"),
                ("lockCoolOffPeriod", "2"),
            ],
            &[("lockMode", "governance"), ("lockExpirationDate", "tomorrow")],
            &[("outpostArn", "somewhere")],
            &[("type", "gp3")],
        ] {
            assert!(parse(pairs).is_err(), "{pairs:?}");
        }
    }
}
