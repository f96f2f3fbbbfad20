//! Python packages of the second opinions, in a virtual environment by the hash of their list.

use super::{ToolchainError, cache, checkout, create_parent, hash};
use crate::host::run_command;
use crate::progress::Progress;
use std::path::PathBuf;
use std::process::Command;

const REQUIREMENTS: &str = include_str!("../../peers/requirements.txt");

/// The folder of the environment's programs, such as `pytest`.
///
/// # Errors
/// When the environment cannot be made or a package cannot be installed.
pub fn peers(progress: Progress) -> Result<PathBuf, ToolchainError> {
    let folder = cache().join("peers").join(hash(REQUIREMENTS));
    let programs = folder.join("bin");
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(programs);
    }
    let step = progress.step("installing boto3, moto and pytest from PyPI");
    create_parent(&folder)?;
    let failed = |source| ToolchainError::Build {
        what: "the Python environment".into(),
        source,
    };
    run_command(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)).map_err(failed)?;
    let list = checkout().join("e2e/peers/requirements.txt");
    run_command(
        Command::new(programs.join("pip"))
            .args(["install", "--quiet", "-r"])
            .arg(list),
    )
    .map_err(failed)?;
    std::fs::write(&complete, "").map_err(|source| ToolchainError::Cache { path: complete, source })?;
    step.done();
    Ok(programs)
}
