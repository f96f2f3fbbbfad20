//! The binaries of this workspace.

use super::{ToolchainError, checkout};
use crate::host::run_command;
use crate::progress::Progress;
use std::path::PathBuf;
use std::process::Command;

/// The folder with seatrial-aws, the controllers and the drivers.
#[derive(Debug, Clone)]
pub struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// Where they are or will be: the profile and target folder of the running program.
    pub(super) fn located() -> Self {
        Self {
            folder: target_folder().unwrap_or_else(|| checkout().join("target/debug")),
        }
    }

    /// Builds those of these names there.
    pub(super) fn build(&self, names: &[&str], progress: Progress) -> Result<(), ToolchainError> {
        let what = names.join(", ");
        let step = progress.step(format!("building {what} (about ten minutes the first time)"));
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--locked"]).current_dir(checkout());
        for name in names {
            cargo.args(["--bin", name]);
        }
        if let Some(target) = self.folder.parent() {
            cargo.env("CARGO_TARGET_DIR", target);
        }
        run_command(&mut cargo).map_err(|source| ToolchainError::Build { what, source })?;
        step.done();
        Ok(())
    }

    /// The path of a binary.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// `<target>/debug`: where the running program, a binary or a test under `deps`, was built.
fn target_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program
        .ancestors()
        .find(|folder| folder.ends_with("debug"))
        .map(PathBuf::from)
}
