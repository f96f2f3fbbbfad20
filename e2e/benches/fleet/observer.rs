//! What is measured from outside of the controllers: calls that arrive, and what the processes cost.

use anyhow::{Context, Result};
use seatrial_e2e::calls::Calls;
use seatrial_e2e::instance::{Instance, get};
use seatrial_e2e::usage::Usage;
use std::time::{Duration, Instant};

/// No call for so long means that nothing is left to do.
const QUIET: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(300);

/// Watches an instance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observer<'a> {
    pub(crate) instance: &'a Instance,
}

impl<'a> Observer<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// All calls so far.
    pub(crate) fn calls(&self) -> Result<Calls> {
        let endpoint = self.instance.endpoint();
        let address = endpoint.trim_start_matches("http://").parse()?;
        let response = get(address, "/_seatrial/counters")?;
        let (_, body) = response.split_once("\r\n\r\n").context("an answer with a body")?;
        Ok(Calls::of_counters(body)?)
    }

    /// How often a controller of load balancers has compared what it is for with AWS.
    pub(crate) fn reconciles(&self, label: &str) -> Result<u64> {
        let metrics = get(self.instance.metrics(label), "/metrics")?;
        let kind = label.trim_end_matches("-controller");
        let sample = format!(
            "awslbc_controller_reconcile_stage_duration_count{{controller=\"{kind}\",reconcile_stage=\"deploy_model\"}} "
        );
        let count = metrics.lines().find_map(|line| line.strip_prefix(sample.as_str()));
        Ok(count.map_or(Ok(0), str::parse)?)
    }

    /// Awaits that `holds` and that calls have ceased; when the last one was made.
    pub(crate) async fn settled(&self, holds: impl AsyncFn() -> Result<bool>) -> Result<Instant> {
        let (began, mut last) = (Instant::now(), Instant::now());
        let mut calls = self.calls()?;
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let now = self.calls()?;
            if now != calls {
                (calls, last) = (now, Instant::now());
            } else if last.elapsed() > QUIET && holds().await? {
                return Ok(last);
            }
            anyhow::ensure!(began.elapsed() < PATIENCE, "not settled: {calls:?}");
        }
    }

    /// What a process has cost since it started.
    pub(crate) fn usage(&self, label: &str) -> Result<Usage> {
        let pid = self.instance.cluster.processes().pid(label);
        Ok(Usage::of(pid.with_context(|| format!("{label} has ended"))?)?)
    }

    /// What controllers have cost since they started.
    pub(crate) fn usages(&self, labels: [&'static str; 2]) -> Result<Vec<(&'static str, Usage)>> {
        let usage = |label| Ok((label, self.usage(label)?));
        labels.into_iter().map(usage).collect()
    }
}
