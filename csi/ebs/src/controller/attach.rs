//! Attaching volumes to instances, and detaching them.

use super::attachment::{Progress, is_detached, progress};
use super::devices::Name;
use super::{Controller, ControllerError, is_absent};
use crate::invalid::{Invalid, required};
use crate::names::{BLOCK_ATTACH_UNTIL_INITIALIZED, DEVICE_PATH, LOCAL_HANDLE, VOLUME_ID};
use crate::{capability, wait};
use aws_api::AwsError;
use aws_api::ebs::InstanceDevices;
use csi_proto::csi::{
    ControllerPublishVolumeRequest, ControllerPublishVolumeResponse, ControllerUnpublishVolumeRequest,
    ControllerUnpublishVolumeResponse,
};
use std::collections::HashMap;

/// How many names are tried of which EC2 says that they are in use, though it does not show them.
const NAMES_TRIED: usize = 5;

impl Controller {
    pub(super) async fn publish(
        self,
        request: ControllerPublishVolumeRequest,
    ) -> Result<ControllerPublishVolumeResponse, ControllerError> {
        let id = required("volume_id", &request.volume_id)?;
        let node = required("node_id", &request.node_id)?;
        let capability = request
            .volume_capability
            .as_ref()
            .ok_or_else(|| Invalid::missing("volume_capability"))?;
        if let Some(device) = id.strip_prefix(LOCAL_HANDLE) {
            return self.publish_local(id, device, node).await;
        }
        capability::check(capability)?;
        let _operation = self.operations.begin_part(id, node)?;
        let instance = self.instance(node).await?;
        let device = self.attach(id, &instance).await?;
        if request
            .volume_context
            .get(BLOCK_ATTACH_UNTIL_INITIALIZED)
            .is_some_and(|value| value == "true")
        {
            self.wait_until_initialized(id).await?;
        }
        Ok(ControllerPublishVolumeResponse {
            publish_context: [(DEVICE_PATH.to_owned(), device)].into(),
        })
    }

    pub(super) async fn unpublish(
        self,
        request: ControllerUnpublishVolumeRequest,
    ) -> Result<ControllerUnpublishVolumeResponse, ControllerError> {
        let id = required("volume_id", &request.volume_id)?;
        let node = required("node_id", &request.node_id)?;
        if id.starts_with(LOCAL_HANDLE) {
            return Ok(ControllerUnpublishVolumeResponse {});
        }
        let _operation = self.operations.begin_part(id, node)?;
        match self.ebs.detach_volume(id, node).await {
            Ok(()) => self.wait_until_detached(id, node).await?,
            // Perhaps since it is being detached already.
            Err(error) if error.code == "IncorrectState" => self.wait_until_detached(id, node).await?,
            Err(error) if is_absent(&error) || error.code == "InvalidVolume.NotAttached" => {}
            Err(error) => return Err(ControllerError::aws(format!("detach volume {id} from {node}"))(error)),
        }
        self.devices.release(node, id);
        Ok(ControllerUnpublishVolumeResponse {})
    }

    async fn instance(&self, node: &str) -> Result<InstanceDevices, ControllerError> {
        let missing = || ControllerError::Missing {
            kind: "node",
            id: node.to_owned(),
        };
        match self.describe.instances.get(node).await {
            Ok(instance) => instance.ok_or_else(missing),
            Err(error) if is_absent(&error) => Err(missing()),
            Err(error) => Err(ControllerError::aws(format!("describe instance {node}"))(error)),
        }
    }

    /// Attaches, and waits until it is done; the device name.
    async fn attach(&self, id: &str, instance: &InstanceDevices) -> Result<String, ControllerError> {
        for _ in 0..NAMES_TRIED {
            let name = match self.devices.name(instance, id)? {
                Name::Attached(_) => return self.wait_until_attached(id, &instance.id).await,
                Name::Free(name) => name,
            };
            let card = self.card(instance).await;
            match self.ebs.attach_volume(id, &instance.id, &name, card).await {
                Ok(attachment) if attachment.state == "attached" => return Ok(name),
                // In use here, perhaps: then EC2 did not show it yet among the instance's devices.
                Err(error) if !matches!(error.code.as_str(), "VolumeInUse" | "IncorrectState") => {
                    if !is_name_in_use(&error) {
                        self.devices.release(&instance.id, id);
                        return Err(attach_error(id, &instance.id, error));
                    }
                    self.devices.refuse(&instance.id, &name);
                }
                Ok(_) | Err(_) => return self.wait_until_attached(id, &instance.id).await,
            }
        }
        Err(ControllerError::NoDeviceName {
            node: instance.id.clone(),
        })
    }

