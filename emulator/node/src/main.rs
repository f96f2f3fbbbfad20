//! The binary seatrial-node.

use anyhow::Context as _;
use clap::Parser;
use seatrial_node::ec2::{Ec2, Ec2Error, Instance};
use seatrial_node::http::Endpoint;
use seatrial_node::imds::Imds;
use seatrial_node::metadata::Metadata;
use seatrial_node::{Agent, Options, Status, remove};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long to wait for an endpoint that does not answer yet.
const AGAIN: Duration = Duration::from_millis(200);

/// How long work that goes on when the process ends may take.
const LAST: Duration = Duration::from_secs(5);

/// What the hardware and udev do on an EC2 instance: attached volumes become block devices, and the metadata service answers.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Where the AWS APIs are served, without TLS.
    #[arg(
        long,
        env = "AWS_ENDPOINT_URL",
        default_value = "http://127.0.0.1:4566",
        value_name = "URL"
    )]
    endpoint_url: String,
    /// The region.
    #[arg(long, env = "AWS_REGION", default_value = "us-west-2", value_name = "NAME")]
    region: String,
    /// The instance that this machine, or this part of it, is.
    #[arg(long, env = "SEATRIAL_INSTANCE_ID", value_name = "ID")]
    instance_id: String,
    /// Where the bytes of volumes and snapshots are kept. Nodes of one machine share it.
    #[arg(long, env = "SEATRIAL_STATE_DIR", value_name = "DIR")]
    state_dir: PathBuf,
    /// Where devices and their links appear. Nodes of one machine have one each.
    #[arg(long, env = "SEATRIAL_DEV_DIR", default_value = "/dev", value_name = "DIR")]
    dev_dir: PathBuf,
    /// How often to look at an endpoint that cannot tell of changes, in milliseconds.
    #[arg(
        long,
        env = "SEATRIAL_POLL_MILLISECONDS",
        default_value = "100",
        value_name = "NUMBER"
    )]
    poll_milliseconds: u64,
    /// Where to serve instance metadata. Without it, there is none.
    #[arg(long, env = "SEATRIAL_IMDS_LISTEN", value_name = "ADDR")]
    imds_listen: Option<SocketAddr>,
    /// Answer requests for metadata that have no token, as version 1 does.
    #[arg(long, env = "SEATRIAL_IMDS_V1")]
    imds_v1: bool,
    /// Where to serve /healthz, /readyz and /metrics. Without it, they are not served.
    #[arg(long, env = "SEATRIAL_NODE_LISTEN", value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Remove the devices of the node, which must not run any more, and end. Volumes keep their bytes.
    #[arg(long)]
    remove: bool,
    /// Log as JSON.
    #[arg(long, env = "SEATRIAL_LOG_JSON")]
    log_json: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if args.log_json {
        log.json().init();
    } else {
        log.init();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let ended = runtime.block_on(run(args));
    // A copy that is not whole is made again, and another node may have the lock for long.
    runtime.shutdown_timeout(LAST);
    ended
}

async fn run(args: Args) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        ended = work(args) => ended,
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for SIGINT"),
    }
}

/// Ends only if it cannot begin. What is attached stays when the process ends, as it does on AWS.
async fn work(args: Args) -> anyhow::Result<()> {
    let ec2 = Ec2::new(Endpoint::parse(&args.endpoint_url)?, &args.region);
    let options = Options {
        instance_id: args.instance_id,
        state_dir: args.state_dir,
        dev_dir: args.dev_dir,
        poll_interval: Duration::from_millis(args.poll_milliseconds),
    };
    if args.remove {
        let removed = remove(&options)?;
        tracing::info!(instance = options.instance_id, devices = removed, "removed");
        return Ok(());
    }
    let status = Status::default();
    if let Some(address) = args.listen {
        let listener = listen(address).await?;
        tracing::info!(address = %listener.local_addr()?, "status");
        tokio::spawn(status.clone().serve(listener));
    }
    let instance = instance(&ec2, &options.instance_id).await?;
    let agent = Agent::new(ec2, &instance, &options)?;
    if let Some(address) = args.imds_listen {
        let listener = listen(address).await?;
        let imds = Imds::new(Metadata::new(&instance, &args.region), args.imds_v1);
        tracing::info!(address = %listener.local_addr()?, "metadata");
        tokio::spawn(imds.serve(listener));
    }
    tracing::info!(instance = options.instance_id, "ready");
    agent.run(&status).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

/// The instance, once the endpoint answers.
async fn instance(ec2: &Ec2, id: &str) -> Result<Instance, Ec2Error> {
    loop {
        match ec2.instance(id).await {
            Err(Ec2Error::Http { source, .. }) => {
                tracing::debug!(
                    error = &source as &dyn std::error::Error,
                    "the endpoint does not answer yet"
                );
                tokio::time::sleep(AGAIN).await;
            }
            answer => return answer,
        }
    }
}
