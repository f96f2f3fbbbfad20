//! What runs before the node's pod of the driver ends: while the node is being drained, the driver stays until no volume is attached,
//! since nobody else could unmount them.

use k8s_openapi::api::core::v1::Node;
use k8s_openapi::api::storage::v1::VolumeAttachment;
use kube::api::ListParams;
use kube::{Api, Client};
use std::time::Duration;
use tokio::time::sleep;

/// How often attachments are looked at. The kubelet ends the wait with the pod's grace period.
const LOOK: Duration = Duration::from_secs(1);

/// Taints by which a node is being emptied.
const DRAINING: [&str; 4] = [
    "node.kubernetes.io/unschedulable",
    "ToBeDeletedByClusterAutoscaler",
    "karpenter.sh/disrupted",
    "karpenter.sh/disruption",
];

/// Waits until no volume is attached to Node `name`, if it is being drained or is gone.
///
/// # Errors
/// When the cluster does not answer.
pub async fn wait(client: Client, name: &str) -> kube::Result<()> {
    let node = Api::<Node>::all(client.clone()).get_opt(name).await?;
    if node.is_some_and(|node| !is_draining(&node)) {
        tracing::info!(node = name, "the node is not being drained: nothing to wait for");
        return Ok(());
    }
    let attachments = Api::<VolumeAttachment>::all(client);
    loop {
        let here = attachments.list(&ListParams::default()).await?;
        let count = here
            .items
            .iter()
            .filter(|attachment| attachment.spec.node_name == name)
            .count();
        if count == 0 {
            return Ok(());
        }
        tracing::info!(node = name, count, "volumes are still attached");
        sleep(LOOK).await;
    }
}

fn is_draining(node: &Node) -> bool {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_ref());
    taints.is_some_and(|taints| taints.iter().any(|taint| DRAINING.contains(&taint.key.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::{NodeSpec, Taint};

    #[test]
    fn a_cordoned_node_is_draining() {
        let node = |key: &str| Node {
            spec: Some(NodeSpec {
                taints: Some(vec![Taint {
                    key: key.into(),
                    effect: "NoSchedule".into(),
                    ..Taint::default()
                }]),
                ..NodeSpec::default()
            }),
            ..Node::default()
        };
        assert!(is_draining(&node("node.kubernetes.io/unschedulable")));
        assert!(is_draining(&node("karpenter.sh/disrupted")));
        assert!(!is_draining(&node("node.kubernetes.io/not-ready")));
        assert!(!is_draining(&Node::default()));
    }
}