    /// The EBS card with the fewest volumes, for an instance with several.
    async fn card(&self, instance: &InstanceDevices) -> Option<i32> {
        let cards = self.devices.cards(&self.ebs, &instance.kind).await;
        let volumes_of = |card: i32| {
            instance
                .mappings
                .iter()
                .filter(|mapping| mapping.card.unwrap_or(0) == card)
                .count()
        };
        (cards > 1)
            .then(|| (0..cards).min_by_key(|card| volumes_of(*card)))
            .flatten()
    }

    async fn wait_until_attached(&self, id: &str, instance: &str) -> Result<String, ControllerError> {
        let attached = wait::ATTACHMENT.until(|| async {
            let Ok(found) = self.describe.volumes.get(id).await else {
                return Ok(None);
            };
            let volume = found.ok_or_else(|| ControllerError::Missing {
                kind: "volume",
                id: id.to_owned(),
            })?;
            match progress(&volume, instance, jiff::Timestamp::now().as_second())? {
                Progress::Attached(device) => Ok(Some(device)),
                Progress::Waiting => Ok(None),
                Progress::Stuck => Err(self.undo(id, instance).await),
            }
        });
        attached.await?.ok_or_else(|| ControllerError::NotYet {
            subject: format!("the attachment of volume {id} to {instance}"),
            state: "attaching".into(),
        })
    }

    /// Detaches a volume whose attachment is stuck, so that whoever asks again starts anew.
    async fn undo(&self, id: &str, instance: &str) -> ControllerError {
        if let Err(error) = self.ebs.detach_volume(id, instance).await {
            tracing::warn!(volume = id, instance, %error, "an attachment that is stuck stays");
        }
        ControllerError::Failed {
            subject: format!("the attachment of volume {id} to {instance}"),
            reason: "it was attaching for 90 seconds; it has been detached".into(),
        }
    }

    async fn wait_until_detached(&self, id: &str, instance: &str) -> Result<(), ControllerError> {
        let detached = wait::ATTACHMENT.until(|| async {
            match self.describe.volumes.get(id).await {
                Ok(Some(volume)) if !is_detached(&volume, instance) => Ok::<_, ControllerError>(None),
                Ok(_) => Ok(Some(())),
                Err(_) => Ok(None),
            }
        });
        detached.await?.ok_or_else(|| ControllerError::NotYet {
            subject: format!("the attachment of volume {id} to {instance}"),
            state: "detaching".into(),
        })
    }

    /// A volume that each node has of its own, declared by its device.
    async fn publish_local(
        &self,
        handle: &str,
        device: &str,
        node: &str,
    ) -> Result<ControllerPublishVolumeResponse, ControllerError> {
        if !self.settings.node_local {
            return Err(Invalid::value(
                "volume_id",
                handle,
                "a volume's id, or start the driver with --enable-node-local-volumes",
            )
            .into());
        }
        let device = format!("/{}", device.trim_start_matches('/'));
        let instance = self.instance(node).await?;
        if instance.root.as_ref() == Some(&device) {
            return Err(Invalid::value("volume_id", handle, "another device: this one is the root of the node").into());
        }
        let mapping = instance.mappings.into_iter().find(|mapping| mapping.device == device);
        let mapping = mapping.ok_or_else(|| ControllerError::Missing {
            kind: "device",
            id: format!("{device} of {node}"),
        })?;
        Ok(ControllerPublishVolumeResponse {
            publish_context: HashMap::from([
                (DEVICE_PATH.to_owned(), device),
                (VOLUME_ID.to_owned(), mapping.volume_id),
            ]),
        })
    }
}

/// EC2 says it in words only.
fn is_name_in_use(error: &AwsError) -> bool {
    error.code == "InvalidParameterValue" && error.message.contains("already in use")
}

fn attach_error(id: &str, instance: &str, error: AwsError) -> ControllerError {
    ControllerError::aws(format!("attach volume {id} to {instance}"))(error)
}
