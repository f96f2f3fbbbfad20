//! ingress-controller: gives every group of Ingresses an Application Load Balancer.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod admission;
mod args;
mod cluster;
mod controller;
mod error;
mod facts;
mod memory;
mod permissions;
mod secrets;
mod status;
mod taught;
mod told;
mod watches;

use crate::admission::Gate;
use crate::args::{Command, ControllerArgs, Print};
use crate::cluster::Cluster;
use crate::controller::Controller;
use crate::facts::FactSource;
use crate::memory::Memory;
use crate::permissions::Permissions;
use crate::secrets::Secrets;
use crate::taught::Taught;
use crate::told::Told;
use crate::watches::Watches;
use anyhow::bail;
use aws_sdk::Connected;
use clap::{CommandFactory, Parser};
use controllers_api::ingress_class_params::IngressClassParams;
use controllers_api::target_group_binding::TargetGroupBinding;
use k8s_openapi::api::core::v1::Service;
use kube::{Api, Client, CustomResourceExt};
use loadbalancing::KubeBindings;
use model::tags::Owner;
use prometheus_client::registry::Registry;
use runtime::cache::Cache;
use runtime::events::Events;
use runtime::leadership::{identity, lead};
use runtime::metrics::Metrics;
use runtime::queue::Queue;
use runtime::serve::{Ready, serve};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Name of the lease.
const LEASE: &str = "aws-load-balancer-controller-ingress-leader";

/// Longest delay between failed reconciles of a group.
const MAX_BACKOFF: Duration = Duration::from_secs(1000);

fn main() -> anyhow::Result<()> {
    runtime::client::install_crypto_provider();
    let command = Command::parse();
    if command.print == Some(Print::Crd) {
        for definition in [IngressClassParams::crd(), TargetGroupBinding::crd()] {
            println!("---\n{}", serde_json::to_string_pretty(&definition)?);
        }
        return Ok(());
    }
    let Some(args) = &command.controller else {
        bail!("--cluster-name is missing");
    };
    if let Err(message) = command.load_balancers.validate() {
        Command::command()
            .error(clap::error::ErrorKind::ValueValidation, message)
            .exit();
    }
    runtime::process::run(&command.process, run(&command, args))
}

async fn run(command: &Command, args: &ControllerArgs) -> anyhow::Result<()> {
    let stop = runtime::shutdown::on_signal()?;
    let client = runtime::client::connect(&command.process).await?;
    let mut registry = Registry::default();
    let aws_metrics = aws_sdk::Metrics::register(&mut registry);
    let metrics = Metrics::register(&mut registry, "ingress");
    let ready = Ready::default();
    serve(&command.process, registry, ready.clone()).await?;
    let connected = aws_sdk::connect(&command.aws, &aws_metrics).await?;
    ready.set();
    work(command, args, client, connected, metrics, &stop).await
}

/// Watches, waits for the lease, reconciles until `stop`.
async fn work(
    command: &Command,
    args: &ControllerArgs,
    client: Client,
    connected: Connected,
    metrics: Metrics,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let process = &command.process;
    let queue = Queue::new(MAX_BACKOFF);
    let (services, bindings) = (Cache::default(), Cache::default());
    let secrets = Secrets::new(client.clone(), queue.clone());
    let kube_bindings = KubeBindings {
        client: client.clone(),
        owner: Owner::Ingress,
        cache: bindings.clone(),
    };
    let controller = controller(
        command,
        args,
        &client,
        connected,
        metrics,
        (services.clone(), secrets, kube_bindings),
    );
    let watches = Watches {
        client: client.clone(),
        namespace: process.watch_namespace.clone(),
        queue: queue.clone(),
        controller: controller.clone(),
        services,
        bindings,
    };
    let gate = Arc::new(Gate {
        client: client.clone(),
        cluster: controller.cluster.clone(),
        config: controller.config.clone(),
        metrics: controller.metrics.clone(),
    });
    runtime::webhook::serve(&command.webhooks, process, &client, gate).await?;
    let concurrency = usize::from(args.ingress_max_concurrent_reconciles);
    let work = queue.run(concurrency, stop.clone(), |group| controller.reconcile(group));
    lead((&client, process, LEASE), stop, watches.begin(), work).await?;
    Ok(())
}

/// What a reconcile sees of Kubernetes, beside Ingresses.
type Objects = (Cache<Service>, Secrets, KubeBindings);

fn controller(
    command: &Command,
    args: &ControllerArgs,
    client: &Client,
    connected: Connected,
    metrics: Metrics,
    (services, secrets, bindings): Objects,
) -> Arc<Controller> {
    let process = &command.process;
    let Connected { aws, vpc_id, .. } = connected;
    let config = args.config(&command.load_balancers, &vpc_id);
    Arc::new(Controller {
        client: client.clone(),
        cluster: Cluster::default(),
        facts: FactSource::new(aws.clone(), config.clone(), services, secrets),
        config,
        permissions: Permissions {
            waf: args.enable_waf,
            wafv2: args.enable_wafv2,
            shield: args.enable_shield.then(|| aws.shield.clone()),
            tags_of_listeners: command
                .load_balancers
                .feature_gates
                .enabled(loadbalancing::Gate::ListenerRulesTagging),
            subscribed: Permissions::unknown(),
        },
        converger: command
            .load_balancers
            .converger(aws, &args.cluster_name, &vpc_id, process.sync_period, bindings),
        events: Events::new(client.clone(), "ingress", &identity(process)),
        metrics,
        sync_period: process.sync_period,
        memory: Memory::new(Api::namespaced(client.clone(), process.lease_namespace(client))),
        taught: Taught::new(process.sync_period),
        told: Told::default(),
    })
}
