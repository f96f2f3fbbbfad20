//! An Application Load Balancer against nginx: the same ten rules, two targets, one thread each, on one machine in turn.
//!
//! `cargo bench --profile dist -p seatrial-dataplane --bench alb` prints one JSON object: `dist` is what is deployed, and what the bars are for.
//! It wants `nginx`, `wrk` and `h2load` (Debian: `nginx-light`, `wrk`, `nghttp2-client`) and says so if one is missing.

mod balancer;
mod load;
mod nginx;
mod process;

use std::{path::Path, process::Command, time::Duration};

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use load::{Load, Measured};

/// As in `seatrial-aws`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each proxy is measured this often, in turn.
const RUNS: usize = 3;
/// What is asked for: the eighth of the ten rules.
const PATH: &str = "/service8/item?id=1";
const IDLE: usize = 10_000;

fn main() -> anyhow::Result<()> {
    // `cargo test --all-targets` runs benchmarks too, without this argument.
    if std::env::args().any(|argument| argument == "serve") {
        return balancer::serve();
    }
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    if let Some(missing) = ["nginx", "wrk", "h2load"]
        .into_iter()
        .find(|program| !is_installed(program))
    {
        eprintln!("skipped: {missing} is not installed");
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let certificate = rcgen::generate_simple_self_signed(vec!["www.example.com".to_owned()])?;
    std::fs::write(directory.path().join("cert.pem"), certificate.cert.pem())?;
    std::fs::write(
        directory.path().join("key.pem"),
        certificate.signing_key.serialize_pem(),
    )?;
    println!("{:#}", compare(directory.path())?);
    Ok(())
}

/// What this program was built with, by the folder that cargo keeps it in: `debug` is the profile `dev`.
fn profile() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?.parent()?.file_name()?;
    Some(folder.to_string_lossy().into_owned())
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .any(|folder| folder.join(program).exists())
}

fn compare(directory: &Path) -> anyhow::Result<Value> {
    let _targets = nginx::targets(directory)?;
    let nginx = nginx::proxy(directory)?;
    let own = balancer::start(directory)?;
    let mut figures = Map::from_iter([("profile".to_owned(), profile().into())]);
    for load in [Load::Http, Load::Https, Load::Http2] {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let theirs = load.run(&nginx, &load.url(nginx::ADDRESS, PATH))?;
            let ours = load.run(&own, &load.url(balancer::ADDRESS, PATH))?;
            runs.push((ours, theirs));
        }
        figures.insert(load.name().to_owned(), ratios(&runs));
    }
    figures.insert("idle".to_owned(), idle(&own)?);
    Ok(Value::Object(figures))
}

/// Medians of the runs, and ours over theirs.
fn ratios(runs: &[(Measured, Measured)]) -> Value {
    let median = |of: &dyn Fn(&(Measured, Measured)) -> Option<f64>| {
        let mut values: Vec<_> = runs.iter().filter_map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let figure = |of: fn(&Measured) -> Option<f64>| {
        json!({
            "seatrial": median(&|(ours, _)| of(ours)),
            "nginx": median(&|(_, theirs)| of(theirs)),
            "ratio": median(&|(ours, theirs)| Some(of(ours)? / of(theirs)?)),
        })
    };
    json!({
        "requests_per_second": figure(|run| Some(run.requests_per_second)),
        "p99_milliseconds": figure(|run| run.p99_milliseconds),
        "cpu_microseconds_per_request": figure(|run| Some(run.cpu_microseconds_per_request)),
        "bars": "requests_per_second ratio at least 1.0, others at most 1.0",
    })
}

/// Memory with many connections that have made one request each.
fn idle(own: &process::Process) -> anyhow::Result<Value> {
    let before = own.resident_megabytes()?;
    let connections = balancer::idle_connections(IDLE).context("cannot open idle connections")?;
    std::thread::sleep(Duration::from_millis(500));
    let after = own.resident_megabytes()?;
    drop(connections);
    Ok(json!({ "connections": IDLE, "resident_megabytes": after, "before": before, "bar_megabytes": 200 }))
}

/// Runs a program to its end and gives what it printed.
fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    anyhow::ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
