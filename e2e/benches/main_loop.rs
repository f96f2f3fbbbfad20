//! The main loop: how soon a Service is answered, how soon `seatrial up` is done, how soon two nodes are ready.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use seatrial_e2e::client::Ask;
use seatrial_e2e::cluster::{Cluster, wait_for};
use seatrial_e2e::example::{Example, SERVICES};
use seatrial_e2e::instance::{Instance, Setup};
use seatrial_e2e::progress::Progress;
use seatrial_e2e::report::Bar::AtMost;
use seatrial_e2e::report::Report;
use seatrial_e2e::toolchain::Toolchain;
use seatrial_e2e::trial::trial;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Measure how soon a Service, a cluster and `seatrial up` are there
#[derive(Parser)]
struct Args {
    /// How often each Service is applied
    #[arg(long, default_value_t = 5)]
    repetitions: usize,
    /// How often a cluster is started, and `seatrial up` run
    #[arg(long, default_value_t = 2)]
    starts: usize,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    // An error means that it is installed already.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut report = Report::new("main_loop");
        let tools = Toolchain::ensure(Progress::Lines)?;
        clusters(&args, &tools, &mut report).await?;
        ups(&args, &tools, &mut report)?;
        trial(Setup::default(), async |instance| {
            services(&args, instance, &mut report).await
        })
        .await?;
        report.print();
        Ok(())
    })
}

/// Two nodes in two zones, from nothing to Ready.
async fn clusters(args: &Args, tools: &Toolchain, report: &mut Report) -> Result<()> {
    let mut seconds = Vec::new();
    for _ in 0..args.starts {
        let folder = tempfile::tempdir()?;
        let began = Instant::now();
        let cluster = Cluster::create(&format!("b{}", std::process::id()), &folder.path().join("state"), 2)?;
        let started = cluster.start(tools, 2, "seatrial.test", Progress::Silent).await;
        seconds.push(began.elapsed().as_secs_f64());
        cluster.stop().await;
        let left = cluster.leftovers();
        started?;
        ensure!(left.is_empty(), "left behind: {left:#?}");
    }
    report.figure("cluster with two Ready nodes", "s", &seconds, AtMost(15.0));
    Ok(())
}

/// The command that the README begins with, to its last line; then `seatrial down`, which fails if anything is left.
fn ups(args: &Args, tools: &Toolchain, report: &mut Report) -> Result<()> {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for _ in 0..args.starts {
        let name = format!("b{}", std::process::id());
        let began = Instant::now();
        let started = seatrial(tools, "up", &name);
        up.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        seatrial(tools, "down", &name)?;
        down.push(began.elapsed().as_secs_f64());
        started?;
    }
    report.figure("seatrial up to its last line", "s", &up, AtMost(30.0));
    report.figure("seatrial down", "s", &down, None);
    Ok(())
}

fn seatrial(tools: &Toolchain, command: &str, name: &str) -> Result<()> {
    let status = Command::new(tools.binaries.path("seatrial"))
        .args([command, "--name", name])
        .stdout(Stdio::null())
        .status()
        .context("cannot run seatrial; build it with `cargo build --workspace --bins`")?;
    ensure!(status.success(), "seatrial {command} failed");
    Ok(())
}

/// A Service applied when its pods are ready, to the first 200 through its load balancer; then deleted.
async fn services(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let example = Example::with_pods(instance).await?;
    for (name, manifest) in SERVICES {
        let (mut answered, mut deleted) = (Vec::new(), Vec::new());
        for _ in 0..args.repetitions {
            let began = Instant::now();
            instance.cluster.apply(manifest).await?;
            wait_for(name, 60, async || {
                let Some(front) = example.front(name).await else {
                    return false;
                };
                let ask = Ask {
                    patience: Duration::from_millis(500),
                    ..Ask::get(front, name, "/")
                };
                ask.body().await.is_ok()
            })
            .await?;
            answered.push(began.elapsed().as_secs_f64());
            let began = Instant::now();
            example.delete(name).await?;
            deleted.push(began.elapsed().as_secs_f64());
        }
        report.figure(&format!("{name} applied until answered"), "s", &answered, AtMost(2.0));
        report.figure(&format!("{name} deleted until gone"), "s", &deleted, None);
    }
    Ok(())
}
