//! Child processes that outlive the command that started them, until `seatrial down`.
//!
//! Each is recorded as `<state>/pids/<label>`; its output goes to `<state>/logs/<label>.log`. A process is known by its id and its start time,
//! so that a number which was given to another process in the meantime is never signalled.

use crate::cluster::ClusterError;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A program to start.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Name of its pid and log file.
    pub label: String,
    /// What to run.
    pub path: PathBuf,
    /// Arguments.
    pub args: Vec<String>,
    /// Environment beside the inherited one.
    pub env: Vec<(String, String)>,
    /// Name of the network namespace to run in; the host's if absent.
    pub namespace: Option<String>,
}

/// The recorded processes of one instance.
#[derive(Debug, Clone)]
pub struct Processes {
    state: PathBuf,
}

impl Processes {
    /// The processes recorded under a state directory.
    #[must_use]
    pub fn of(state: &Path) -> Self {
        Self {
            state: state.to_owned(),
        }
    }

    /// Where a process logs to.
    #[must_use]
    pub fn log(&self, label: &str) -> PathBuf {
        self.state.join("logs").join(format!("{label}.log"))
    }

    fn record(&self, label: &str) -> PathBuf {
        self.state.join("pids").join(label)
    }

    /// Starts a program and records it.
    ///
    /// # Errors
    /// When its files cannot be written or it cannot be started.
    pub fn start(&self, program: &Program) -> Result<(), ClusterError> {
        let file = |source| ClusterError::State {
            path: self.log(&program.label),
            source,
        };
        fs::create_dir_all(self.state.join("logs")).map_err(file)?;
        fs::create_dir_all(self.state.join("pids")).map_err(file)?;
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log(&program.label))
            .map_err(file)?;
        let mut command = match &program.namespace {
            // Not `ip netns exec`: it remounts /sys, and the kubelet then finds no cgroups.
            Some(name) => {
                let mut command = Command::new("nsenter");
                command.arg(format!("--net=/run/netns/{name}")).arg(&program.path);
                command
            }
            None => Command::new(&program.path),
        };
        let child = command
            .args(&program.args)
            .envs(program.env.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(file)?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|source| ClusterError::Start {
                program: program.path.clone(),
                source,
            })?;
        let pid = child.id();
        fs::write(
            self.record(&program.label),
            format!("{pid} {}", start_time(pid).unwrap_or_default()),
        )
        .map_err(|source| ClusterError::State {
            path: self.record(&program.label),
            source,
        })
    }

    /// The process id, if the process still runs.
    #[must_use]
    pub fn pid(&self, label: &str) -> Option<u32> {
        let record = fs::read_to_string(self.record(label)).ok()?;
        let (pid, started) = record.split_once(' ')?;
        let pid = pid.parse().ok()?;
        (start_time(pid)? == started.parse::<u64>().ok()?).then_some(pid)
    }

    /// Labels of all recorded processes.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let entries = fs::read_dir(self.state.join("pids")).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }

    /// Sends a signal to a process.
    pub fn signal(&self, label: &str, signal: Signal) {
        if let Some(pid) = self.pid(label).and_then(|pid| Pid::from_raw(pid.cast_signed())) {
            let _gone_already = kill_process(pid, signal);
        }
    }

    /// Ends processes: SIGTERM, and SIGKILL for what is left after `grace`.
    pub async fn stop(&self, labels: &[String], grace: Duration) {
        for label in labels {
            self.signal(label, Signal::TERM);
        }
        let all_gone = async {
            while labels.iter().any(|label| self.pid(label).is_some()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(grace, all_gone).await.is_err() {
            for label in labels {
                if let Some(pid) = self.pid(label).and_then(|pid| Pid::from_raw(pid.cast_signed())) {
                    let _gone_already = kill_process_group(pid, Signal::KILL);
                }
            }
        }
        for label in labels {
            let _never_recorded = fs::remove_file(self.record(label));
        }
    }

    /// Prints the last lines of all logs on standard error: what to read first when a test has failed.
    pub fn print_last_words(&self) {
        for label in self.labels() {
            eprintln!("--- {label}\n{}", self.last_words(&label));
        }
    }

    /// The last lines of a process's log, for an error message.
    #[must_use]
    pub fn last_words(&self, label: &str) -> String {
        let log = fs::read_to_string(self.log(label)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}

/// When a process started, in clock ticks since boot; none if it is gone or a zombie. See proc(5), `/proc/pid/stat`.
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    (fields[0] != "Z").then(|| fields.get(19)?.parse().ok()).flatten()
}
