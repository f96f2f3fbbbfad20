//! The shell of a controller's process.

use crate::{Args, telemetry};
use std::io;
use tracing_subscriber::filter::ParseError;

/// Why a process did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// `--log-level`.
    #[error("--log-level is no filter of logs")]
    Logs(#[source] ParseError),
    /// The runtime of tokio.
    #[error("cannot make a runtime")]
    Runtime(#[source] io::Error),
}

/// Logs as the arguments say, and runs `main` to its end on one thread.
///
/// # Errors
/// When it did not begin, or what `main` ends with.
pub fn run<T, E: From<BeginError>>(args: &Args, main: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    telemetry::init(args).map_err(BeginError::Logs)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(BeginError::Runtime)?.block_on(main)
}
