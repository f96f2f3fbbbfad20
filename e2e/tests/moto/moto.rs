//! moto's server as a child process, and the script that builds and records the golden world in it.

use anyhow::{Context, Result, ensure};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::answers;
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::{checkout, peers};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Ids of the golden world by name.
pub(crate) type Ids = BTreeMap<String, String>;

/// A server of moto; it ends with its owner.
pub(crate) struct Moto {
    server: Child,
    address: SocketAddr,
    programs: PathBuf,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ended_already = self.server.kill();
        let _reaped = self.server.wait();
    }
}

impl Moto {
    pub(crate) async fn start() -> Result<Self> {
        let programs = peers(Progress::Lines)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let server = Command::new(programs.join("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let moto = Self {
            server,
            address,
            programs,
        };
        wait_for("moto's server", 30, async || answers(address, "/moto-api/")).await?;
        Ok(moto)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Builds the world.
    pub(crate) fn build(&self) -> Result<Ids> {
        Ok(serde_json::from_str(&self.script("build", "")?)?)
    }

    /// What is in the world now.
    pub(crate) fn record(&self, ids: &Ids) -> Result<Value> {
        Ok(serde_json::from_str(
            &self.script("record", &serde_json::to_string(ids)?)?,
        )?)
    }

    fn script(&self, what: &str, input: &str) -> Result<String> {
        let mut child = Command::new(self.programs.join("python"))
            .arg(checkout().join("e2e/peers/golden_world.py"))
            .arg(what)
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("a pipe")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "golden_world.py {what}: {complaint}");
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// A manifest with the ids that its annotations name.
pub(crate) fn with_ids(manifest: &Value, ids: &Ids) -> Value {
    let mut manifest = manifest.clone();
    let annotations = manifest
        .pointer_mut("/metadata/annotations")
        .and_then(Value::as_object_mut);
    for value in annotations.into_iter().flat_map(|all| all.values_mut()) {
        let part_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || letter == ':' || letter == '-';
        let text = value.as_str().unwrap_or_default();
        let (mut replaced, mut word) = (String::new(), String::new());
        for letter in text.chars().map(Some).chain([None]) {
            match letter {
                Some(letter) if part_of_a_name(letter) => word.push(letter),
                _ => {
                    replaced.push_str(ids.get(&word).unwrap_or(&word));
                    replaced.extend(letter);
                    word.clear();
                }
            }
        }
        *value = Value::String(replaced);
    }
    manifest
}
