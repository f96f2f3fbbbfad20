//! Puts the pieces together and runs them while this process is the leader.

use crate::args::Args;
use crate::availability_zone::Zones;
use crate::binding::Bindings;
use crate::checkpoint::Checkpoints;
use crate::cluster::Cluster;
use crate::deferred::FullPasses;
use crate::interfaces::Interfaces;
use crate::multicluster::OwnTargets;
use crate::open::Ports;
use crate::reconcile::Controller;
use crate::registration::Registration;
use crate::rules::Rules;
use crate::security_groups::SecurityGroups;
use crate::targets::Targets;
use crate::watches;
use crate::writes::Writes;
use anyhow::{Context, anyhow};
use aws_sdk::Connected;
use kube::Client;
use prometheus_client::registry::Registry;
use runtime::events::Events;
use runtime::leadership::{self, lead};
use runtime::metrics::Metrics;
use runtime::queue::Queue;
use runtime::serve::{self, Ready};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Its own lease: the controllers of this project lead independently of each other.
const LEASE: &str = "aws-load-balancer-controller-targetgroupbinding-leader";
const CRD: &str = "targetgroupbindings.elbv2.k8s.aws";

/// Runs until SIGTERM, or until another process leads.
pub(crate) async fn run(args: &Args) -> anyhow::Result<()> {
    let stop = runtime::shutdown::on_signal().context("cannot handle signals")?;
    let mut registry = Registry::default();
    let metrics = Metrics::register(&mut registry, "targetGroupBinding");
    let aws_metrics = aws_sdk::Metrics::register(&mut registry);
    let ready = Ready::default();
    serve::serve(&args.runtime, registry, ready.clone()).await?;

    let client = runtime::client::connect(&args.runtime).await?;
    let aws = aws_sdk::connect_network(&args.aws, &aws_metrics).await?;
    ready.set();
    let served = Box::pin(runtime::crd::wait_until_served(&client, CRD));
    let mut outcome = Ok(());
    let work = async { outcome = Box::pin(work(args, client.clone(), aws, metrics, &stop)).await };
    lead((&client, &args.runtime, LEASE), &stop, served, work).await?;
    outcome
}

/// Follows the cluster, and once all of it is seen, reconciles until `stop`.
async fn work(
    args: &Args,
    client: Client,
    aws: Connected,
    metrics: Metrics,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let cluster = Cluster::default();
    let queue = Queue::new(args.targetgroupbinding_max_exponential_backoff_delay);
    let concurrency = args.targetgroupbinding_max_concurrent_reconciles;
    let controller = assemble(args, client.clone(), aws, cluster.clone(), metrics);
    let reconcile = async {
        tokio::select! {
            () = cluster.wait_until_listed() => {}
            () = stop.cancelled() => return,
        }
        queue
            .run(concurrency, stop.clone(), |key| controller.reconcile(key))
            .await;
    };
    let namespace = args.runtime.watch_namespace.as_deref();
    tokio::select! {
        () = reconcile => Ok(()),
        () = watches::watch(client, namespace, &cluster, &queue) => Err(anyhow!("the watches ended")),
    }
}

fn assemble(args: &Args, client: Client, connected: Connected, cluster: Cluster, metrics: Metrics) -> Controller {
    let Connected { aws, vpc_id, .. } = connected;
    let tags = args.service_target_eni_security_group_tags.0.clone();
    let groups = Arc::new(SecurityGroups::new(
        aws.ec2.clone(),
        vpc_id.clone(),
        args.cluster_name.clone(),
        tags,
    ));
    Controller {
        cluster,
        bindings: Bindings::new(aws.elbv2.clone(), vpc_id.clone()),
        checkpoints: Checkpoints::default(),
        full_passes: FullPasses::new(args.runtime.sync_period),
        ports: Ports {
            interfaces: Interfaces::new(aws.ec2.clone(), vpc_id),
            groups: groups.clone(),
            rules: Rules::new(aws.ec2.clone(), groups, !args.disable_restricted_sg_rules),
        },
        registration: Registration {
            targets: Targets::new(aws.elbv2),
            own: OwnTargets::new(client.clone()),
            zones: Zones::new(aws.ec2),
            max_targets: args.max_targets_per_target_group,
        },
        writes: Writes::new(client.clone()),
        events: Events::new(client, "targetGroupBinding", &leadership::identity(&args.runtime)),
        metrics,
        requeue: args.targetgroupbinding_requeue_duration,
        fail_open: args.feature_gates.endpoints_fail_open,
    }
}
