//! `seatrial up` and `seatrial down`.

use crate::status::Request;
use crate::{state, status};
use anyhow::{Context, Result, bail, ensure};
use e2e::client::Trust;
use e2e::cluster::Cluster;
use e2e::instance::{Instance, Setup, authority};
use e2e::progress::Progress;
use e2e::{example as nginx, host, webapp};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the example is given to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(50);

/// Two Services over the same pods, targets by node and by pod; and a group of three Ingresses.
const EXAMPLE: [&str; 8] = [
    nginx::PODS,
    nginx::SERVICES[0].1,
    nginx::SERVICES[1].1,
    webapp::BASE[0],
    webapp::BASE[1],
    webapp::MEMBERS[0].1,
    webapp::MEMBERS[1].1,
    webapp::MEMBERS[2].1,
];
/// How many requests `status` finds in it: one of each Service, one of each Ingress, and one by HTTPS.
const REQUESTS: usize = 6;

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
    let step = Progress::Lines.step("awaiting healthy targets and an answer through each load balancer");
    let answers = answered(&state).await?;
    step.done();
    let status = status::read(&state).await?;
    println!("\n{status}");
    println!(
        "AWS endpoint  {}  (any credentials; region us-west-2)",
        instance.endpoint()
    );
    println!(
        "kubectl       {} --kubeconfig {}",
        instance.tools().kube("kubectl").display(),
        instance.cluster.kubeconfig().display()
    );
    println!("logs          {}", instance.cluster.state().join("logs").display());
    println!("stop          cargo seatrial down --name {name}");
    println!("\nReady after {:.1} s. Try:\n", began.elapsed().as_secs_f32());
    for (request, answer) in answers {
        println!("  {request}\n      {answer}");
    }
    Ok(())
}

/// Requests to all load balancers of the example, and how they are answered, once all targets are healthy.
async fn answered(state: &Path) -> Result<Vec<(Request, String)>> {
    let authority = std::fs::read_to_string(authority(state)).context("cannot read the authority's certificate")?;
    let trust = Trust::in_authority(&authority)?;
    let answers = async || {
        let status = status::read(state).await.ok()?;
        let complete = status.requests().count() == REQUESTS && status.listeners().all(status::Listener::is_healthy);
        complete.then_some(())?;
        let mut answers = Vec::new();
        for request in status.requests() {
            let body = request.ask(&trust)?.body().await.ok()?;
            answers.push((request.clone(), format!("200 {}", body.trim_end())));
        }
        Some(answers)
    };
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            match answers().await {
                Some(answers) => return answers,
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    });
    waited
        .await
        .context("not all load balancers of the example answer; `cargo seatrial status` shows them")
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
