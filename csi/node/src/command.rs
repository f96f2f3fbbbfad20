//! The tools of e2fsprogs, xfsprogs and util-linux.

use std::io;
use std::process::{Command, Output};

/// A tool that did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It is not there, or may not be run.
    #[error("cannot run {program}; is its package installed?")]
    Start {
        /// The tool.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// It ended with an error.
    #[error("{command} ended with {status}: {said}")]
    Failed {
        /// The tool and its arguments.
        command: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote.
        said: String,
    },
}

/// Runs a tool and returns what it wrote and how it ended.
pub(crate) fn output(program: &'static str, arguments: &[String]) -> Result<Output, CommandError> {
    tracing::debug!(program, ?arguments, "running");
    Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .map_err(|source| CommandError::Start { program, source })
}

/// Runs a tool that must succeed.
pub(crate) fn run(program: &'static str, arguments: &[String]) -> Result<(), CommandError> {
    let output = output(program, arguments)?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(program, arguments, &output))
    }
}

/// The error of a tool that ended with an exit code that means failure.
pub(crate) fn failed(program: &'static str, arguments: &[String], output: &Output) -> CommandError {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    CommandError::Failed {
        command: format!("{program} {}", arguments.join(" ")),
        status: output.status,
        said: format!("{} {}", out.trim(), err.trim()).trim().to_owned(),
    }
}
