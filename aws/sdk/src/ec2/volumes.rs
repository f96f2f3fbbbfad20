//! EBS over the SDK.

mod convert;

use super::Ec2Client;
use super::convert as ec2;
use crate::call::created;
use async_trait::async_trait;
use aws_api::ebs::{
    Attachment, Initialization, InstanceDevices, Modification, NewSnapshot, NewVolume, Snapshot, SnapshotLock, Volume,
    VolumeChange, VolumeCopy, Zone,
};
use aws_api::ec2::AvailabilityZone;
use aws_api::{AwsError, Ebs, Filters, Result, Tags};
use aws_config::retry::RetryConfig;
use aws_sdk_ec2::operation::create_volume::builders::CreateVolumeFluentBuilder;
use aws_sdk_ec2::operation::describe_snapshots::builders::DescribeSnapshotsFluentBuilder;
use aws_sdk_ec2::types::{InstanceType, LockMode, ResourceType, VolumeType};
use aws_smithy_types::DateTime;

/// The largest page of Describe calls.
const PAGE: i32 = 1000;

/// Values that one filter takes at most.
const FILTER_VALUES: usize = 200;

impl Ec2Client {
    fn new_volume(&self, new: &NewVolume) -> CreateVolumeFluentBuilder {
        let request = self
            .client
            .create_volume()
            .set_client_token(new.client_token.clone())
            .size(new.size)
            .volume_type(VolumeType::from(new.kind.as_str()))
            .set_iops(new.iops)
            .set_throughput(new.throughput)
            .set_volume_initialization_rate(new.initialization_rate)
            .set_encrypted(new.encrypted)
            .set_kms_key_id(new.kms_key_id.clone())
            .set_multi_attach_enabled(new.multi_attach.then_some(true))
            .set_snapshot_id(new.snapshot_id.clone())
            .set_outpost_arn(new.outpost_arn.clone())
            .set_tag_specifications(convert::tag_specification(ResourceType::Volume, &new.tags));
        match &new.zone {
            Zone::Name(name) => request.availability_zone(name),
            Zone::Id(id) => request.availability_zone_id(id),
        }
    }

    /// Without an owner, every public snapshot would be listed.
    fn own_snapshots(&self, filters: &Filters, size: i32) -> DescribeSnapshotsFluentBuilder {
        self.client
            .describe_snapshots()
            .owner_ids("self")
            .set_filters(ec2::filters(filters))
            .max_results(size)
    }
}

#[async_trait]
impl Ebs for Ec2Client {
    async fn probe(&self) -> Result<()> {
        let once = aws_sdk_ec2::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = self.client.describe_availability_zones().dry_run(true);
        let sent = request.customize().config_override(once).send();
        self.caller.call("DescribeAvailabilityZones", sent).await.map(drop)
    }

    async fn describe_zones(&self) -> Result<Vec<AvailabilityZone>> {
        aws_api::Ec2::describe_availability_zones(self, &[]).await
    }

    async fn create_volume(&self, new: &NewVolume) -> Result<Volume> {
        let answer = self.caller.call("CreateVolume", self.new_volume(new).send()).await?;
        Ok(convert::created(answer))
    }

    async fn dry_run_create_volume(&self, new: &NewVolume) -> Option<AwsError> {
        let request = self.new_volume(new).dry_run(true);
        self.caller.call("CreateVolume", request.send()).await.err()
    }

    async fn copy_volume(&self, copy: &VolumeCopy) -> Result<Volume> {
        let request = self
            .client
            .copy_volumes()
            .source_volume_id(&copy.source_volume_id)
            .client_token(&copy.client_token)
            .size(copy.size)
            .volume_type(VolumeType::from(copy.kind.as_str()))
            .set_iops(copy.iops)
            .set_throughput(copy.throughput)
            .set_multi_attach_enabled(copy.multi_attach.then_some(true))
            .set_tag_specifications(convert::tag_specification(ResourceType::Volume, &copy.tags));
        let answer = self.caller.call("CopyVolumes", request.send()).await?;
        created("CopyVolumes", answer.volumes).map(convert::volume)
    }

