//! A child process: its CPU time and memory, until dropped.

use std::{process::Child, time::Duration};

use anyhow::Context as _;

/// Ends with its value.
pub(crate) struct Process {
    child: Child,
    /// Who does the work: the child itself, or the worker that it started.
    pub(crate) pid: u32,
}

impl Process {
    pub(crate) fn new(child: Child) -> Self {
        let pid = child.id();
        Self { child, pid }
    }

    /// The only child of this process does the work.
    pub(crate) fn with_worker(mut self) -> anyhow::Result<Self> {
        let path = format!("/proc/{0}/task/{0}/children", self.child.id());
        for _ in 0..100 {
            if let Some(pid) = std::fs::read_to_string(&path)?.split_whitespace().next() {
                self.pid = pid.parse()?;
                return Ok(self);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        anyhow::bail!("no worker process")
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        let (_, fields) = stat.rsplit_once(')').context("no process statistics")?;
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        // Linux counts in hundredths of a second.
        Ok(Duration::from_millis(ticks * 10))
    }

    pub(crate) fn resident_megabytes(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no memory statistics")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes / 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = std::process::Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}
