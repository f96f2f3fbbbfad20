//! service-controller: gives every Service that asks for one a Network Load Balancer.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod controller;
mod error;
mod event_filter;
mod facts;
mod settings;
mod status;

use crate::args::{Command, ControllerArgs, Print};
use crate::controller::Controller;
use crate::facts::FactSource;
use anyhow::bail;
use aws_sdk::Connected;
use clap::{CommandFactory, Parser};
use controllers_api::target_group_binding::TargetGroupBinding;
use k8s_openapi::api::core::v1::Service;
use kube::runtime::watcher;
use kube::{Api, Client, CustomResourceExt, Resource};
use loadbalancing::{Gate, KubeBindings, Seen};
use model::tags::Owner;
use plan::service::claim::is_ours;
use prometheus_client::registry::Registry;
use runtime::Key;
use runtime::cache::{Cache, Change, follow};
use runtime::events::Events;
use runtime::leadership::{identity, lead};
use runtime::metrics::Metrics;
use runtime::queue::Queue;
use runtime::serve::{Ready, serve};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Name of the lease, shared with the Go controller, so that only one of the two works.
const LEASE: &str = "aws-load-balancer-controller-leader";

fn main() -> anyhow::Result<()> {
    runtime::client::install_crypto_provider();
    let command = Command::parse();
    if command.print == Some(Print::Crd) {
        println!("{}", serde_json::to_string_pretty(&TargetGroupBinding::crd())?);
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
    let metrics = Metrics::register(&mut registry, "service");
    let ready = Ready::default();
    serve(&command.process, registry, ready.clone()).await?;
    let connected = aws_sdk::connect_network(&command.aws, &aws_metrics).await?;
    ready.set();
    if !command
        .load_balancers
        .feature_gates
        .enabled(Gate::EnableServiceController)
    {
        tracing::info!("feature gate EnableServiceController is off: nothing to do");
        stop.cancelled().await;
        return Ok(());
    }
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
    let queue = Queue::new(args.service_max_exponential_backoff_delay);
    let (services, bindings) = (Cache::default(), Cache::default());
    let config = settings::config(args, &command.load_balancers, &connected.vpc_id);
    let controller = Arc::new(Controller {
        facts: FactSource::new(connected.aws.ec2.clone(), config.clone(), services.clone()),
        converger: command.load_balancers.converger(
            connected.aws,
            &args.cluster_name,
            &connected.vpc_id,
            process.sync_period,
            KubeBindings {
                client: client.clone(),
                owner: Owner::Service,
                cache: bindings.clone(),
            },
        ),
        events: Events::new(client.clone(), "service", &identity(process)),
        client: client.clone(),
        services: services.clone(),
        config,
        metrics,
        sync_period: process.sync_period,
    });

    let namespace = process.watch_namespace.as_deref();
    tokio::spawn(watch_services(
        api(&client, namespace),
        services.clone(),
        queue.clone(),
        controller.clone(),
    ));
    tokio::spawn(watch_bindings(
        client.clone(),
        api(&client, namespace),
        bindings.clone(),
    ));
    let listed = async {
        services.wait_until_listed().await;
        bindings.wait_until_listed().await;
    };
    let concurrency = usize::from(args.service_max_concurrent_reconciles);
    let work = queue.run(concurrency, stop.clone(), |key| controller.reconcile(key));
    lead((&client, process, LEASE), stop, listed, work).await?;
    Ok(())
}

async fn watch_services(api: Api<Service>, cache: Cache<Service>, queue: Queue<Key>, controller: Arc<Controller>) {
    follow(
        api,
        watcher::Config::default(),
        &cache,
        |service| service,
        |key, change| {
            let Change::Applied { old, new, listed } = change else {
                return;
            };
            if event_filter::concerns_us(old.as_deref(), &new, |service| is_ours(service, &controller.config)) {
                if listed { queue.push(key) } else { queue.push_first(key) }
            }
            controller.metrics.cached("service", cache.len());
        },
    )
    .await;
}

async fn watch_bindings(client: Client, api: Api<TargetGroupBinding>, cache: Cache<Seen>) {
    runtime::crd::wait_until_served(&client, TargetGroupBinding::crd_name()).await;
    follow(api, watcher::Config::default(), &cache, Seen::of, |_, _| ()).await;
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope> + DeserializeOwned + Debug + Clone,
{
    match namespace.filter(|namespace| !namespace.is_empty()) {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}
