//! The main loop: a Service of type LoadBalancer gets a load balancer that a pod answers through, serves on while its pods are replaced, and
//! leaves nothing when it goes.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use seatrial_e2e::client::Ask;
use seatrial_e2e::client_loop::{ClientLoop, Tally};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::example::{DEPLOYMENT, Example, NAMESPACE, SERVICES};
use seatrial_e2e::instance::{Instance, Setup};
use seatrial_e2e::load_balancer::{hostname, named};
use seatrial_e2e::trial::trial;
use serde_json::json;
use std::collections::BTreeSet;
use std::net::SocketAddr;

/// Clients per second of each Service.
const RATE: u32 = 50;

#[tokio::test]
async fn services_are_answered_by_node_and_by_pod_through_a_rolling_restart_and_leave_nothing() -> Result<()> {
    let setup = Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, exercise).await
}

async fn exercise(instance: &Instance) -> Result<()> {
    let example = Example::with_pods(instance).await?;
    let mut fronts = Vec::new();
    for (name, manifest) in SERVICES {
        instance.cluster.apply(manifest).await?;
        fronts.push((name, answering(&example, name).await?));
    }
    rolling_restart(&example, &fronts).await?;
    target_of_a_deleted_pod(&example, "nginx-ip").await?;
    for (name, _) in SERVICES {
        example.delete(name).await?;
    }
    nothing_is_left(&example).await
}

/// Awaits that a pod answers through the load balancer of a Service; where it listens.
async fn answering(example: &Example, name: &str) -> Result<SocketAddr> {
    let body = async || {
        let front = example.front(name).await?;
        Ask::get(front, name, "/").body().await.ok()
    };
    wait_for(name, 60, async || {
        body().await.is_some_and(|body| body.contains("nginx-"))
    })
    .await?;
    example
        .front(name)
        .await
        .context("a load balancer that answered is there")
}

/// Replaces all pods while clients come: none of them may notice.
async fn rolling_restart(example: &Example, fronts: &[(&str, SocketAddr)]) -> Result<()> {
    let before = pods(example).await?;
    let loops: Vec<_> = fronts
        .iter()
        .map(|(name, front)| ClientLoop::start(vec![Ask::get(*front, name, "/")], RATE))
        .collect();
    let deployments: Api<Deployment> = Api::namespaced(example.client().clone(), NAMESPACE);
    let restart = json!({ "spec": { "template": { "metadata": { "annotations": { "restarted": "once" } } } } });
    deployments
        .patch(DEPLOYMENT, &PatchParams::default(), &Patch::Merge(restart))
        .await?;
    example.rolled_out().await?;
    let gone = async || pods(example).await.is_ok_and(|now| now.is_disjoint(&before));
    wait_for("the end of the old pods", 60, gone).await?;
    let after = pods(example).await?;
    for ((name, _), clients) in fronts.iter().zip(loops) {
        let tally = clients.stop()?;
        let failures: BTreeSet<_> = tally.failures.iter().collect();
        let missed = tally.failures.len();
        ensure!(
            missed == 0,
            "{name}: {missed} clients beside {} saw {failures:?}",
            tally.answered()
        );
        ensure!(
            came_from(&tally, &before) && came_from(&tally, &after),
            "{name}: {:?}",
            tally.answers
        );
    }
    Ok(())
}

/// Names of the example's pods, also of those that are ending.
async fn pods(example: &Example) -> Result<BTreeSet<String>> {
    let pods: Api<Pod> = Api::namespaced(example.client().clone(), NAMESPACE);
    let pods = pods.list(&ListParams::default()).await?;
    Ok(pods.items.into_iter().filter_map(|pod| pod.metadata.name).collect())
}

/// Whether each of the pods answered.
fn came_from(tally: &Tally, pods: &BTreeSet<String>) -> bool {
    pods.iter()
        .all(|pod| tally.answers.keys().any(|body| body.starts_with(pod.as_str())))
}

/// The target of a pod that is deleted drains, and leaves when the group's delay is over.
async fn target_of_a_deleted_pod(example: &Example, name: &str) -> Result<()> {
    let service = example.services.get(name).await?;
    let hostname = hostname(&service).context("a hostname")?;
    let balancer = named(&example.aws, hostname).await?.context("a load balancer")?;
    let groups = example.aws.elbv2.describe_target_groups().await?;
    let group = groups
        .iter()
        .find(|group| group.load_balancer_arns.contains(&balancer.arn));
    let group = &group.context("a target group")?.arn;
    let delay = [("deregistration_delay.timeout_seconds".to_owned(), "2".to_owned())];
    example
        .aws
        .elbv2
        .modify_target_group_attributes(group, &delay.into())
        .await?;

    let pods: Api<Pod> = Api::namespaced(example.client().clone(), NAMESPACE);
    let pod = pods.list(&ListParams::default()).await?.items.pop().context("a pod")?;
    let address = pod.status.and_then(|status| status.pod_ip).context("a pod's address")?;
    let state = async || {
        let health = example.aws.elbv2.describe_target_health(group, &[]).await.ok()?;
        Some(
            health
                .into_iter()
                .find(|health| health.target.id == address)
                .map(|health| health.state),
        )
    };
    ensure!(state().await == Some(Some("healthy".to_owned())), "{:?}", state().await);
    pods.delete(&pod.metadata.name.context("a name")?, &DeleteParams::default())
        .await?;
    wait_for("draining", 10, async || {
        state().await == Some(Some("draining".to_owned()))
    })
    .await?;
    wait_for("the target's end", 10, async || state().await == Some(None)).await?;
    Ok(())
}

async fn nothing_is_left(example: &Example) -> Result<()> {
    let balancers = example.aws.elbv2.describe_load_balancers().await?;
    ensure!(balancers.is_empty(), "load balancers are left: {balancers:?}");
    let groups = example.aws.elbv2.describe_target_groups().await?;
    ensure!(groups.is_empty(), "target groups are left: {groups:?}");
    let ours = vec![("tag-key".to_owned(), vec!["elbv2.k8s.aws/cluster".to_owned()])];
    let groups = example.aws.ec2.describe_security_groups(&[], &ours).await?;
    ensure!(groups.is_empty(), "security groups are left: {groups:?}");
    Ok(())
}
