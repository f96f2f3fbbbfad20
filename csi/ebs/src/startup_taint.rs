//! The taint that keeps pods from a node until the driver runs there: it goes once the kubelet has registered the driver.

use crate::names::{DRIVER, TAINT};
use k8s_openapi::api::core::v1::{Node, Taint};
use k8s_openapi::api::storage::v1::CSINode;
use kube::{Api, Client};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often the registration is looked for, and how long.
const LOOK: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_mins(10);

/// Takes the taint off Node `name` once its CSINode lists the driver with its number of volumes. Gives up after ten minutes, or when
/// it may not.
pub async fn remove(client: Client, name: &str) {
    let end = Instant::now() + PATIENCE;
    let (nodes, csi_nodes) = (Api::<Node>::all(client.clone()), Api::<CSINode>::all(client));
    while Instant::now() < end {
        match step(&nodes, &csi_nodes, name).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(kube::Error::Api(status)) if status.code == 403 => {
                tracing::info!(
                    node = name,
                    "the driver may not change its Node: its taint is left to others"
                );
                return;
            }
            Err(error) => tracing::warn!(node = name, %error, "the startup taint is still there"),
        }
        sleep(LOOK).await;
    }
    tracing::warn!(
        node = name,
        "the startup taint was not removed: the kubelet has not registered the driver"
    );
}

/// Whether there is nothing left to do. The Node is replaced as it was read, so that a taint that somebody else adds meanwhile is a
/// conflict, after which it is looked at again.
async fn step(nodes: &Api<Node>, csi_nodes: &Api<CSINode>, name: &str) -> kube::Result<bool> {
    let mut node = nodes.get(name).await?;
    let Some(taints) = node.spec.as_mut().and_then(|spec| spec.taints.as_mut()) else {
        return Ok(true);
    };
    let before = taints.len();
    taints.retain(|taint: &Taint| taint.key != TAINT);
    if taints.len() == before {
        return Ok(true);
    }
    if !csi_nodes
        .get_opt(name)
        .await?
        .is_some_and(|csi_node| is_registered(&csi_node))
    {
        return Ok(false);
    }
    let only_taints = serde_json::json!({
        "metadata": { "resourceVersion": node.metadata.resource_version },
        "spec": { "taints": node.spec.and_then(|spec| spec.taints) },
    });
    let patch = kube::api::Patch::Merge(only_taints);
    nodes.patch(name, &kube::api::PatchParams::default(), &patch).await?;
    tracing::info!(node = name, "removed the startup taint");
    Ok(true)
}

fn is_registered(csi_node: &CSINode) -> bool {
    let mut drivers = csi_node.spec.drivers.iter().filter(|driver| driver.name == DRIVER);
    drivers.any(|driver| {
        driver
            .allocatable
            .as_ref()
            .is_some_and(|allocatable| allocatable.count.is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::storage::v1::{CSINodeDriver, CSINodeSpec, VolumeNodeResources};

    #[test]
    fn a_driver_is_registered_with_its_number_of_volumes() {
        let csi_node = |name: &str, count: Option<i32>| CSINode {
            spec: CSINodeSpec {
                drivers: vec![CSINodeDriver {
                    name: name.into(),
                    allocatable: Some(VolumeNodeResources { count }),
                    ..CSINodeDriver::default()
                }],
            },
            ..CSINode::default()
        };
        assert!(is_registered(&csi_node(DRIVER, Some(26))));
        assert!(!is_registered(&csi_node(DRIVER, None)));
        assert!(!is_registered(&csi_node("other", Some(26))));
    }
}
