//! csi-sanity, the conformance suite of the Container Storage Interface, against ebs-csi-driver with real devices. Nothing is skipped.

mod instance;

use anyhow::{Context, Result, bail, ensure};
use emulator::{Config, Emulator};
use instance::Instance;
use seatrial_e2e::host;
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::{Toolchain, csi_sanity};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const REGION: &str = "us-west-2";
const INSTANCE: &str = "i-0a00000000000000a";

/// How long the driver may take to serve.
const START: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn ebs_csi_driver_is_sane() -> Result<()> {
    if !host::is_root() {
        eprintln!("skipped: devices and mounts need root");
        return Ok(());
    }
    let sanity = csi_sanity(Progress::Lines)?;
    let driver = Toolchain::binary("ebs-csi-driver", Progress::Lines)?;
    let emulator = Emulator::start(Config {
        data_plane: None,
        ..Config::default()
    })
    .await?;
    let folder = tempfile::tempdir()?;
    let instance = Instance::start(&emulator.endpoint(), REGION, INSTANCE, folder.path()).await?;
    let plugin = Plugin::start(&driver, folder.path(), &emulator.endpoint(), &instance.metadata)?;
    let outcome = judge(&sanity, &plugin, folder.path()).await;
    let log = plugin.stop()?;
    let left = instance.stop().await?;
    emulator.shutdown().await;
    outcome.with_context(|| format!("the driver said:\n{log}"))?;
    ensure!(left.is_empty(), "devices are left behind: {left:?}");
    Ok(())
}

/// Runs the suite.
async fn judge(sanity: &Path, plugin: &Plugin, folder: &Path) -> Result<()> {
    plugin.wait_until_served().await?;
    let mut command = Command::new(sanity);
    command
        .arg(format!("--csi.endpoint={}", plugin.socket.display()))
        .arg(format!("--csi.mountdir={}", folder.join("mount").display()))
        .arg(format!("--csi.stagingdir={}", folder.join("staging").display()))
        .args(["--csi.testvolumesize=1073741824", "--ginkgo.no-color"])
        .current_dir(folder);
    let output: Output = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    eprintln!(
        "{}",
        said.lines()
            .rev()
            .take(8)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n")
    );
    ensure!(output.status.success(), "{said}");
    ensure!(said.contains(" Passed"), "no case ran: {said}");
    Ok(())
}

/// The driver, as a process.
struct Plugin {
    process: Child,
    socket: PathBuf,
    log: PathBuf,
}

impl Plugin {
    fn start(driver: &Path, folder: &Path, endpoint: &str, metadata: &str) -> Result<Self> {
        let (socket, log) = (folder.join("csi.sock"), folder.join("driver.log"));
        let process = Command::new(driver)
            .args([
                "all",
                "--batching",
                "--v=4",
                "--modify-volume-request-handler-timeout=100ms",
            ])
            .arg(format!("--endpoint=unix://{}", socket.display()))
            .arg(format!("--dev-dir={}", folder.join("dev").display()))
            .env("AWS_REGION", REGION)
            .env("AWS_EC2_ENDPOINT", endpoint)
            .env("AWS_ACCESS_KEY_ID", "seatrial")
            .env("AWS_SECRET_ACCESS_KEY", "seatrial")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata)
            .stdin(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()?;
        Ok(Self { process, socket, log })
    }

    async fn wait_until_served(&self) -> Result<()> {
        let served = async {
            while tokio::net::UnixStream::connect(&self.socket).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(START, served).await.is_err() {
            bail!("the driver does not serve: {}", std::fs::read_to_string(&self.log)?);
        }
        Ok(())
    }

    /// Stops it as Kubernetes does; what it logged.
    fn stop(mut self) -> Result<String> {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        let status = self.process.wait()?;
        let log = std::fs::read_to_string(&self.log)?;
        ensure!(status.success(), "the driver ended with {status}:\n{log}");
        ensure!(!self.socket.exists(), "the driver left its socket");
        Ok(log)
    }
}
