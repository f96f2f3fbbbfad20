//! ebs-csi-driver: persistent volumes from Amazon EBS.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;

use crate::args::{Args, Mode};
use anyhow::{Context, bail};
use aws_api::Ebs;
use aws_sdk::EbsConnector;
use clap::{CommandFactory, Parser};
use csi_core::registration::Registrant;
use csi_core::{Endpoint, Rpcs, Services, metrics_server};
use csi_proto::csi::controller_server::ControllerServer;
use csi_proto::csi::identity_server::IdentityServer;
use csi_proto::csi::node_server::NodeServer;
use csi_proto::modify::modify_server::ModifyServer;
use ebs::controller::{Controller, ControllerSettings};
use ebs::identity::Identity;
use ebs::metadata::{Imds, MetadataSources, NodeReader, SourceKind};
use ebs::metered::{CallMetrics, Metered};
use ebs::node::{Node, NodeSettings};
use ebs::tags::TagSettings;
use kube::Client;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

fn main() -> anyhow::Result<()> {
    runtime::client::install_crypto_provider();
    let args = Args::parse();
    if args.version {
        println!("{}", version());
        return Ok(());
    }
    if let Err(message) = args.validate() {
        Args::command()
            .error(clap::error::ErrorKind::ValueValidation, message)
            .exit();
    }
    runtime::telemetry::init_with(&args.log_filter(), args.logging_format).context("--v")?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(run(&args))
}

fn version() -> serde_json::Value {
    serde_json::json!({
        "driverVersion": env!("CARGO_PKG_VERSION"),
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    })
}

async fn run(args: &Args) -> anyhow::Result<()> {
    if args.mode == Mode::PreStopHook {
        return wait_before_stop(args).await;
    }
    for flag in args.without_effect() {
        tracing::warn!("{flag} has no effect");
    }
    let stop = runtime::shutdown::on_signal()?;
    let mut registry = Registry::default();
    let rpcs = Rpcs::register(&mut registry);
    let client = kubernetes(args).await?;
    let metadata = metadata(args, client.as_ref());
    let (services, ebs) = match args.mode {
        Mode::Node => (Services::default(), None),
        _ => controller(args, &metadata, &rpcs, &mut registry).await?,
    };
    let services = services.with(IdentityServer::new(Identity::new(ebs, rpcs.clone())));
    let services = match args.mode {
        Mode::Controller => services,
        _ => node(args, services, metadata, rpcs, client).await?,
    };
    if !args.http_endpoint.is_empty() {
        metrics_server::serve(&args.http_endpoint, args.certificate().as_ref(), registry).await?;
    }
    if args.mode != Mode::Controller {
        register(args, &stop)?;
    }
    services.serve(&args.endpoint, &stop).await?;
    Ok(())
}

/// The cluster, where something is to be learned or changed in it.
async fn kubernetes(args: &Args) -> anyhow::Result<Option<Client>> {
    let is_needed = args.mode != Mode::Controller || args.aws_region.is_none();
    if args.node_name.is_none() || !is_needed {
        return Ok(None);
    }
    match runtime::client::connect_by(args.kubeconfig.as_deref()).await {
        Ok(client) => Ok(Some(client)),
        Err(error) if args.kubeconfig.is_some() => Err(error).context("--kubeconfig"),
        Err(error) => {
            tracing::warn!(%error, "the cluster is not asked");
            Ok(None)
        }
    }
}

fn metadata(args: &Args, client: Option<&Client>) -> MetadataSources {
    let node = client.zip(args.node_name.as_ref()).map(|(client, name)| NodeReader {
        client: client.clone(),
        name: name.clone(),
    });
    let imds = (args.metadata_disabled != "true").then(|| Imds::new(args.metadata_endpoint.clone()));
    let order: Vec<SourceKind> = args.metadata_sources.clone();
    MetadataSources::new(order, imds, node, args.aws_region.clone())
}