    async fn delete_volume(&self, id: &str) -> Result<()> {
        let request = self.client.delete_volume().volume_id(id);
        self.caller.call("DeleteVolume", request.send()).await.map(drop)
    }

    async fn attach_volume(&self, id: &str, instance: &str, device: &str, card: Option<i32>) -> Result<Attachment> {
        let request = self
            .client
            .attach_volume()
            .volume_id(id)
            .instance_id(instance)
            .device(device)
            .set_ebs_card_index(card);
        let answer = self.caller.call("AttachVolume", request.send()).await?;
        Ok(convert::attached(answer))
    }

    async fn detach_volume(&self, id: &str, instance: &str) -> Result<()> {
        let request = self.client.detach_volume().volume_id(id).instance_id(instance);
        self.caller.call("DetachVolume", request.send()).await.map(drop)
    }

    async fn modify_volume(&self, id: &str, change: &VolumeChange) -> Result<Modification> {
        let request = self
            .client
            .modify_volume()
            .volume_id(id)
            .set_size(change.size)
            .set_volume_type(change.kind.as_deref().map(VolumeType::from))
            .set_iops(change.iops)
            .set_throughput(change.throughput);
        let answer = self.caller.call("ModifyVolume", request.send()).await?;
        Ok(answer
            .volume_modification
            .map(convert::modification)
            .unwrap_or_default())
    }

    async fn describe_volumes(&self, filters: &Filters) -> Result<Vec<Volume>> {
        let mut volumes = Vec::new();
        for filters in convert::chunks(filters, FILTER_VALUES) {
            let request = self
                .client
                .describe_volumes()
                .set_filters(ec2::filters(&filters))
                .max_results(PAGE);
            let send = |token| request.clone().set_next_token(token).send();
            let pages = self
                .caller
                .pages("DescribeVolumes", send, |page| page.next_token())
                .await?;
            volumes.extend(pages.into_iter().flat_map(|page| page.volumes.unwrap_or_default()));
        }
        Ok(volumes.into_iter().map(convert::volume).collect())
    }

    async fn describe_modifications(&self, ids: &[String]) -> Result<Vec<Modification>> {
        let mut latest = std::collections::BTreeMap::new();
        for ids in ids.chunks(FILTER_VALUES) {
            let filters = vec![("volume-id".to_owned(), ids.to_vec())];
            let request = self
                .client
                .describe_volumes_modifications()
                .set_filters(ec2::filters(&filters));
            let send = |token| request.clone().max_results(500).set_next_token(token).send();
            let pages = self
                .caller
                .pages("DescribeVolumesModifications", send, |page| page.next_token())
                .await?;
            let all = pages
                .into_iter()
                .flat_map(|page| page.volumes_modifications.unwrap_or_default());
            for modification in all.map(convert::modification) {
                let known: Option<&Modification> = latest.get(&modification.volume_id);
                if known.is_none_or(|known| known.started <= modification.started) {
                    latest.insert(modification.volume_id.clone(), modification);
                }
            }
        }
        Ok(latest.into_values().collect())
    }

    async fn describe_initialization(&self, ids: &[String]) -> Result<Vec<Initialization>> {
        let request = self.client.describe_volume_status().set_volume_ids(Some(ids.to_vec()));
        let send = |token| request.clone().set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeVolumeStatus", send, |page| page.next_token())
            .await?;
        let all = pages
            .into_iter()
            .flat_map(|page| page.volume_statuses.unwrap_or_default());
        Ok(all.map(convert::initialization).collect())
    }

    async fn create_snapshot(&self, new: &NewSnapshot) -> Result<Snapshot> {
        let request = self
            .client
            .create_snapshot()
            .volume_id(&new.volume_id)
            .description(&new.description)
            .set_outpost_arn(new.outpost_arn.clone())
            .set_tag_specifications(convert::tag_specification(ResourceType::Snapshot, &new.tags));
        let answer = self.caller.call("CreateSnapshot", request.send()).await?;
        Ok(convert::snapshot_created(answer))
    }

