//! A cluster by itself: it starts, pods run on both nodes, and nothing is left when it stops.

use anyhow::{Context, Result, ensure};
use e2e::cluster::{Cluster, wait_for};
use e2e::host;
use e2e::progress::Progress;
use e2e::toolchain::Toolchain;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::Api;

const WEB: &str = r#"
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "seatrial.test/echo:1", args: [serve, "80"], ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 80, nodePort: 30080}]
"#;

#[tokio::test]
async fn pods_answer_on_both_nodes_and_stopping_leaves_nothing() -> Result<()> {
    if !host::is_root() {
        eprintln!("skipped: a cluster needs root");
        return Ok(());
    }
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok()
        .context("the provider is set once")?;
    let tools = Toolchain::ensure(Progress::Lines)?;
    let folder = tempfile::tempdir()?;
    let cluster = Cluster::create("t1", &folder.path().join("state"), 2)?;
    let outcome = exercise(&cluster, &tools).await;
    if outcome.is_err() {
        for label in cluster.processes().labels() {
            eprintln!("--- {label}\n{}", cluster.processes().last_words(&label));
        }
    }
    cluster.stop().await;
    outcome?;
    let left = cluster.leftovers();
    ensure!(left.is_empty(), "left behind: {left:#?}");
    Ok(())
}

async fn exercise(cluster: &Cluster, tools: &Toolchain) -> Result<()> {
    cluster.start(tools, "seatrial.test", Progress::Lines).await?;
    cluster.apply(WEB).await?;
    let vpc = cluster.network().vpc();
    for zone in &cluster.plan().zones {
        let pod = tools.pod.display();
        let get = format!("nsenter --net=/run/netns/{vpc} {pod} get {}:30080 /hello", zone.node);
        wait_for("the node port", 60, async || {
            host::run(&get).is_ok_and(|body| body.ends_with(" /hello\n"))
        })
        .await?;
    }
    let dns: Api<Deployment> = Api::namespaced(cluster.client().await?, "kube-system");
    wait_for("CoreDNS", 60, async || {
        let status = dns.get_status("coredns").await.ok().and_then(|dns| dns.status);
        status.and_then(|status| status.available_replicas) == Some(1)
    })
    .await?;
    Ok(())
}
