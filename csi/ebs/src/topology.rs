//! Where volumes are made, and where they can be used.

use crate::names::{TOPOLOGY_OUTPOST, TOPOLOGY_ZONE, TOPOLOGY_ZONE_EBS, TOPOLOGY_ZONE_ID};
use aws_api::ebs::{Volume, Zone};
use csi_proto::csi::{Topology, TopologyRequirement};
use std::collections::HashMap;

/// Where a volume is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// By name or id; any zone when absent.
    pub zone: Option<Zone>,
    /// ARN of the outpost.
    pub outpost_arn: Option<String>,
}

/// The terms of a requirement, those that are preferred first.
fn terms(requirement: &TopologyRequirement) -> impl Iterator<Item = &HashMap<String, String>> {
    requirement
        .preferred
        .iter()
        .chain(&requirement.requisite)
        .map(|topology| &topology.segments)
}

fn zone_name(segments: &HashMap<String, String>) -> Option<&String> {
    let keys = [TOPOLOGY_ZONE, TOPOLOGY_ZONE_EBS];
    keys.iter()
        .find_map(|key| segments.get(*key))
        .filter(|zone| !zone.is_empty())
}

/// The place that a requirement names first. A zone's name counts more than its id: EC2 takes only one of the two.
#[must_use]
pub fn place(requirement: Option<&TopologyRequirement>) -> Place {
    let Some(requirement) = requirement else {
        return Place::default();
    };
    let name = terms(requirement).find_map(zone_name).cloned().map(Zone::Name);
    let id = || {
        terms(requirement)
            .find_map(|segments| segments.get(TOPOLOGY_ZONE_ID))
            .cloned()
            .map(Zone::Id)
    };
    Place {
        zone: name.or_else(id),
        outpost_arn: terms(requirement).find_map(outpost),
    }
}

/// The ARN of the outpost whose four parts are all there.
fn outpost(segments: &HashMap<String, String>) -> Option<String> {
    let parts = TOPOLOGY_OUTPOST.map(|key| segments.get(key).filter(|part| !part.is_empty()));
    let [Some(partition), Some(region), Some(account), Some(id)] = parts else {
        return None;
    };
    Some(format!("arn:{partition}:outposts:{region}:{account}:outpost/{id}"))
}

/// Whether a volume that is where `source` is serves the requirement: a copy is made there and nowhere else.
#[must_use]
pub fn admits(requirement: Option<&TopologyRequirement>, source: &Volume) -> bool {
    let Some(requirement) = requirement.filter(|requirement| !requirement.requisite.is_empty()) else {
        return true;
    };
    let here = |segments: &HashMap<String, String>| {
        let zone = zone_name(segments).is_none_or(|zone| *zone == source.zone);
        let id = segments
            .get(TOPOLOGY_ZONE_ID)
            .is_none_or(|id| source.zone_id.as_ref().is_none_or(|own| own == id));
        let outpost = outpost(segments).is_none_or(|arn| source.outpost_arn.as_ref() == Some(&arn));
        zone && id && outpost
    };
    requirement.requisite.iter().any(|topology| here(&topology.segments))
}

/// Where a volume can be used, as EC2 says where it is.
#[must_use]
pub fn of_volume(volume: &Volume) -> Topology {
    let mut segments = HashMap::from([(TOPOLOGY_ZONE.to_owned(), volume.zone.clone())]);
    segments.extend(volume.outpost_arn.as_deref().into_iter().flat_map(outpost_segments));
    Topology { segments }
}

/// The parts of an outpost's ARN under their keys.
#[must_use]
pub fn outpost_segments(arn: &str) -> Vec<(String, String)> {
    let mut parts = arn.splitn(6, ':').skip(1);
    let (partition, _, region, account, resource) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    let id = resource.map(|resource| resource.trim_start_matches("outpost/"));
    let values = [partition, region, account, id];
    let pairs = TOPOLOGY_OUTPOST.into_iter().zip(values);
    pairs
        .filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:outposts:us-west-2:111122223333:outpost/op-0aaa000a0aaaa00a0";

    fn requirement(preferred: &[&[(&str, &str)]], requisite: &[&[(&str, &str)]]) -> TopologyRequirement {
        let topologies = |terms: &[&[(&str, &str)]]| {
            let topology = |term: &&[(&str, &str)]| Topology {
                segments: term
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
            };
            terms.iter().map(topology).collect()
        };
        TopologyRequirement {
            preferred: topologies(preferred),
            requisite: topologies(requisite),
        }
    }

    fn named(name: &str) -> Option<Zone> {
        Some(Zone::Name(name.into()))
    }

    #[test]
    fn the_preferred_zone_comes_first_and_its_name_before_its_id() {
        let table = [
            (requirement(&[], &[]), None),
            (requirement(&[], &[&[(TOPOLOGY_ZONE, "a")]]), named("a")),
            (
                requirement(&[&[(TOPOLOGY_ZONE_EBS, "b")]], &[&[(TOPOLOGY_ZONE, "a")]]),
                named("b"),
            ),
            (
                requirement(&[&[(TOPOLOGY_ZONE_EBS, "b"), (TOPOLOGY_ZONE, "c")]], &[]),
                named("c"),
            ),
            (
                requirement(&[&[(TOPOLOGY_ZONE_ID, "id1")]], &[]),
                Some(Zone::Id("id1".into())),
            ),
            (
                requirement(&[&[(TOPOLOGY_ZONE_ID, "id1"), (TOPOLOGY_ZONE, "a")]], &[]),
                named("a"),
            ),
            (requirement(&[&[("kubernetes.io/os", "linux")]], &[]), None),
        ];
        for (requirement, expected) in table {
            assert_eq!(place(Some(&requirement)).zone, expected, "{requirement:?}");
        }
        assert_eq!(place(None), Place::default());
    }

    #[test]
    fn an_outpost_needs_all_its_parts() {
        let parts = outpost_segments(ARN);
        let term: Vec<_> = parts
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            place(Some(&requirement(&[&term], &[]))).outpost_arn.as_deref(),
            Some(ARN)
        );
        assert_eq!(place(Some(&requirement(&[&term[1..]], &[]))).outpost_arn, None);
    }

    #[test]
    fn a_copy_must_be_where_its_source_is() {
        let source = Volume {
            zone: "a".into(),
            zone_id: Some("id1".into()),
            ..Volume::default()
        };
        let table = [
            (requirement(&[], &[]), true),
            (requirement(&[], &[&[(TOPOLOGY_ZONE, "b")]]), false),
            (
                requirement(&[], &[&[(TOPOLOGY_ZONE, "b")], &[(TOPOLOGY_ZONE, "a")]]),
                true,
            ),
            (requirement(&[], &[&[(TOPOLOGY_ZONE_ID, "id2")]]), false),
            (requirement(&[], &[&[(TOPOLOGY_ZONE_ID, "id1")]]), true),
        ];
        for (requirement, expected) in table {
            assert_eq!(admits(Some(&requirement), &source), expected, "{requirement:?}");
        }
    }
}
