//! Commands of the host that have no library: `ip`, `iptables`, `mount`.

use std::process::{Command, Stdio};

/// A command that could not be run or that failed.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// It did not start.
    #[error("{command} could not be started; is it installed?")]
    Start {
        /// The command line.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// It ended with an error.
    #[error("{command} failed: {stderr}")]
    Failed {
        /// The command line.
        command: String,
        /// What it printed on standard error.
        stderr: String,
    },
}

/// Runs a command line (split at blanks) and returns what it printed.
///
/// # Errors
/// When it cannot be started, or ends with a status other than 0.
pub fn run(line: &str) -> Result<String, HostError> {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    run_command(&mut command)
}

/// Runs a prepared command and returns what it printed.
///
/// # Errors
/// As [`run`].
pub fn run_command(command: &mut Command) -> Result<String, HostError> {
    let shown = format!("{command:?}").replace('"', "");
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| HostError::Start {
            command: shown.clone(),
            source,
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(HostError::Failed { command: shown, stderr })
}

/// Whether this process may make namespaces and mounts.
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
