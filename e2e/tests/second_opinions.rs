//! boto3 against the emulator: a client that shares no code with it.

use anyhow::{Result, ensure};
use emulator::{Config, Emulator};
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::{checkout, peers};
use std::process::Command;

#[tokio::test]
async fn boto3_finds_an_aws() -> Result<()> {
    let programs = peers(Progress::Lines)?;
    let emulator = Emulator::start(Config {
        data_plane: None,
        ..Config::default()
    })
    .await?;
    let mut pytest = Command::new(programs.join("pytest"));
    pytest
        .args(["-q", "-p", "no:cacheprovider"])
        .arg(checkout().join("e2e/peers"));
    pytest
        .env("AWS_ENDPOINT_URL", emulator.endpoint())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = tokio::task::spawn_blocking(move || pytest.output()).await??;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    emulator.shutdown().await;
    ensure!(output.status.success(), "{said}");
    ensure!(said.contains(" passed"), "no test ran: {said}");
    Ok(())
}
