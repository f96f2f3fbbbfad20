//! Many Services at once: what they cost in calls, memory and processor time, how soon they are there, and what a restart costs with them.

mod observer;
mod phases;

use anyhow::Result;
use clap::Parser;
use observer::Observer;
use phases::{Fleet, Grown};
use seatrial_e2e::instance::{Instance, Setup};
use seatrial_e2e::report::Bar::AtMost;
use seatrial_e2e::report::Report;
use seatrial_e2e::trial::trial;
use seatrial_e2e::usage::megabytes;

/// Measure what many Services cost
#[derive(Parser)]
struct Args {
    /// Number of Services
    #[arg(long, default_value_t = 200)]
    services: usize,
    /// A smaller number, for comparison
    #[arg(long, default_value_t = 20)]
    few: usize,
    /// Only this part; all when absent
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Few Services, the client-side rates lifted
    Few,
    /// All Services, the client-side rates lifted; then restarts, a resync, and their deletion
    Many,
    /// All Services, the default client-side rates
    DefaultRates,
}

impl Args {
    fn has(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    // An error means that it is installed already.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&args))
}

async fn measure(args: &Args) -> Result<()> {
    let mut report = Report::new("fleet");
    let lifted = || Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    if args.has(Part::Few) {
        trial(lifted(), async |instance| few(args, instance, &mut report).await).await?;
    }
    if args.has(Part::Many) {
        trial(lifted(), async |instance| many(args, instance, &mut report).await).await?;
    }
    if args.has(Part::DefaultRates) {
        trial(Setup::default(), async |instance| {
            default_rates(args, instance, &mut report).await
        })
        .await?;
    }
    report.print();
    Ok(())
}

async fn few(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(Observer::new(instance)).await?;
    let grown = fleet.grow(args.few).await?;
    calls_each(args.few, &grown, report);
    Ok(())
}

async fn many(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(Observer::new(instance)).await?;
    let grown = fleet.grow(args.services).await?;
    calls_each(args.services, &grown, report);
    report.figure("steady, rates lifted", "s", &[grown.seconds], AtMost(20.0));
    report.figure("of them to create the Services", "s", &[grown.creating], None);
    let usage = grown.usage();
    report.figure(
        "resident, both controllers",
        "MB",
        &[megabytes(usage.resident)],
        AtMost(40.0),
    );
    report.figure(
        "resident at most, both controllers",
        "MB",
        &[megabytes(usage.peak)],
        AtMost(40.0),
    );
    report.figure("of it heap and stacks", "MB", &[megabytes(usage.anonymous)], None);
    report.figure(
        "processor time, both controllers",
        "s",
        &[usage.cpu.as_secs_f64()],
        AtMost(4.0),
    );
    for (controller, usage) in &grown.usages {
        report.figure(
            &format!("resident, {controller}"),
            "MB",
            &[megabytes(usage.resident)],
            None,
        );
        report.figure(
            &format!("processor time, {controller}"),
            "s",
            &[usage.cpu.as_secs_f64()],
            None,
        );
    }

    let restarted = fleet.restart().await?;
    report.figure(
        "calls of a restart",
        "calls",
        &[restarted.total() as f64],
        AtMost(1000.0),
    );
    report.figure(
        "mutating calls of a restart",
        "calls",
        &[restarted.mutating() as f64],
        AtMost(0.0),
    );
    report.detail("restart", restarted);
    let change = fleet.endpoint_change_during_restart().await?;
    report.figure(
        "pod replaced after a restart until registered",
        "s",
        &[change.since_ready],
        AtMost(2.0),
    );
    report.figure(
        "restart until its target is registered",
        "s",
        &[change.since_start],
        None,
    );
    let change = fleet.endpoint_change_while_stopped().await?;
    report.figure(
        "pod replaced before a start, start until registered",
        "s",
        &[change.since_start],
        None,
    );

    let resynced = fleet.resync().await?;
    report.figure("calls of a resync", "calls", &[resynced.total() as f64], None);
    report.figure(
        "mutating calls of a resync",
        "calls",
        &[resynced.mutating() as f64],
        AtMost(0.0),
    );
    report.detail("resync", resynced);

    let shrunk = fleet.shrink().await?;
    report.figure("deleted until nothing is left", "s", &[shrunk.seconds], None);
    report.figure(
        "calls of a deletion",
        "per Service",
        &[shrunk.calls.total() as f64 / args.services as f64],
        None,
    );
    report.detail("deletion", shrunk.calls);
    Ok(())
}

async fn default_rates(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(Observer::new(instance)).await?;
    let grown = fleet.grow(args.services).await?;
    report.figure("steady, default rates", "s", &[grown.seconds], AtMost(60.0));
    Ok(())
}

fn calls_each(services: usize, grown: &Grown, report: &mut Report) {
    let each = |calls: u64| [calls as f64 / services as f64];
    let calls = &grown.calls;
    report.figure(
        &format!("calls for {services}"),
        "per Service",
        &each(calls.total()),
        AtMost(13.0),
    );
    report.figure(
        &format!("mutating calls for {services}"),
        "per Service",
        &each(calls.mutating()),
        AtMost(7.0),
    );
    report.detail(&format!("calls for {services}"), calls.clone());
}
