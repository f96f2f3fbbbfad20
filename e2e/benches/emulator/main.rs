//! The emulated AWS by itself: how soon it answers, what it costs idle, how many calls it answers beside moto, how it relays beside HAProxy.
//!
//! Client, server and what stands between share the machine, so figures of one run compare with each other, not with those of another.

mod api_load;
mod backend;
mod moto;
mod peer;
mod relay;
mod relay_load;

use anyhow::Result;
use api_load::{ApiLoad, describe_target_health};
use aws_api::Aws;
use backend::Backend;
use clap::Parser;
use peer::Peer;
use relay_load::RelayLoad;
use seatrial_e2e::address_plan::AddressPlan;
use seatrial_e2e::instance::{AWS, answers, free_port};
use seatrial_e2e::process::{Processes, Program};
use seatrial_e2e::progress::Progress;
use seatrial_e2e::report::Bar::{AtLeast, AtMost};
use seatrial_e2e::report::Report;
use seatrial_e2e::toolchain::{Binaries, Toolchain};
use seatrial_e2e::usage::megabytes;
use seatrial_e2e::world::{REGION, world};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

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
    runtime.block_on(measure(&args))
}

async fn measure(args: &Args) -> Result<()> {
    let binaries = Toolchain::binaries(Progress::Lines)?;
    let folder = tempfile::tempdir()?;
    let processes = Processes::of(folder.path());
    let outcome = async {
        let mut report = Report::new("emulator");
        start_up(args, &binaries, folder.path(), &processes, &mut report).await?;
        api(args, &binaries, folder.path(), &processes, &mut report).await?;
        relays(args, &binaries, folder.path(), &processes, &mut report).await?;
        report.print();
        Ok(())
    }
    .await;
    processes.stop(&processes.labels(), Duration::from_secs(5)).await;
    outcome
}

/// Starts the emulator anew, and waits until it answers; the seconds that took. Its load balancers get addresses of the loopback network.
async fn start(binaries: &Binaries, folder: &Path, processes: &Processes) -> Result<(Peer, f64)> {
    let world_file = folder.join("world.yaml");
    std::fs::write(&world_file, world(&plan()).to_string())?;
    let data = folder.join("aws");
    // A journal of an earlier start would be replayed.
    let _not_there = std::fs::remove_dir_all(&data);
    let address = free_port(0)?;
    let program = Program {
        label: AWS.into(),
        path: binaries.path(AWS),
        args: vec![
            format!("--listen={address}"),
            format!("--data-dir={}", data.display()),
            format!("--world={}", world_file.display()),
        ],
        ..Program::default()
    };
    let began = Instant::now();
    processes.start(&program)?;
    while !answers(address, "/_seatrial/health") {
        anyhow::ensure!(began.elapsed() < Duration::from_secs(10), processes.last_words(AWS));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = began.elapsed().as_secs_f64();
    Ok((Peer::running(AWS, address, processes)?, took))
}

fn plan() -> AddressPlan {
    AddressPlan::new(127, 64, 2)
}

async fn start_up(
    args: &Args,
    binaries: &Binaries,
    folder: &Path,
    processes: &Processes,
    report: &mut Report,
) -> Result<()> {
    let (mut millis, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..args.repetitions.max(5) {
        let (peer, seconds) = start(binaries, folder, processes).await?;
        millis.push(seconds * 1000.0);
        idle.push(megabytes(peer.usage()?.resident));
        processes.stop(&[AWS.to_owned()], Duration::from_secs(5)).await;
    }
    report.figure("started until healthy", "ms", &millis, AtMost(100.0));
    report.figure("resident when idle", "MB", &idle, AtMost(30.0));
    Ok(())
}

/// DescribeTargetHealth of a group of four targets, by turns from the emulator and from moto.
async fn api(
    args: &Args,
    binaries: &Binaries,
    folder: &Path,
    processes: &Processes,
    report: &mut Report,
) -> Result<()> {
    let (emulator, _) = start(binaries, folder, processes).await?;
    let moto = moto::start(processes).await?;
    let (ours, theirs) = (aws(emulator.address).await, aws(moto.address).await);
    let backend = Backend::start(SocketAddr::from((plan().zones[0].node, 0)))?;
    let ours = relay::target_group(&ours, backend.address()).await?;
    let theirs = relay::target_group(&theirs, backend.address()).await?;
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
    report.figure(
        "DescribeTargetHealth, processor time of the client",
        "µs",
        &client,
        None,
    );
    report.figure("DescribeTargetHealth of moto", "1/s", &there, None);
    report.figure(
        "resident after the load",
        "MB",
        &[megabytes(emulator.usage()?.resident)],
        None,
    );
    processes.stop(&processes.labels(), Duration::from_secs(5)).await;
    Ok(())
}

async fn aws(address: SocketAddr) -> Aws {
    aws_sdk::connect_to(&format!("http://{address}"), REGION).await
}

/// Bulk transfer and new connections through a load balancer of the emulator and through HAProxy, by turns.
async fn relays(
    args: &Args,
    binaries: &Binaries,
    folder: &Path,
    processes: &Processes,
    report: &mut Report,
) -> Result<()> {
    let Some(haproxy) = relay::haproxy() else {
        eprintln!("skipped: the relay beside HAProxy needs the Debian package haproxy");
        report.detail("skipped", "relay: haproxy is not installed");
        return Ok(());
    };
    let (emulator, _) = start(binaries, folder, processes).await?;
    let backend = Backend::start(SocketAddr::from((plan().zones[0].node, 0)))?;
    let front = relay::load_balancer(&aws(emulator.address).await, backend.address()).await?;
    let ours = Peer {
        address: front,
        ..emulator
    };
    let theirs = relay::start_haproxy(&haproxy, folder, processes, backend.address()).await?;
    let load = |kind| RelayLoad {
        kind,
        connections: 32,
        duration: Duration::from_secs(args.seconds),
    };
    for (kind, what, unit) in relay_load::KINDS {
        let mut samples = relay::Comparison::default();
        for _ in 0..args.repetitions {
            let ours = relay::measure(&load(kind), &ours)?;
            samples.add(ours, relay::measure(&load(kind), &theirs)?);
        }
        samples.report(what, unit, report);
    }
    processes.stop(&processes.labels(), Duration::from_secs(5)).await;

    Ok(())
}