    async fn delete_snapshot(&self, id: &str) -> Result<()> {
        let request = self.client.delete_snapshot().snapshot_id(id);
        self.caller.call("DeleteSnapshot", request.send()).await.map(drop)
    }

    async fn describe_snapshots(&self, filters: &Filters) -> Result<Vec<Snapshot>> {
        let mut snapshots = Vec::new();
        for filters in convert::chunks(filters, FILTER_VALUES) {
            let request = self.own_snapshots(&filters, PAGE);
            let send = |token| request.clone().set_next_token(token).send();
            let pages = self
                .caller
                .pages("DescribeSnapshots", send, |page| page.next_token())
                .await?;
            snapshots.extend(pages.into_iter().flat_map(|page| page.snapshots.unwrap_or_default()));
        }
        Ok(snapshots.into_iter().map(convert::snapshot).collect())
    }

    async fn snapshot_page(
        &self,
        filters: &Filters,
        size: i32,
        token: Option<String>,
    ) -> Result<(Vec<Snapshot>, Option<String>)> {
        let request = self.own_snapshots(filters, size).set_next_token(token);
        let page = self.caller.call("DescribeSnapshots", request.send()).await?;
        let next = page.next_token.filter(|token| !token.is_empty());
        let snapshots = page.snapshots.unwrap_or_default().into_iter();
        Ok((snapshots.map(convert::snapshot).collect(), next))
    }

    async fn enable_fast_restore(&self, snapshot: &str, zones: &[String]) -> Result<()> {
        let request = self
            .client
            .enable_fast_snapshot_restores()
            .source_snapshot_ids(snapshot)
            .set_availability_zones(Some(zones.to_vec()));
        let answer = self.caller.call("EnableFastSnapshotRestores", request.send()).await?;
        match convert::refused_zones(answer.unsuccessful.unwrap_or_default()) {
            None => Ok(()),
            Some((code, message)) => Err(AwsError {
                operation: "EnableFastSnapshotRestores",
                code,
                message,
                request_id: None,
            }),
        }
    }

    async fn lock_snapshot(&self, snapshot: &str, lock: &SnapshotLock) -> Result<()> {
        let request = self
            .client
            .lock_snapshot()
            .snapshot_id(snapshot)
            .lock_mode(LockMode::from(lock.mode.as_str()))
            .set_lock_duration(lock.duration)
            .set_expiration_date(lock.expiration.map(DateTime::from_secs))
            .set_cool_off_period(lock.cool_off_period);
        self.caller.call("LockSnapshot", request.send()).await.map(drop)
    }

    async fn describe_instance_devices(&self, ids: &[String]) -> Result<Vec<InstanceDevices>> {
        let mut instances = Vec::new();
        for ids in ids.chunks(FILTER_VALUES) {
            let filters = vec![("instance-id".to_owned(), ids.to_vec())];
            let request = self
                .client
                .describe_instances()
                .set_filters(ec2::filters(&filters))
                .max_results(PAGE);
            let send = |token| request.clone().set_next_token(token).send();
            let pages = self
                .caller
                .pages("DescribeInstances", send, |page| page.next_token())
                .await?;
            let reservations = pages.into_iter().flat_map(|page| page.reservations.unwrap_or_default());
            let all = reservations.flat_map(|one| one.instances.unwrap_or_default());
            instances.extend(all.map(convert::instance_devices));
        }
        Ok(instances)
    }

    async fn ebs_cards(&self, kind: &str) -> Result<Option<i32>> {
        let request = self
            .client
            .describe_instance_types()
            .instance_types(InstanceType::from(kind));
        let answer = self.caller.call("DescribeInstanceTypes", request.send()).await?;
        let described = answer.instance_types.unwrap_or_default().into_iter().next();
        Ok(described
            .and_then(|one| one.ebs_info)
            .and_then(|info| info.maximum_ebs_cards))
    }

    async fn create_tags(&self, id: &str, tags: &Tags) -> Result<()> {
        aws_api::Ec2::create_tags(self, id, tags).await
    }

    async fn delete_tags(&self, id: &str, keys: &[String]) -> Result<()> {
        aws_api::Ec2::delete_tags(self, id, keys).await
    }
}
