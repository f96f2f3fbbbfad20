//! `seatrial up` and `seatrial down`.

use crate::{state, status};
use anyhow::{Context, Result, bail, ensure};
use e2e::cluster::{Cluster, wait_for};
use e2e::host;
use e2e::instance::{Instance, Setup, get};
use e2e::progress::Progress;
use std::time::Instant;

/// The example: two Services over the same pods, targets by node and by pod.
const EXAMPLE: [&str; 3] = [
    include_str!("../../deploy/examples/nginx.yaml"),
    include_str!("../../deploy/examples/nginx-service.yaml"),
    include_str!("../../deploy/examples/nginx-service-ip.yaml"),
];

/// Starts an instance and its example, and says how to reach it.
pub(crate) async fn up(name: &str) -> Result<()> {
    ensure!(
        host::is_root(),
        "`seatrial up` makes network namespaces and mounts: run it as root"
    );
    let state = state(name);
    if Cluster::recorded(&state).is_some() {
        bail!(
            "instance {name} is there already: `cargo seatrial down --name {name}` removes it, --name starts another beside it"
        );
    }
    let began = Instant::now();
    let instance = Instance::start(name, &state, Setup::default(), Progress::Lines).await?;
    let step = Progress::Lines.step("applying the example");
    for manifest in EXAMPLE {
        instance.cluster.apply(manifest).await?;
    }
    step.done();
    let step = Progress::Lines.step("awaiting healthy targets and an answer of a pod through each load balancer");
    let endpoint = instance.endpoint();
    let serves =
        |listener: &status::Listener| listener.is_healthy() && listener.sockets.iter().any(|socket| answers(*socket));
    let answered = async || {
        let Ok(status) = status::read(&endpoint).await else {
            return false;
        };
        let balancers = status.load_balancers.iter();
        let listeners: Vec<_> = balancers.flat_map(|balancer| &balancer.listeners).collect();
        listeners.len() >= 2 && listeners.into_iter().all(serves)
    };
    wait_for("an answer through the load balancers", 60, answered).await?;
    step.done();
    let status = status::read(&endpoint).await?;
    println!("\n{status}");
    println!("AWS endpoint  {endpoint}  (any credentials; region us-west-2)");
    println!(
        "kubectl       {} --kubeconfig {}",
        instance.tools().kube("kubectl").display(),
        instance.cluster.kubeconfig().display()
    );
    println!("logs          {}", instance.cluster.state().join("logs").display());
    println!("stop          cargo seatrial down --name {name}");
    println!("\nReady after {:.1} s. Try:\n", began.elapsed().as_secs_f32());
    for line in status.curl_lines() {
        println!("  {line}");
    }
    Ok(())
}

fn answers(socket: std::net::SocketAddr) -> bool {
    get(socket, "/").is_ok_and(|response| response.starts_with("HTTP/1.1 200"))
}

/// Stops an instance and says if anything is left.
pub(crate) async fn down(name: &str) -> Result<()> {
    ensure!(
        host::is_root(),
        "`seatrial down` removes network namespaces and mounts: run it as root"
    );
    let cluster = Cluster::recorded(&state(name)).with_context(|| format!("there is no instance {name}"))?;
    let step = Progress::Lines.step(format!("stopping {name}"));
    cluster.stop().await;
    step.done();
    let left = cluster.leftovers();
    ensure!(left.is_empty(), "could not remove:\n{}", left.join("\n"));
    println!("{name} is gone; nothing is left of it");
    Ok(())
}
