//! What EC2 knows of a volume, a snapshot or an instance, asked alone or together.

use crate::batch::{Batch, Source, Window};
use crate::names::{TAG_SNAPSHOT_NAME, TAG_VOLUME_NAME};
use async_trait::async_trait;
use aws_api::ebs::{Initialization, InstanceDevices, Modification, Snapshot, Volume};
use aws_api::{Ebs, Filters, Result};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a question waits for others. The Go driver waits half a second, which a single claim pays for at every step.
const TOGETHER: Duration = Duration::from_millis(50);

/// Questions about single things.
#[derive(Clone)]
pub struct Describe {
    /// Volumes by id.
    pub volumes: Batch<Volume>,
    /// Volumes by the name that the cluster gave them; all that have it.
    pub volumes_by_name: Batch<Vec<Volume>>,
    /// Snapshots by the name that the cluster gave them; all that have it.
    pub snapshots_by_name: Batch<Vec<Snapshot>>,
    /// Devices of instances by id.
    pub instances: Batch<InstanceDevices>,
    /// The latest modifications of volumes by id.
    pub modifications: Batch<Modification>,
    /// How far volumes have been read from their snapshots, by id.
    pub initialization: Batch<Initialization>,
}

impl Describe {
    /// Asks `ebs`; together with others if `batching`.
    #[must_use]
    pub fn new(ebs: &Arc<dyn Ebs>, batching: bool) -> Self {
        let delay = if batching { TOGETHER } else { Duration::ZERO };
        let window = |most| Window {
            most: if batching { most } else { 1 },
            delay,
        };
        Self {
            volumes: Batch::new(Volumes(ebs.clone()), window(500)),
            volumes_by_name: Batch::new(VolumesByName(ebs.clone()), window(200)),
            snapshots_by_name: Batch::new(SnapshotsByName(ebs.clone()), window(200)),
            instances: Batch::new(Instances(ebs.clone()), window(50)),
            modifications: Batch::new(Modifications(ebs.clone()), window(500)),
            initialization: Batch::new(Initializations(ebs.clone()), window(1000)),
        }
    }
}

fn filter(name: &str, values: Vec<String>) -> Filters {
    vec![(name.to_owned(), values)]
}

struct Volumes(Arc<dyn Ebs>);

#[async_trait]
impl Source for Volumes {
    type Item = Volume;

    async fn fetch(&self, ids: Vec<String>) -> Result<Vec<(String, Volume)>> {
        let volumes = self.0.describe_volumes(&filter("volume-id", ids)).await?;
        Ok(volumes.into_iter().map(|volume| (volume.id.clone(), volume)).collect())
    }
}

struct VolumesByName(Arc<dyn Ebs>);

#[async_trait]
impl Source for VolumesByName {
    type Item = Vec<Volume>;

    async fn fetch(&self, names: Vec<String>) -> Result<Vec<(String, Vec<Volume>)>> {
        let volumes = self
            .0
            .describe_volumes(&filter(&format!("tag:{TAG_VOLUME_NAME}"), names))
            .await?;
        Ok(grouped(volumes, |volume| volume.tags.get(TAG_VOLUME_NAME)))
    }
}

struct SnapshotsByName(Arc<dyn Ebs>);

#[async_trait]
impl Source for SnapshotsByName {
    type Item = Vec<Snapshot>;

    async fn fetch(&self, names: Vec<String>) -> Result<Vec<(String, Vec<Snapshot>)>> {
        let snapshots = self
            .0
            .describe_snapshots(&filter(&format!("tag:{TAG_SNAPSHOT_NAME}"), names))
            .await?;
        Ok(grouped(snapshots, |snapshot| snapshot.tags.get(TAG_SNAPSHOT_NAME)))
    }
}

fn grouped<T>(things: Vec<T>, name: impl Fn(&T) -> Option<&String>) -> Vec<(String, Vec<T>)> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for thing in things {
        if let Some(name) = name(&thing).cloned() {
            groups.entry(name).or_default().push(thing);
        }
    }
    groups.into_iter().collect()
}

struct Instances(Arc<dyn Ebs>);

#[async_trait]
impl Source for Instances {
    type Item = InstanceDevices;

    async fn fetch(&self, ids: Vec<String>) -> Result<Vec<(String, InstanceDevices)>> {
        let instances = self.0.describe_instance_devices(&ids).await?;
        Ok(instances
            .into_iter()
            .map(|instance| (instance.id.clone(), instance))
            .collect())
    }
}

struct Modifications(Arc<dyn Ebs>);

#[async_trait]
impl Source for Modifications {
    type Item = Modification;

    async fn fetch(&self, ids: Vec<String>) -> Result<Vec<(String, Modification)>> {
        let modifications = self.0.describe_modifications(&ids).await?;
        Ok(modifications
            .into_iter()
            .map(|one| (one.volume_id.clone(), one))
            .collect())
    }
}

struct Initializations(Arc<dyn Ebs>);

#[async_trait]
impl Source for Initializations {
    type Item = Initialization;

    async fn fetch(&self, ids: Vec<String>) -> Result<Vec<(String, Initialization)>> {
        let statuses = self.0.describe_initialization(&ids).await?;
        Ok(statuses.into_iter().map(|one| (one.volume_id.clone(), one)).collect())
    }
}
