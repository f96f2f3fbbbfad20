//! Snapshots.

use super::named::only;
use super::{Controller, ControllerError, is_absent};
use crate::capacity;
use crate::invalid::{Invalid, required};
use crate::parameters::SnapshotParameters;
use aws_api::Filters;
use aws_api::ebs::{NewSnapshot, Snapshot};
use csi_proto::Timestamp;
use csi_proto::csi::{
    CreateSnapshotRequest, CreateSnapshotResponse, DeleteSnapshotRequest, DeleteSnapshotResponse, ListSnapshotsRequest,
    ListSnapshotsResponse, list_snapshots_response,
};

/// The smallest and the largest page that EC2 gives.
const SMALLEST_PAGE: usize = 5;
const LARGEST_PAGE: usize = 1000;

impl Controller {
    pub(super) async fn create_snapshot(
        self,
        request: CreateSnapshotRequest,
    ) -> Result<CreateSnapshotResponse, ControllerError> {
        let name = required("name", &request.name)?;
        let source = required("source_volume_id", &request.source_volume_id)?;
        crate::local::refuse(source)?;
        let parameters = SnapshotParameters::parse(&request.parameters)?;
        let tags = self.settings.tags.of_snapshot(name, &parameters)?;
        let _operation = self.operations.begin(name)?;
        if let Some(snapshot) = self.snapshot_named(name, source).await? {
            return Ok(CreateSnapshotResponse {
                snapshot: Some(described(&snapshot)),
            });
        }
        self.check_zones(&parameters.fast_restore_zones).await?;
        let new = NewSnapshot {
            volume_id: source.to_owned(),
            description: format!("Created by AWS EBS CSI driver for volume {source}"),
            outpost_arn: parameters.outpost_arn.clone(),
            tags,
        };
        let created = self.ebs.create_snapshot(&new).await;
        let snapshot = created.map_err(ControllerError::aws(format!(
            "create snapshot {name:?} of volume {source}"
        )))?;
        if let Err(error) = self.furnish(&snapshot.id, &parameters).await {
            if let Err(left) = self.ebs.delete_snapshot(&snapshot.id).await {
                tracing::warn!(snapshot = snapshot.id, error = %left, "a snapshot that is not as asked for stays");
            }
            return Err(error);
        }
        Ok(CreateSnapshotResponse {
            snapshot: Some(described(&snapshot)),
        })
    }

    pub(super) async fn delete_snapshot(
        self,
        request: DeleteSnapshotRequest,
    ) -> Result<DeleteSnapshotResponse, ControllerError> {
        let id = required("snapshot_id", &request.snapshot_id)?;
        let _operation = self.operations.begin(id)?;
        match self.ebs.delete_snapshot(id).await {
            Err(error) if !is_absent(&error) => Err(ControllerError::aws(format!("delete snapshot {id}"))(error)),
            _ => Ok(DeleteSnapshotResponse {}),
        }
    }

    pub(super) async fn list_snapshots(
        self,
        request: ListSnapshotsRequest,
    ) -> Result<ListSnapshotsResponse, ControllerError> {
        let most = usize::try_from(request.max_entries)
            .map_err(|_| Invalid::value("max_entries", request.max_entries, "0 or more"))?;
        let filters = filters(&request);
        let mut place = Place::parse(&request.starting_token)?;
        let mut entries = Vec::new();
        loop {
            let left = if most == 0 { LARGEST_PAGE } else { most - entries.len() };
            let (page, next) = self.snapshots_from(&filters, place, left).await?;
            entries.extend(page);
            let Some(next) = next else {
                return Ok(listed(&entries, String::new()));
            };
            if most > 0 && entries.len() >= most {
                return Ok(listed(&entries, next.to_token()));
            }
            place = next;
        }
    }

    /// At most `most` snapshots from a place on, and the place of those that follow.
    async fn snapshots_from(
        &self,
        filters: &Filters,
        place: Place,
        most: usize,
    ) -> Result<(Vec<Snapshot>, Option<Place>), ControllerError> {
        let size = (place.offset + most).clamp(SMALLEST_PAGE, LARGEST_PAGE);
        let token = (!place.page.is_empty()).then(|| place.page.clone());
        let asked = self
            .ebs
            .snapshot_page(filters, i32::try_from(size).unwrap_or(i32::MAX), token)
            .await;
        let (page, next) = match asked {
            Err(error) if is_absent(&error) => (Vec::new(), None),
            Err(error) if error.message.to_ascii_lowercase().contains("token") => {
                return Err(
                    Invalid::value("starting_token", place.to_token(), "the token of an earlier answer").into(),
                );
            }
            asked => asked.map_err(ControllerError::aws("list snapshots"))?,
        };
        let end = place.offset + most;
        let next = if page.len() > end {
            Some(Place {
                offset: end,
                page: place.page,
            })
        } else {
            next.map(|page| Place { offset: 0, page })
        };
        Ok((page.into_iter().skip(place.offset).take(most).collect(), next))
    }

