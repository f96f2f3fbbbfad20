//! The emulated AWS by itself: how soon it answers, what it costs idle, how many calls it answers beside moto, how it relays beside HAProxy.
//!
//! Client, server and what stands between share the machine, so figures of one run compare with each other, not with those of another.

mod api_load;
mod backend;
mod lab;
mod relay;
mod relay_load;

use anyhow::Result;
use api_load::{ApiLoad, describe_target_health};
use backend::Backend;
use clap::Parser;
use lab::Lab;
use relay_load::RelayLoad;
use seatrial_e2e::report::Bar::{AtLeast, AtMost};
use seatrial_e2e::report::Report;
use seatrial_e2e::usage::megabytes;
use seatrial_e2e::world::REGION;
use std::net::SocketAddr;
use std::time::Duration;

/// Measure seatrial-aws by itself
#[derive(Parser)]
struct Args {
    /// How often each quantity is measured
    #[arg(long, default_value_t = 3)]
    repetitions: usize,
    /// Seconds that each load lasts
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Connections of each load
    #[arg(long, default_value_t = 16)]
    connections: usize,
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
        let (lab, mut report) = (Lab::new()?, Report::new("emulator"));
        let outcome = measure(&args, &lab, &mut report).await;
        lab.stop().await;
        outcome.inspect(|()| report.print())
    })
}

async fn measure(args: &Args, lab: &Lab, report: &mut Report) -> Result<()> {
    start_up(args, lab, report).await?;
    api(args, lab, report).await?;
    relays(args, lab, report).await
}

async fn start_up(args: &Args, lab: &Lab, report: &mut Report) -> Result<()> {
    let (mut millis, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..args.repetitions.max(5) {
        let (emulator, seconds) = lab.emulator().await?;
        millis.push(seconds * 1000.0);
        idle.push(megabytes(emulator.usage()?.resident));
        lab.stop().await;
    }
    report.figure("started until healthy", "ms", &millis, AtMost(100.0));
    report.figure("resident when idle", "MB", &idle, AtMost(30.0));
    Ok(())
}

/// DescribeTargetHealth of a group of four targets, by turns from the emulator and from moto.
async fn api(args: &Args, lab: &Lab, report: &mut Report) -> Result<()> {
    let ((emulator, _), moto) = (lab.emulator().await?, lab.moto().await?);
    let target = SocketAddr::from((lab::target_address(), 80));
    let ours = relay::target_group(&emulator.aws().await, target).await?;
    let theirs = relay::target_group(&moto.aws().await, target).await?;
    let load = |connections| ApiLoad {
        connections,
        duration: Duration::from_secs(args.seconds),
    };
    let (mut here, mut there, mut client, mut server) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.repetitions {
        let before = emulator.usage()?.cpu;
        let done = load(args.connections).run(emulator.address, &describe_target_health(&ours, REGION))?;
        here.push(done.per_second());
        client.push(done.client_micros());
        server.push((emulator.usage()?.cpu - before).as_secs_f64() * 1e6 / done.answered as f64);
        // More connections would only queue in it.
        let done = load(4).run(moto.address, &describe_target_health(&theirs, REGION))?;
        there.push(done.per_second());
    }
    report.figure("DescribeTargetHealth", "1/s", &here, AtLeast(10_000.0));
    report.figure("DescribeTargetHealth, processor time", "µs", &server, None);
    report.figure("DescribeTargetHealth, the client's processor time", "µs", &client, None);
    report.figure("DescribeTargetHealth of moto", "1/s", &there, None);
    report.figure(
        "resident after the load",
        "MB",
        &[megabytes(emulator.usage()?.resident)],
        None,
    );
    lab.stop().await;
    Ok(())
}

/// Transfer and connections through a load balancer of the emulator and through HAProxy, by turns.
async fn relays(args: &Args, lab: &Lab, report: &mut Report) -> Result<()> {
    let Some(haproxy) = lab::installed_haproxy() else {
        eprintln!("skipped: the relay beside HAProxy needs the Debian package haproxy");
        report.detail("skipped", "relay: haproxy is not installed");
        return Ok(());
    };
    let (emulator, _) = lab.emulator().await?;
    let backend = Backend::start(SocketAddr::from((lab::target_address(), 0)))?;
    let ours = emulator.at(relay::load_balancer(&emulator.aws().await, backend.address()).await?);
    let theirs = lab.haproxy(haproxy, backend.address()).await?;
    for (kind, what, unit) in relay_load::KINDS {
        let load = RelayLoad {
            kind,
            connections: args.connections * 2,
            duration: Duration::from_secs(args.seconds),
        };
        let mut comparison = relay::Comparison::default();
        for _ in 0..args.repetitions {
            comparison.add(relay::measure(load, &ours)?, relay::measure(load, &theirs)?);
        }
        comparison.report(what, unit, report);
    }
    Ok(())
}