/// The services that make calls of EC2.
async fn controller(
    args: &Args,
    metadata: &MetadataSources,
    rpcs: &Rpcs,
    registry: &mut Registry,
) -> anyhow::Result<(Services, Option<Arc<dyn Ebs>>)> {
    let region = match &args.aws_region {
        Some(region) => region.clone(),
        None => metadata.read().await.context("no region: give AWS_REGION")?.region,
    };
    let extra = args
        .user_agent_extra
        .iter()
        .map(|extra| format!("-{extra}"))
        .collect::<String>();
    let connector = EbsConnector {
        region: Some(region),
        endpoint: args.aws_ec2_endpoint.clone().filter(|url| !url.is_empty()),
        max_attempts: args.aws_max_attempts,
        user_agent: Some(format!("aws-ebs-csi-driver-{}{extra}", env!("CARGO_PKG_VERSION"))),
    };
    let ebs: Arc<dyn Ebs> = Arc::new(Metered {
        ebs: connector.connect(&aws_sdk::Metrics::register(registry)).await,
        metrics: CallMetrics::register(registry, args.deprecated_metrics),
    });
    let controller = Controller::new(ebs.clone(), settings(args), rpcs.clone());
    let services = Services::default()
        .with(ControllerServer::new(controller.clone()))
        .with(ModifyServer::new(controller));
    Ok((services, Some(ebs)))
}

fn settings(args: &Args) -> ControllerSettings {
    let mut extra = args.extra_volume_tags.0.clone();
    if !extra.is_empty() {
        tracing::warn!("--extra-volume-tags is taken for --extra-tags; give that instead");
    }
    extra.extend(args.extra_tags.0.clone());
    ControllerSettings {
        tags: TagSettings {
            extra,
            cluster_id: args.k8s_tag_cluster_id.clone().filter(|id| !id.is_empty()),
            warn_on_invalid: args.warn_on_invalid_tag,
        },
        batching: args.batching,
        modify_window: args.modify_volume_request_handler_timeout,
        node_local: args.enable_node_local_volumes,
    }
}

/// The service that mounts, and what frees the node for pods once it does.
async fn node(
    args: &Args,
    services: Services,
    metadata: MetadataSources,
    rpcs: Rpcs,
    client: Option<Client>,
) -> anyhow::Result<Services> {
    let own = metadata.read().await.context("the node does not know itself")?;
    tracing::info!(
        instance = own.instance_id,
        kind = own.instance_type,
        zone = own.zone,
        "this node"
    );
    let node = Node::new(
        metadata,
        NodeSettings {
            dev: args.dev_dir.clone(),
            attach_limit: (args.volume_attach_limit >= 0).then_some(args.volume_attach_limit),
            reserved_attachments: (args.reserved_volume_attachments >= 0).then_some(args.reserved_volume_attachments),
            legacy_xfs: args.legacy_xfs,
        },
        rpcs,
    );
    if let (true, Some(client), Some(name)) = (args.disable_taint_watcher.is_empty(), client, args.node_name.clone()) {
        tokio::spawn(async move { ebs::startup_taint::remove(client, &name).await });
    }
    Ok(services.with(NodeServer::new(node)))
}

/// Tells the kubelet of the driver, where its folder is given.
fn register(args: &Args, stop: &CancellationToken) -> anyhow::Result<()> {
    let Some(folder) = args.registration_dir.clone() else {
        return Ok(());
    };
    let socket = match (&args.kubelet_registration_path, &args.endpoint) {
        (Some(path), _) | (None, Endpoint::Unix(path)) => path.clone(),
        (None, Endpoint::Tcp(_)) => bail!("--registration-dir needs --kubelet-registration-path or a unix --endpoint"),
    };
    let registrant = Registrant {
        name: ebs::names::DRIVER,
        socket,
    };
    let stop = stop.clone();
    tokio::spawn(async move {
        if let Err(error) = registrant.serve(&folder, &stop).await {
            tracing::error!(%error, "the kubelet cannot be told of the driver");
            stop.cancel();
        }
    });
    Ok(())
}

async fn wait_before_stop(args: &Args) -> anyhow::Result<()> {
    let Some(name) = &args.node_name else {
        bail!("CSI_NODE_NAME is missing: the hook must know its node");
    };
    let client = runtime::client::connect_by(args.kubeconfig.as_deref()).await?;
    ebs::pre_stop::wait(client, name)
        .await
        .context("cannot see the node's attachments")
}