    async fn snapshot_named(&self, name: &str, source: &str) -> Result<Option<Snapshot>, ControllerError> {
        let found = self.describe.snapshots_by_name.get(name).await;
        let found = found
            .map_err(ControllerError::aws(format!("look for snapshot {name:?}")))?
            .unwrap_or_default();
        only(name, found, |snapshot| {
            (snapshot.volume_id != source).then(|| format!("it is of volume {}, not {source}", snapshot.volume_id))
        })
    }

    async fn check_zones(&self, zones: &[String]) -> Result<(), ControllerError> {
        if zones.is_empty() {
            return Ok(());
        }
        let known = self
            .ebs
            .describe_zones()
            .await
            .map_err(ControllerError::aws("describe availability zones"))?;
        let known: Vec<_> = known.into_iter().map(|zone| zone.name).collect();
        match zones.iter().find(|zone| !known.contains(zone)) {
            None => Ok(()),
            Some(zone) => {
                let allowed = format!("zones of this region: {}", known.join(", "));
                Err(Invalid::value("parameter fastSnapshotRestoreAvailabilityZones", zone, allowed).into())
            }
        }
    }

    /// What a class asks for beside the snapshot itself.
    async fn furnish(&self, id: &str, parameters: &SnapshotParameters) -> Result<(), ControllerError> {
        if !parameters.fast_restore_zones.is_empty() {
            let enabled = self.ebs.enable_fast_restore(id, &parameters.fast_restore_zones).await;
            enabled.map_err(ControllerError::aws(format!("enable fast restore of snapshot {id}")))?;
        }
        if let Some(lock) = &parameters.lock {
            let locked = self.ebs.lock_snapshot(id, lock).await;
            locked.map_err(ControllerError::aws(format!("lock snapshot {id}")))?;
        }
        Ok(())
    }
}

/// A place in the list: a page of EC2, and how many of it have been told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    offset: usize,
    page: String,
}

impl Place {
    fn to_token(&self) -> String {
        format!("{}:{}", self.offset, self.page)
    }

    fn parse(token: &str) -> Result<Self, Invalid> {
        if token.is_empty() {
            return Ok(Self::default());
        }
        let parsed = token.split_once(':').and_then(|(offset, page)| {
            let offset = offset.parse().ok()?;
            Some(Self {
                offset,
                page: page.to_owned(),
            })
        });
        parsed.ok_or_else(|| Invalid::value("starting_token", token, "the token of an earlier answer"))
    }
}

fn filters(request: &ListSnapshotsRequest) -> Filters {
    let filter = |(name, value): (&str, &String)| (!value.is_empty()).then(|| (name.to_owned(), vec![value.clone()]));
    [
        ("snapshot-id", &request.snapshot_id),
        ("volume-id", &request.source_volume_id),
    ]
    .into_iter()
    .filter_map(filter)
    .collect()
}

fn listed(snapshots: &[Snapshot], next_token: String) -> ListSnapshotsResponse {
    let entry = |snapshot: &Snapshot| list_snapshots_response::Entry {
        snapshot: Some(described(snapshot)),
    };
    ListSnapshotsResponse {
        entries: snapshots.iter().map(entry).collect(),
        next_token,
    }
}

fn described(snapshot: &Snapshot) -> csi_proto::csi::Snapshot {
    let (seconds, nanos) = snapshot.started;
    csi_proto::csi::Snapshot {
        size_bytes: capacity::bytes(snapshot.size),
        snapshot_id: snapshot.id.clone(),
        source_volume_id: snapshot.volume_id.clone(),
        creation_time: Some(Timestamp {
            seconds,
            nanos: i32::try_from(nanos).unwrap_or(0),
        }),
        ready_to_use: snapshot.state == "completed",
        group_snapshot_id: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_lead_back() {
        let place = Place {
            offset: 2,
            page: "a:b".into(),
        };
        assert_eq!(Place::parse(&place.to_token()), Ok(place));
        assert_eq!(Place::parse(""), Ok(Place::default()));
        assert!(Place::parse("nonsense").is_err());
    }
}
