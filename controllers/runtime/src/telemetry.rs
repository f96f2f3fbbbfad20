//! Logs to standard error.

use crate::args::{Args, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Sends the process's logs to standard error as the arguments say. Call it once.
///
/// # Errors
/// When `--log-level` is no filter.
pub fn init(args: &Args) -> Result<(), ParseError> {
    init_with(&args.log_level, args.log_format)
}

/// As [`init`], for a process with other arguments: `filter` is a level or directives such as `info,kube=debug`.
///
/// # Errors
/// When `filter` is none.
pub fn init_with(filter: &str, format: LogFormat) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => logs.with_ansi(false).init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
    Ok(())
}
