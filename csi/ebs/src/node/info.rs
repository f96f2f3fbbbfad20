//! Who the node is.

use super::attach_limit::{self, InUse};
use super::{Node, NodeError};
use crate::metadata::Metadata;
use crate::names::{TOPOLOGY_OS, TOPOLOGY_ZONE, TOPOLOGY_ZONE_EBS};
use crate::topology::outpost_segments;
use csi_proto::csi::{NodeGetInfoResponse, Topology};

impl Node {
    /// Reads the metadata anew: the kubelet asks again and again, since interfaces and volumes come and go.
    pub(super) async fn info(self) -> Result<NodeGetInfoResponse, NodeError> {
        let metadata = self.metadata.read().await?;
        let in_use = InUse {
            interfaces: metadata.interfaces,
            block_devices: metadata.block_devices,
        };
        let settings = &self.settings;
        Ok(NodeGetInfoResponse {
            max_volumes_per_node: attach_limit::volumes(
                &metadata.instance_type,
                in_use,
                settings.attach_limit,
                settings.reserved_attachments,
            ),
            accessible_topology: Some(topology(&metadata)),
            node_id: metadata.instance_id,
        })
    }
}

fn topology(metadata: &Metadata) -> Topology {
    let zone = &metadata.zone;
    let own = [
        (TOPOLOGY_ZONE, zone.as_str()),
        (TOPOLOGY_ZONE_EBS, zone),
        (TOPOLOGY_OS, "linux"),
    ];
    let own = own.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    let outpost = metadata
        .outpost_arn
        .as_deref()
        .map(outpost_segments)
        .unwrap_or_default();
    Topology {
        segments: own.chain(outpost).collect(),
    }
}
