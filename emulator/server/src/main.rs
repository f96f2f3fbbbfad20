//! The binary seatrial-aws.

use anyhow::Context as _;
use clap::Parser;
use seatrial_aws::{Config, DataPlaneOptions, Emulator, Timing, World};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// What the endpoint has beside AWS.
const PAGES: &str = "\
Beside the AWS APIs, the endpoint serves:
  GET    /_seatrial/health    200 when ready
  GET    /_seatrial/counters  calls by service, action and outcome, as JSON
  GET    /metrics             the same for Prometheus
  GET    /_seatrial/changes   ?region=NAME&after=CURSOR: waits until volumes may have changed; the next cursor
  PUT    /_seatrial/faults    replaces the list of faults that calls meet; what the old list holds goes on
  GET    /_seatrial/faults    the list, with how many calls have matched each fault and met it
  DELETE /_seatrial/faults    removes all faults

A fault is a JSON object; only `effect` must be there:
  effect  {\"error\": {\"code\": \"Throttling\", \"message\": \"...\", \"status\": 400}}, {\"delayMilliseconds\": 250},
          \"hold\" (until the list is replaced) or \"kill\" (SIGKILL to seatrial-aws itself)
  action  such as \"CreateListener\"; otherwise every action that writes, with \"reads\": true all actions
  moment  \"before\" the call is carried out, or \"after\" it is in the journal and before its answer
  skip    how many matching calls pass before it begins (0)
  times   how many calls meet it (all that follow)
For example, the fourth write is carried out, but nobody hears of it:
  curl -X PUT localhost:4566/_seatrial/faults -d '[{\"skip\": 3, \"times\": 1, \"moment\": \"after\", \"effect\": \"kill\"}]'";

/// An AWS endpoint for load balancer controllers and CSI drivers: EC2, EBS, Elastic Load Balancing and STS, with a data plane that
/// carries traffic.
#[derive(Debug, Parser)]
#[command(version, after_help = PAGES)]
struct Args {
    /// Where to serve the AWS APIs.
    #[arg(long, env = "SEATRIAL_LISTEN", default_value = "127.0.0.1:4566", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where to keep what was acknowledged. Without it, nothing outlives the process.
    #[arg(long, env = "SEATRIAL_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// What exists at the beginning (YAML). The built-in world has a VPC, two zones and two instances.
    #[arg(long, env = "SEATRIAL_WORLD", value_name = "FILE")]
    world: Option<PathBuf>,
    /// Let transitions take as long as on AWS, instead of milliseconds.
    #[arg(long, env = "SEATRIAL_REALISTIC")]
    realistic: bool,
    /// Network namespace of the VPC, in which load balancers have their addresses.
    #[arg(long, env = "SEATRIAL_NETNS", value_name = "PATH")]
    netns: Option<PathBuf>,
    /// Suffix of the load balancers' DNS names.
    #[arg(
        long,
        env = "SEATRIAL_DNS_SUFFIX",
        default_value = "seatrial.test",
        value_name = "NAME"
    )]
    dns_suffix: String,
    /// Where to answer DNS queries for load balancers' names, within the namespace.
    #[arg(long, env = "SEATRIAL_RESOLVER", value_name = "ADDR")]
    resolver: Option<SocketAddr>,
    /// Where to write the access logs of application load balancers that have them enabled.
    #[arg(long, env = "SEATRIAL_ACCESS_LOGS", value_name = "DIR")]
    access_logs: Option<PathBuf>,
    /// Log as JSON.
    #[arg(long, env = "SEATRIAL_LOG_JSON")]
    log_json: bool,
}

impl Args {
    fn config(self) -> anyhow::Result<Config> {
        let mut world = match &self.world {
            Some(path) => {
                let yaml = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
                World::parse(&yaml).with_context(|| format!("{} is no world", path.display()))?
            }
            None => World::default(),
        };
        world.dns_suffix.clone_from(&self.dns_suffix);
        let defaults = DataPlaneOptions::default();
        let data_plane = DataPlaneOptions {
            netns: self.netns,
            resolver: self.resolver,
            dns_suffix: self.dns_suffix,
            access_logs: self.access_logs,
            timing: if self.realistic {
                dataplane::Timing::Realistic
            } else {
                defaults.timing
            },
            ..defaults
        };
        let timing = if self.realistic {
            Timing::Realistic
        } else {
            Timing::Instant
        };
        Ok(Config {
            listen: self.listen,
            data_dir: self.data_dir,
            world: Some(world),
            timing,
            data_plane: Some(data_plane),
        })
    }
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
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(run(args))
}

async fn run(args: Args) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let emulator = Emulator::start(args.config()?).await?;
    tracing::info!(endpoint = emulator.endpoint(), "ready");
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for SIGINT")?,
    }
    tracing::info!("stopping");
    emulator.shutdown().await;
    Ok(())
}
