//! The golden world's Kubernetes: Nodes and pods that say of themselves what kubelets would, and the Services that
//! cases refer to.

use crate::moto::Ids;
use anyhow::Result;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Client;
use kube::api::{Api, Patch, PatchParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::Instance;
use seatrial_e2e::webapp::alb_class;
use serde_json::{Value, json};
use std::time::Duration;

/// The namespace of all cases.
pub(crate) const NAMESPACE: &str = "golden";
const PODS: [(&str, &str); 2] = [("gold-n0", "192.168.0.50"), ("gold-n1", "192.168.32.50")];

/// Makes Nodes, namespace, pods and Services.
pub(crate) async fn build(instance: &Instance, client: &Client, ids: &Ids) -> Result<()> {
    for index in 0..PODS.len() {
        let zone = format!("us-west-2{}", ["a", "b"][index]);
        let mut node = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": { "name": PODS[index].0, "labels": { "topology.kubernetes.io/zone": zone } },
            "spec": { "providerID": format!("aws:///{zone}/{}", ids[&format!("instance{index}")]) },
        });
        if index == 0 {
            node["metadata"]["labels"]["pool"] = json!("front");
        }
        instance.cluster.apply(&node.to_string()).await?;
    }
    report_ready(client).await?;
    let class = alb_class();
    instance.cluster.apply(&class.to_string()).await?;
    pods(instance, client, NAMESPACE, "web", &json!({ "app": "web" })).await?;
    let checked = json!({
        "alb.ingress.kubernetes.io/healthcheck-path": "/svc",
        "alb.ingress.kubernetes.io/target-type": "instance",
        "alb.ingress.kubernetes.io/backend-protocol": "HTTPS",
    });
    for (name, annotations) in [("web", json!({})), ("web2", json!({})), ("webo", checked)] {
        let service = json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": name, "namespace": NAMESPACE, "annotations": annotations },
            "spec": {
                "type": "NodePort",
                "selector": { "app": "web" },
                "ports": [{ "name": "http", "port": 80, "targetPort": 80 }],
            },
        });
        instance.cluster.apply(&service.to_string()).await?;
    }
    Ok(())
}

/// The pods that the example Services select.
pub(crate) async fn example_pods(instance: &Instance, client: &Client) -> Result<()> {
    let labels = json!({ "app.kubernetes.io/name": "nginx" });
    pods(instance, client, "ingress-nginx", "nginx", &labels).await
}

/// A namespace with a Ready pod on each node.
async fn pods(instance: &Instance, client: &Client, namespace: &str, name: &str, labels: &Value) -> Result<()> {
    let namespaced = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
    instance.cluster.apply(&namespaced.to_string()).await?;
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    for (index, (node, address)) in PODS.iter().enumerate() {
        let name = format!("{name}-{index}");
        let port = json!({ "name": "http", "containerPort": 80 });
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": { "name": name, "namespace": namespace, "labels": labels },
            "spec": { "nodeName": node, "containers": [{ "name": "web", "image": "web", "ports": [port] }] },
        });
        // Refused until the namespace has its service account.
        let made = async || instance.cluster.apply(&pod.to_string()).await.is_ok();
        wait_for(&name, 30, made).await?;
        let ready = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
            .map(|kind| json!({ "type": kind, "status": "True" }));
        let status = json!({ "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{ "ip": address }],
            "conditions": ready,
        }});
        api.patch_status(&name, &PatchParams::default(), &Patch::Merge(&status))
            .await?;
    }
    Ok(())
}

/// Says now and then that the nodes are Ready: Kubernetes holds nodes that are not heard of for lost.
pub(crate) async fn keep_nodes_ready(client: &Client) -> Result<()> {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        report_ready(client).await?;
    }
}

async fn report_ready(client: &Client) -> Result<()> {
    let api: Api<Node> = Api::all(client.clone());
    for ((name, _), address) in PODS.iter().zip(["192.168.0.4", "192.168.32.4"]) {
        let now = Timestamp::now().to_string();
        let condition =
            json!({ "type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": now });
        let status = json!({ "status": {
            "conditions": [condition],
            "addresses": [{ "type": "InternalIP", "address": address }],
        }});
        api.patch_status(name, &PatchParams::default(), &Patch::Merge(&status))
            .await?;
    }
    Ok(())
}
