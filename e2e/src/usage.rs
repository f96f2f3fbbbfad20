//! What a process costs: memory and processor time, from `/proc` (proc(5)).

use std::io;
use std::ops::Add;
use std::time::Duration;

/// Clock ticks per second in `/proc`; a constant of the kernel's interface.
const TICKS: u64 = 100;

/// Memory in bytes, and processor time since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Resident now (`VmRSS`).
    pub resident: u64,
    /// The part of it that is neither files nor shared (`RssAnon`): heap and stacks.
    pub anonymous: u64,
    /// The most that was ever resident (`VmHWM`).
    pub peak: u64,
    /// In user mode and in the kernel.
    pub cpu: Duration,
}

impl Usage {
    /// What the process `pid` costs.
    ///
    /// # Errors
    /// When it is gone.
    pub fn of(pid: u32) -> io::Result<Self> {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
        let (status, stat) = (read("status")?, read("stat")?);
        Self::parse(&status, &stat).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
    }

    fn parse(status: &str, stat: &str) -> Option<Self> {
        let bytes = |field: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(field))?;
            let kilobytes: u64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
            Some(kilobytes * 1024)
        };
        // The program's name, in parentheses, may contain anything.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Self {
            resident: bytes("VmRSS")?,
            anonymous: bytes("RssAnon")?,
            peak: bytes("VmHWM")?,
            cpu: Duration::from_millis(ticks * 1000 / TICKS),
        })
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            resident: self.resident + other.resident,
            anonymous: self.anonymous + other.anonymous,
            peak: self.peak + other.peak,
            cpu: self.cpu + other.cpu,
        }
    }
}

/// Bytes in megabytes of 1024 * 1024.
#[must_use]
pub fn megabytes(bytes: u64) -> f64 {
    // Exact up to 2^53.
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_proc() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nRssAnon:\t     512 kB\n";
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 1 0 12345 0 0";
        let usage = Usage::parse(status, stat).unwrap();
        assert_eq!(
            (usage.resident, usage.anonymous, usage.peak),
            (1 << 20, 1 << 19, 2 << 20)
        );
        assert_eq!(usage.cpu, Duration::from_millis(1750));
    }

    #[test]
    fn of_this_process() {
        let usage = Usage::of(std::process::id()).unwrap();
        assert!(usage.resident > 0 && usage.peak >= usage.resident);
    }
}
