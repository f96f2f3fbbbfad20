//! The Node service.

use super::{Node, NodeError};
use csi_proto::csi::node_server::Node as NodeService;
use csi_proto::csi::node_service_capability::rpc::Type as Rpc;
use csi_proto::csi::node_service_capability::{self, Rpc as RpcCapability};
use csi_proto::csi::{
    NodeExpandVolumeRequest, NodeExpandVolumeResponse, NodeGetCapabilitiesRequest, NodeGetCapabilitiesResponse,
    NodeGetInfoRequest, NodeGetInfoResponse, NodeGetVolumeStatsRequest, NodeGetVolumeStatsResponse,
    NodePublishVolumeRequest, NodePublishVolumeResponse, NodeServiceCapability, NodeStageVolumeRequest,
    NodeStageVolumeResponse, NodeUnpublishVolumeRequest, NodeUnpublishVolumeResponse, NodeUnstageVolumeRequest,
    NodeUnstageVolumeResponse,
};
use tonic::{Request, Response, Status};

/// What the driver can do.
const CAPABILITIES: [Rpc; 3] = [Rpc::StageUnstageVolume, Rpc::ExpandVolume, Rpc::GetVolumeStats];

fn capabilities() -> NodeGetCapabilitiesResponse {
    let capability = |rpc: Rpc| NodeServiceCapability {
        r#type: Some(node_service_capability::Type::Rpc(RpcCapability { r#type: rpc.into() })),
    };
    NodeGetCapabilitiesResponse {
        capabilities: CAPABILITIES.into_iter().map(capability).collect(),
    }
}

/// One call of the service: what the method of the same row makes of the request.
macro_rules! calls {
    ($($call:ident $name:literal ($request:ty) -> $response:ty = $work:expr;)*) => {
        #[tonic::async_trait]
        impl NodeService for Node {$(
            async fn $call(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                let node = self.clone();
                self.rpcs.answer($name, request, |request| ($work)(node, request)).await
            }
        )*}
    };
}

calls! {
    node_stage_volume "NodeStageVolume" (NodeStageVolumeRequest) -> NodeStageVolumeResponse = Node::stage;
    node_unstage_volume "NodeUnstageVolume" (NodeUnstageVolumeRequest) -> NodeUnstageVolumeResponse = Node::unstage;
    node_publish_volume "NodePublishVolume" (NodePublishVolumeRequest) -> NodePublishVolumeResponse = Node::publish;
    node_unpublish_volume "NodeUnpublishVolume" (NodeUnpublishVolumeRequest) -> NodeUnpublishVolumeResponse = Node::unpublish;
    node_expand_volume "NodeExpandVolume" (NodeExpandVolumeRequest) -> NodeExpandVolumeResponse = Node::expand;
    node_get_volume_stats "NodeGetVolumeStats" (NodeGetVolumeStatsRequest) -> NodeGetVolumeStatsResponse = Node::stats;
    node_get_info "NodeGetInfo" (NodeGetInfoRequest) -> NodeGetInfoResponse = |node: Node, _| node.info();
    node_get_capabilities "NodeGetCapabilities" (NodeGetCapabilitiesRequest) -> NodeGetCapabilitiesResponse =
        |_, _| async { Ok::<_, NodeError>(capabilities()) };
}
