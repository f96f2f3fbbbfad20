//! The Controller service.

use super::{Controller, ControllerError};
use crate::capability;
use crate::invalid::required;
use csi_proto::csi::controller_server::Controller as ControllerService;
use csi_proto::csi::controller_service_capability::rpc::Type as Rpc;
use csi_proto::csi::controller_service_capability::{self, Rpc as RpcCapability};
use csi_proto::csi::validate_volume_capabilities_response::Confirmed;
use csi_proto::csi::{
    ControllerExpandVolumeRequest, ControllerExpandVolumeResponse, ControllerGetCapabilitiesRequest,
    ControllerGetCapabilitiesResponse, ControllerGetVolumeRequest, ControllerGetVolumeResponse,
    ControllerModifyVolumeRequest, ControllerModifyVolumeResponse, ControllerPublishVolumeRequest,
    ControllerPublishVolumeResponse, ControllerServiceCapability, ControllerUnpublishVolumeRequest,
    ControllerUnpublishVolumeResponse, CreateSnapshotRequest, CreateSnapshotResponse, CreateVolumeRequest,
    CreateVolumeResponse, DeleteSnapshotRequest, DeleteSnapshotResponse, DeleteVolumeRequest, DeleteVolumeResponse,
    GetCapacityRequest, GetCapacityResponse, GetSnapshotRequest, GetSnapshotResponse, ListSnapshotsRequest,
    ListSnapshotsResponse, ListVolumesRequest, ListVolumesResponse, ValidateVolumeCapabilitiesRequest,
    ValidateVolumeCapabilitiesResponse,
};
use csi_proto::modify::modify_server::Modify;
use csi_proto::modify::{
    GetCsiDriverModificationCapabilityRequest, GetCsiDriverModificationCapabilityResponse,
    ModifyVolumePropertiesRequest, ModifyVolumePropertiesResponse,
};
use tonic::{Request, Response, Status};

/// What the driver can do.
const CAPABILITIES: [Rpc; 7] = [
    Rpc::CreateDeleteVolume,
    Rpc::CloneVolume,
    Rpc::PublishUnpublishVolume,
    Rpc::CreateDeleteSnapshot,
    Rpc::ListSnapshots,
    Rpc::ExpandVolume,
    Rpc::ModifyVolume,
];

impl Controller {
    async fn validate(
        self,
        request: ValidateVolumeCapabilitiesRequest,
    ) -> Result<ValidateVolumeCapabilitiesResponse, ControllerError> {
        let id = required("volume_id", &request.volume_id)?;
        if request.volume_capabilities.is_empty() {
            return Err(crate::invalid::Invalid::missing("volume_capabilities").into());
        }
        self.volume(id).await?;
        let supported = capability::check_all(&request.volume_capabilities);
        Ok(ValidateVolumeCapabilitiesResponse {
            message: supported.as_ref().map_or_else(ToString::to_string, |()| String::new()),
            confirmed: supported.is_ok().then_some(Confirmed {
                volume_context: request.volume_context,
                volume_capabilities: request.volume_capabilities,
                parameters: request.parameters,
                mutable_parameters: request.mutable_parameters,
            }),
        })
    }
}

fn capabilities() -> ControllerGetCapabilitiesResponse {
    let capability = |rpc: Rpc| ControllerServiceCapability {
        r#type: Some(controller_service_capability::Type::Rpc(RpcCapability {
            r#type: rpc.into(),
        })),
    };
    ControllerGetCapabilitiesResponse {
        capabilities: CAPABILITIES.into_iter().map(capability).collect(),
    }
}

/// One call of the service: what the method of the same row makes of the request.
macro_rules! calls {
    ($($call:ident $name:literal ($request:ty) -> $response:ty = $work:expr;)*) => {
        #[tonic::async_trait]
        impl ControllerService for Controller {$(
            async fn $call(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                let controller = self.clone();
                self.rpcs.answer($name, request, |request| ($work)(controller, request)).await
            }
        )*}
    };
}

async fn lacks<T>(call: &'static str) -> Result<T, ControllerError> {
    Err(ControllerError::Unimplemented(call))
}

calls! {
    create_volume "CreateVolume" (CreateVolumeRequest) -> CreateVolumeResponse = Controller::create_volume;
    delete_volume "DeleteVolume" (DeleteVolumeRequest) -> DeleteVolumeResponse = Controller::delete_volume;
    controller_publish_volume "ControllerPublishVolume" (ControllerPublishVolumeRequest) -> ControllerPublishVolumeResponse =
        Controller::publish;
    controller_unpublish_volume "ControllerUnpublishVolume" (ControllerUnpublishVolumeRequest)
        -> ControllerUnpublishVolumeResponse = Controller::unpublish;
    validate_volume_capabilities "ValidateVolumeCapabilities" (ValidateVolumeCapabilitiesRequest)
        -> ValidateVolumeCapabilitiesResponse = Controller::validate;
    create_snapshot "CreateSnapshot" (CreateSnapshotRequest) -> CreateSnapshotResponse = Controller::create_snapshot;
    delete_snapshot "DeleteSnapshot" (DeleteSnapshotRequest) -> DeleteSnapshotResponse = Controller::delete_snapshot;
    list_snapshots "ListSnapshots" (ListSnapshotsRequest) -> ListSnapshotsResponse = Controller::list_snapshots;
    controller_expand_volume "ControllerExpandVolume" (ControllerExpandVolumeRequest) -> ControllerExpandVolumeResponse =
        Controller::expand;
    controller_modify_volume "ControllerModifyVolume" (ControllerModifyVolumeRequest) -> ControllerModifyVolumeResponse =
        Controller::modify_volume;
    controller_get_capabilities "ControllerGetCapabilities" (ControllerGetCapabilitiesRequest)
        -> ControllerGetCapabilitiesResponse = |_, _| async { Ok::<_, ControllerError>(capabilities()) };
    list_volumes "ListVolumes" (ListVolumesRequest) -> ListVolumesResponse = |_, _| lacks("ListVolumes");
    get_capacity "GetCapacity" (GetCapacityRequest) -> GetCapacityResponse = |_, _| lacks("GetCapacity");
    controller_get_volume "ControllerGetVolume" (ControllerGetVolumeRequest) -> ControllerGetVolumeResponse =
        |_, _| lacks("ControllerGetVolume");
    get_snapshot "GetSnapshot" (GetSnapshotRequest) -> GetSnapshotResponse = |_, _| lacks("GetSnapshot");
}

#[tonic::async_trait]
impl Modify for Controller {
    async fn get_csi_driver_modification_capability(
        &self,
        _: Request<GetCsiDriverModificationCapabilityRequest>,
    ) -> Result<Response<GetCsiDriverModificationCapabilityResponse>, Status> {
        Ok(Response::new(GetCsiDriverModificationCapabilityResponse {}))
    }

    async fn modify_volume_properties(
        &self,
        request: Request<ModifyVolumePropertiesRequest>,
    ) -> Result<Response<ModifyVolumePropertiesResponse>, Status> {
        let controller = self.clone();
        let modify = |request: ModifyVolumePropertiesRequest| async move {
            controller.modify(&request.name, &request.parameters).await?;
            Ok::<_, ControllerError>(ModifyVolumePropertiesResponse {})
        };
        self.rpcs.answer("ModifyVolumeProperties", request, modify).await
    }
}
