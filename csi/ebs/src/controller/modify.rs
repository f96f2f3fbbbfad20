//! Growing and changing volumes: requests about one volume that come together are one change.

mod coalesce;
mod wanted;

pub(super) use coalesce::Coalescer;
pub(super) use wanted::Wanted;

use super::{Controller, ControllerError};
use crate::invalid::required;
use crate::parameters::{Map, MutableParameters};
use crate::wait;
use aws_api::ebs::{Modification, Volume, VolumeChange};
use csi_core::Refusal;
use csi_proto::csi::{ControllerModifyVolumeRequest, ControllerModifyVolumeResponse};
use std::sync::Arc;
use tonic::Code;

impl Controller {
    pub(super) async fn modify_volume(
        self,
        request: ControllerModifyVolumeRequest,
    ) -> Result<ControllerModifyVolumeResponse, ControllerError> {
        self.modify(&request.volume_id, &request.mutable_parameters).await?;
        Ok(ControllerModifyVolumeResponse {})
    }

    /// Changes a volume as the parameters of a VolumeAttributesClass say.
    pub(super) async fn modify(&self, id: &str, parameters: &Map) -> Result<(), ControllerError> {
        let id = required("volume_id", id)?;
        crate::local::refuse(id)?;
        let parameters = MutableParameters::parse(parameters)?;
        let wanted = Wanted::of_class(parameters, &self.settings.tags)?;
        if wanted == Wanted::default() {
            return self.volume(id).await.map(drop);
        }
        self.change(id, wanted).await.map(drop)
    }

    /// Carries out a change together with others of the same volume.
    pub(super) async fn change(&self, id: &str, wanted: Wanted) -> Result<Volume, ControllerError> {
        let controller = self.clone();
        let volume = id.to_owned();
        let work = |wanted: Wanted| async move { controller.apply(&volume, &wanted).await.map_err(Arc::new) };
        Ok(self.coalescer.join(id, wanted, work).await?)
    }

    async fn apply(&self, id: &str, wanted: &Wanted) -> Result<Volume, ControllerError> {
        let volume = self.volume(id).await?;
        let tags_changed = self.change_tags(&volume, wanted).await?;
        self.apply_to(volume, wanted).await.map_err(|error| {
            if tags_changed && error.code() == Code::InvalidArgument {
                ControllerError::AfterTags {
                    volume: id.to_owned(),
                    source: Box::new(error),
                }
            } else {
                error
            }
        })
    }

    /// Takes tags away, then adds some; whether there were any to change.
    async fn change_tags(&self, volume: &Volume, wanted: &Wanted) -> Result<bool, ControllerError> {
        let id = volume.id.as_str();
        let tagging = || ControllerError::aws(format!("change tags of volume {id}"));
        if !wanted.tags_deleted.is_empty() {
            self.ebs
                .delete_tags(id, &wanted.tags_deleted)
                .await
                .map_err(tagging())?;
        }
        if !wanted.tags_added.is_empty() {
            self.ebs.create_tags(id, &wanted.tags_added).await.map_err(tagging())?;
        }
        Ok(!wanted.tags_deleted.is_empty() || !wanted.tags_added.is_empty())
    }

    async fn apply_to(&self, volume: Volume, wanted: &Wanted) -> Result<Volume, ControllerError> {
        let id = volume.id.clone();
        let latest = self.latest_modification(&id).await?;
        let (volume, state) = match latest {
            Some(latest) if latest.state == "modifying" => {
                self.wait_until_modified(&id).await?;
                (self.volume(&id).await?, "optimizing".to_owned())
            }
            latest => (volume, latest.map(|latest| latest.state).unwrap_or_default()),
        };
        let change = wanted.change_of(&volume)?;
        if change == VolumeChange::default() {
            return Ok(volume);
        }
        if state == "optimizing" {
            return Err(ControllerError::NotYet {
                subject: format!("the last modification of volume {id}"),
                state,
            });
        }
        let modifying = ControllerError::aws(format!("modify volume {id}"));
        self.ebs.modify_volume(&id, &change).await.map_err(modifying)?;
        self.wait_until_modified(&id).await?;
        let volume = self.volume(&id).await?;
        if !wanted.is_met_by(&volume)? {
            return Err(ControllerError::NotYet {
                subject: format!("the modification of volume {id}"),
                state: "modifying".into(),
            });
        }
        Ok(volume)
    }

    /// The latest modification; a volume that never was modified has none, or is unknown to the list.
    async fn latest_modification(&self, id: &str) -> Result<Option<Modification>, ControllerError> {
        match self.describe.modifications.get(id).await {
            Ok(latest) => Ok(latest),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(ControllerError::aws(format!("see modifications of volume {id}"))(error)),
        }
    }

    /// Waits until the change can be used, which is before its blocks have been moved.
    async fn wait_until_modified(&self, id: &str) -> Result<(), ControllerError> {
        let modified = wait::MODIFICATION.until(|| async {
            let Some(latest) = self.latest_modification(id).await? else {
                return Ok(Some(()));
            };
            match latest.state.as_str() {
                "completed" | "optimizing" => Ok(Some(())),
                "failed" => Err(ControllerError::Failed {
                    subject: format!("the modification of volume {id}"),
                    reason: latest.message.unwrap_or_default(),
                }),
                _ => Ok(None),
            }
        });
        modified.await?.ok_or_else(|| ControllerError::NotYet {
            subject: format!("the modification of volume {id}"),
            state: "modifying".into(),
        })
    }
}
