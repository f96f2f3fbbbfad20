//! A cluster by itself: pods run on both nodes and are reached in every way a load balancer or a client takes, and nothing is left when it stops.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};
use seatrial_e2e::cluster::{Cluster, wait_for};
use seatrial_e2e::host;
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::Toolchain;
use std::collections::BTreeSet;

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
    let tools = Toolchain::for_cluster(Progress::Lines)?;
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    let cluster = Cluster::create(&format!("t{}", std::process::id()), &state, 2)?;
    let outcome = exercise(&cluster, &tools).await;
    if outcome.is_err() {
        cluster.processes().print_last_words();
    }
    // As another process would, which has only the state folder.
    Cluster::recorded(&state)
        .context("the cluster is recorded")?
        .stop()
        .await;
    let left = cluster.leftovers();
    ensure!(left.is_empty(), "left behind: {left:#?}");
    let containers = outcome?;
    ensure!(!containers.is_empty(), "no pod had a container");
    for id in containers {
        let traces = traces_of(&id)?;
        ensure!(traces.is_empty(), "container {id} left {traces:#?}");
    }
    Ok(())
}

/// Starts the cluster, sends traffic, and returns the ids of its containers.
async fn exercise(cluster: &Cluster, tools: &Toolchain) -> Result<Vec<String>> {
    cluster.start(tools, 2, "seatrial.test", Progress::Lines).await?;
    cluster.apply(WEB).await?;
    let vpc = cluster.network().vpc();
    let (plan, pod) = (cluster.plan(), tools.pod.display());
    for zone in &plan.zones {
        let get = format!("nsenter --net=/run/netns/{vpc} {pod} get {}:30080 /hello", zone.node);
        answers("the node port", &get, "/hello").await?;
    }
    let pods: Api<Pod> = Api::default_namespaced(cluster.client().await?);
    wait_for("an address for each pod", 30, async || {
        pods.list(&ListParams::default())
            .await
            .is_ok_and(|pods| pods.iter().filter_map(address).count() == 2)
    })
    .await?;
    let pods = pods.list(&ListParams::default()).await?.items;
    let nodes: BTreeSet<_> = pods
        .iter()
        .filter_map(|pod| pod.spec.as_ref()?.node_name.clone())
        .collect();
    ensure!(nodes.len() == 2, "all pods are on {nodes:?}");
    let kubectl = format!(
        "{} --kubeconfig={} exec",
        tools.kube("kubectl").display(),
        cluster.kubeconfig().display()
    );
    for from in &pods {
        let from = from.metadata.name.as_deref().context("a name")?;
        for to in pods.iter().filter_map(address) {
            answers(
                "a pod from a pod",
                &format!("{kubectl} {from} -- /pod get {to}:80 /pod"),
                "/pod",
            )
            .await?;
            answers("a pod from the host", &format!("{pod} get {to}:80 /host"), "/host").await?;
        }
        let by_name = format!("{kubectl} {from} -- /pod get web.default.svc.cluster.local:80 /name");
        answers("a Service by its name", &by_name, "/name").await?;
    }
    let statuses = pods.iter().flat_map(|pod| pod.status.iter());
    let containers = statuses.flat_map(|status| status.container_statuses.iter().flatten());
    let id = |id: &String| id.strip_prefix("containerd://").map(str::to_owned);
    Ok(containers
        .filter_map(|container| container.container_id.as_ref().and_then(id))
        .collect())
}

fn address(pod: &Pod) -> Option<String> {
    pod.status.as_ref()?.pod_ip.clone()
}

/// Awaits that a command prints a pod's name and then the path.
async fn answers(what: &str, command: &str, path: &str) -> Result<()> {
    let answered = async || host::run(command).is_ok_and(|body| body.ends_with(&format!(" {path}\n")));
    wait_for(what, 30, answered).await.with_context(|| command.to_owned())
}

/// Processes, cgroups and files on this host that name a container.
fn traces_of(id: &str) -> Result<Vec<String>> {
    let groups = host::run(&format!("find /sys/fs/cgroup -type d -name {id}"))?;
    let mut traces: Vec<String> = groups.lines().map(str::to_owned).collect();
    for process in std::fs::read_dir("/proc")?.flatten() {
        let cgroup = std::fs::read_to_string(process.path().join("cgroup")).unwrap_or_default();
        // A zombie holds nothing; it waits for init.
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        if cgroup.contains(id) && !stat.contains(") Z ") {
            traces.push(process.path().display().to_string());
        }
    }
    for folder in ["/run/containerd", "/run/runc", "/var/lib/cni", "/var/log/containers"] {
        // A folder that is not there holds no trace.
        let found = host::run(&format!("find {folder} -name *{id}*")).unwrap_or_default();
        traces.extend(found.lines().map(str::to_owned));
    }
    Ok(traces)
}
