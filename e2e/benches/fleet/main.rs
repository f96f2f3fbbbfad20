//! Many Services, or many groups of Ingresses, at once: what they cost in calls, memory and processor time, how soon they are there, and what a restart costs with them.

mod groups;
mod observer;
mod phases;

use anyhow::Result;
use clap::Parser;
use observer::Observer;
use phases::{Fleet, Grown};
use seatrial_e2e::fleet::Groups;
use seatrial_e2e::instance::{CONTROLLERS, Instance, Setup};
use seatrial_e2e::report::Bar::{self, AtMost};
use seatrial_e2e::report::Report;
use seatrial_e2e::trial::trial;
use seatrial_e2e::usage::megabytes;
use std::path::PathBuf;

/// The controllers whose cost is measured: of load balancers, and of targets.
const SERVICE: &str = CONTROLLERS[0];
const INGRESS: &str = CONTROLLERS[1];
const BINDINGS: &str = CONTROLLERS[2];

/// Measure what many Services and Ingresses cost
#[derive(Parser)]
struct Args {
    /// Number of Services
    #[arg(long, default_value_t = 200)]
    services: usize,
    /// A smaller number, for comparison
    #[arg(long, default_value_t = 20)]
    few: usize,
    /// Number of groups of ten Ingresses
    #[arg(long, default_value_t = 10)]
    groups: usize,
    /// Services that ask for an attribute beside AWS's defaults: one ModifyLoadBalancerAttributes more each, of which the default rates let 3 per second pass
    #[arg(long)]
    cross_zone: bool,
    /// Folder of the controllers to measure, such as `target/dist`; those of this profile when absent
    #[arg(long)]
    binaries: Option<PathBuf>,
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
    /// Groups of ten Ingresses, the client-side rates lifted; then a path that changes, and a member that goes
    Ingresses,
    /// The same groups, the default client-side rates
    IngressesDefaultRates,
    /// Five times as many groups, the client-side rates lifted; then a resync
    ManyIngresses,
}

impl Args {
    fn has(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }

    fn groups_of_ten(&self, times: usize) -> Groups {
        Groups {
            groups: self.groups * times,
            members: 10,
        }
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
    let usual = || Setup {
        controllers: args.binaries.clone(),
        ..Setup::default()
    };
    let lifted = || Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..usual()
    };
    if args.has(Part::Few) {
        trial(lifted(), async |instance| few(args, instance, &mut report).await).await?;
    }
    if args.has(Part::Many) {
        trial(lifted(), async |instance| many(args, instance, &mut report).await).await?;
    }
    if args.has(Part::DefaultRates) {
        trial(usual(), async |instance| {
            default_rates(args, instance, &mut report).await
        })
        .await?;
    }
    if args.has(Part::Ingresses) {
        trial(lifted(), async |instance| {
            groups::ingresses(args.groups_of_ten(1), instance, &mut report).await
        })
        .await?;
    }
    if args.has(Part::IngressesDefaultRates) {
        trial(usual(), async |instance| {
            groups::default_rates(args.groups_of_ten(1), instance, &mut report).await
        })
        .await?;
    }
    if args.has(Part::ManyIngresses) {
        trial(lifted(), async |instance| {
            groups::many(args.groups_of_ten(5), instance, &mut report).await
        })
        .await?;
    }
    report.print();
    Ok(())
}

async fn few(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(Observer::new(instance)).await?;
    let grown = fleet.grow(args.few, args.cross_zone).await?;
    calls_each(args.few, &grown, report);
    Ok(())
}

async fn many(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(Observer::new(instance)).await?;
    let grown = fleet.grow(args.services, args.cross_zone).await?;
    calls_each(args.services, &grown, report);
    report.figure("steady, rates lifted", "s", &[grown.seconds], AtMost(20.0));
    report.figure("of it until all Services are created", "s", &[grown.creating], None);
    costs(&grown, report);
    restarts(&fleet, report).await?;

    let resynced = fleet.resync().await?;
    count("calls of a resync", resynced.total(), None, report);
    count("mutating calls of a resync", resynced.mutating(), AtMost(0.0), report);
    report.detail("resync", resynced);

    let shrunk = fleet.shrink().await?;
    report.figure("deleted until nothing is left", "s", &[shrunk.seconds], None);
    let each = shrunk.calls.total() as f64 / args.services as f64;
    report.figure("calls of a deletion", "per Service", &[each], None);
    report.detail("deletion", shrunk.calls);
    Ok(())
}

fn costs(grown: &Grown, report: &mut Report) {
    let both = grown.usage();
    let mut memory = |what: &str, bytes, bar: Option<Bar>| report.figure(what, "MB", &[megabytes(bytes)], bar);
    memory("resident, both controllers", both.resident, Some(AtMost(40.0)));
    memory("resident at most, both controllers", both.peak, Some(AtMost(40.0)));
    memory("of it heap and stacks", both.anonymous, None);
    report.figure(
        "processor time, both controllers",
        "s",
        &[both.cpu.as_secs_f64()],
        AtMost(4.0),
    );
    report.figure(
        "processor time, seatrial-aws",
        "s",
        &[grown.aws.cpu.as_secs_f64()],
        None,
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
}

async fn restarts(fleet: &Fleet<'_>, report: &mut Report) -> Result<()> {
    let calls = fleet.restart().await?;
    count("calls of a restart", calls.total(), AtMost(1000.0), report);
    count("mutating calls of a restart", calls.mutating(), AtMost(0.0), report);
    report.detail("restart", calls);
    let change = fleet.endpoint_change_during_restart().await?;
    report.figure(
        "pod ready just after a restart until its target is registered",
        "s",
        &[change.since_ready],
        AtMost(2.0),
    );
    report.figure(
        "restart until that target is registered",
        "s",
        &[change.since_start],
        None,
    );
    let change = fleet.endpoint_change_while_stopped().await?;
    report.figure(
        "pod replaced before a start, start until its target is registered",
        "s",
        &[change.since_start],
        None,
    );
    Ok(())
}

fn count(what: &str, calls: u64, bar: impl Into<Option<Bar>>, report: &mut Report) {
    report.figure(what, "calls", &[calls as f64], bar);
}

/// The default rates allow 4 RegisterTargets and 3 ModifyLoadBalancerAttributes per second, with bursts of 20: Services that ask for an attribute
/// cannot be done before (services - 20) / 3 seconds, whoever makes the calls.
async fn default_rates(args: &Args, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(Observer::new(instance)).await?;
    let grown = fleet.grow(args.services, args.cross_zone).await?;
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
