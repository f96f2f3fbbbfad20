//! The binaries of this workspace.

use super::{ToolchainError, checkout};
use crate::host::run_command;
use crate::instance::{AWS, CONTROLLERS, DRIVERS};
use crate::progress::Progress;
use std::path::PathBuf;
use std::process::Command;

/// The folder with seatrial-aws and the controllers.
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

    /// Builds them there.
    pub(super) fn build(&self, progress: Progress) -> Result<(), ToolchainError> {
        let step =
            progress.step("building seatrial-aws, the controllers and the drivers (about ten minutes the first time)");
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--locked"]).current_dir(checkout());
        for binary in [AWS].iter().chain(&CONTROLLERS).chain(&DRIVERS) {
            cargo.args(["--bin", binary]);
        }
        if let Some(target) = self.folder.parent() {
            cargo.env("CARGO_TARGET_DIR", target);
        }
        run_command(&mut cargo).map_err(|source| ToolchainError::Build {
            what: "the controllers".into(),
            source,
        })?;
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
