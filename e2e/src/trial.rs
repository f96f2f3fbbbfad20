//! A trial: an instance that is started, exercised and stopped, and must leave nothing. Suites and benchmarks are made of them.

use crate::host;
use crate::instance::{Instance, Setup};
use crate::progress::Progress;
use anyhow::{Result, ensure};
use tokio::sync::Mutex;

/// A machine has room for one at a time; tests of one program would run side by side.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Runs `exercise` on an instance of its own. Without root it is skipped, and says so.
///
/// # Errors
/// When the instance does not start, the exercise fails, or something is left when it has stopped.
pub async fn trial(setup: Setup, exercise: impl AsyncFnOnce(&Instance) -> Result<()>) -> Result<()> {
    if !host::is_root() {
        eprintln!("skipped: a cluster needs root");
        return Ok(());
    }
    let _alone = ALONE.lock().await;
    let _installed_by_an_earlier_trial = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir()?;
    let name = format!("t{}", std::process::id());
    let instance = Instance::start(&name, &folder.path().join("state"), setup, Progress::Lines).await?;
    let outcome = exercise(&instance).await;
    if outcome.is_err() {
        instance.cluster.processes().print_last_words();
    }
    instance.cluster.stop().await;
    let left = instance.cluster.leftovers();
    outcome?;
    ensure!(left.is_empty(), "left behind: {left:#?}");
    Ok(())
}
