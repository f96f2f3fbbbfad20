//! Making and deleting volumes.

use super::named::only;
use super::plan::{Source, VolumePlan};
use super::{Controller, ControllerError, is_absent};
use crate::invalid::required;
use crate::performance::capped;
use crate::token::client_token;
use crate::wait;
use aws_api::ebs::{NewVolume, Volume, VolumeCopy, Zone};
use csi_proto::csi::{CreateVolumeRequest, CreateVolumeResponse, DeleteVolumeRequest, DeleteVolumeResponse};

impl Controller {
    pub(super) async fn create_volume(
        self,
        request: CreateVolumeRequest,
    ) -> Result<CreateVolumeResponse, ControllerError> {
        let plan = VolumePlan::new(&request, &self.settings.tags)?;
        let _operation = self.operations.begin(&plan.name)?;
        if let Source::Volume(id) = &plan.source {
            plan.check_source(&self.volume(id).await?)?;
        }
        let volume = match self.volume_named(&plan).await? {
            Some(volume) => volume,
            None => self.make_volume(&plan).await?,
        };
        let volume = self.wait_until_made(volume).await?;
        self.attempts.lock().remove(&plan.name);
        Ok(plan.response(&volume))
    }

    pub(super) async fn delete_volume(
        self,
        request: DeleteVolumeRequest,
    ) -> Result<DeleteVolumeResponse, ControllerError> {
        let id = required("volume_id", &request.volume_id)?;
        let _operation = self.operations.begin(id)?;
        match self.ebs.delete_volume(id).await {
            Err(error) if !is_absent(&error) => Err(ControllerError::aws(format!("delete volume {id}"))(error)),
            _ => Ok(DeleteVolumeResponse {}),
        }
    }

    /// The volume of an id.
    pub(super) async fn volume(&self, id: &str) -> Result<Volume, ControllerError> {
        let missing = || ControllerError::Missing {
            kind: "volume",
            id: id.to_owned(),
        };
        match self.describe.volumes.get(id).await {
            Ok(volume) => volume.ok_or_else(missing),
            Err(error) if is_absent(&error) => Err(missing()),
            Err(error) => Err(ControllerError::aws(format!("describe volume {id}"))(error)),
        }
    }

    /// The volume that has the name already: the answer to an earlier request may have been lost, and not every endpoint knows
    /// client tokens.
    async fn volume_named(&self, plan: &VolumePlan) -> Result<Option<Volume>, ControllerError> {
        let action = || format!("look for volume {:?}", plan.name);
        let found = self.describe.volumes_by_name.get(&plan.name).await;
        let mut found = found.map_err(ControllerError::unsettled(action()))?.unwrap_or_default();
        found.retain(|volume| !matches!(volume.state.as_str(), "deleting" | "deleted" | "error"));
        only(&plan.name, found, |volume| plan.difference(volume))
    }

    async fn make_volume(&self, plan: &VolumePlan) -> Result<Volume, ControllerError> {
        let attempt = self.attempts.lock().get(&plan.name).copied().unwrap_or(1);
        let client_token = client_token(&plan.name, attempt);
        let made = if let Source::Volume(source) = &plan.source {
            let iops = self.iops(plan, None).await;
            self.ebs.copy_volume(&copy(plan, source, client_token, iops)).await
        } else {
            let mut new = new_volume(plan, self.zone(plan).await?, client_token);
            new.iops = self.iops(plan, Some(&new)).await;
            self.ebs.create_volume(&new).await
        };
        made.map_err(|error| {
            if error.code == "IdempotentParameterMismatch" {
                self.attempts.lock().insert(plan.name.clone(), attempt + 1);
            }
            ControllerError::unsettled(format!("create volume {:?}", plan.name))(error)
        })
    }

    /// Where the volume is made: any zone will do when none is asked for.
    async fn zone(&self, plan: &VolumePlan) -> Result<Zone, ControllerError> {
        if let Some(zone) = &plan.place.zone {
            return Ok(zone.clone());
        }
        let zones = self
            .ebs
            .describe_zones()
            .await
            .map_err(ControllerError::unsettled("choose a zone"))?;
        let first = zones.into_iter().next().map(|zone| Zone::Name(zone.name));
        first.ok_or_else(|| ControllerError::Missing {
            kind: "availability zone",
            id: "of any name".into(),
        })
    }

    async fn iops(&self, plan: &VolumePlan, new: Option<&NewVolume>) -> Option<i32> {
        let wanted = plan.wanted_iops()?;
        let kind = plan.parameters.kind();
        let discovered = match new {
            Some(new) => self.iops_limits.of(new).await,
            None => None,
        };
        Some(capped(kind, wanted, plan.gib, plan.parameters.lift, discovered))
    }

    async fn wait_until_made(&self, volume: Volume) -> Result<Volume, ControllerError> {
        if is_made(&volume)? {
            return Ok(volume);
        }
        let made = wait::CREATION.until(|| async {
            match self.describe.volumes.get(&volume.id).await {
                Ok(Some(volume)) => is_made(&volume).map(|made| made.then_some(volume)),
                // Not every server of EC2 knows it yet; and a call that failed now may succeed later.
                Ok(None) | Err(_) => Ok(None),
            }
        });
        made.await?.ok_or_else(|| ControllerError::NotYet {
            subject: format!("volume {}", volume.id),
            state: "creating".into(),
        })
    }
}

/// Whether a volume can be used. One that is attached already answers a request that was repeated late.
fn is_made(volume: &Volume) -> Result<bool, ControllerError> {
    match volume.state.as_str() {
        "available" | "in-use" => Ok(true),
        "error" | "deleting" | "deleted" => Err(ControllerError::Failed {
            subject: format!("volume {}", volume.id),
            reason: format!("its state is {}", volume.state),
        }),
        _ => Ok(false),
    }
}

fn new_volume(plan: &VolumePlan, zone: Zone, client_token: String) -> NewVolume {
    let parameters = &plan.parameters;
    NewVolume {
        client_token: Some(client_token),
        size: plan.gib,
        kind: parameters.kind().to_owned(),
        iops: None,
        throughput: parameters.throughput,
        initialization_rate: parameters.initialization_rate,
        // A key means encryption, whatever else is said.
        encrypted: parameters
            .encrypted
            .filter(|encrypted| *encrypted)
            .or(parameters.kms_key_id.as_ref().map(|_| true)),
        kms_key_id: parameters.kms_key_id.clone(),
        multi_attach: plan.multi_attach,
        snapshot_id: match &plan.source {
            Source::Snapshot(id) => Some(id.clone()),
            _ => None,
        },
        zone,
        outpost_arn: plan.place.outpost_arn.clone(),
        tags: plan.tags.clone(),
    }
}

fn copy(plan: &VolumePlan, source: &str, client_token: String, iops: Option<i32>) -> VolumeCopy {
    VolumeCopy {
        source_volume_id: source.to_owned(),
        client_token,
        size: plan.gib,
        kind: plan.parameters.kind().to_owned(),
        iops,
        throughput: plan.parameters.throughput,
        multi_attach: plan.multi_attach,
        tags: plan.tags.clone(),
    }
}
