//! moto's server as a child process, and the script that builds the golden world in it and records what becomes of it.

use anyhow::{Context, Result};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::answers;
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::{checkout, peers};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Ids of the golden world by name.
pub(crate) type Ids = BTreeMap<String, String>;

/// A child process that ends with its owner.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A server of moto with the golden world.
pub(crate) struct Moto {
    address: SocketAddr,
    recorder: Recorder,
    _server: Owned,
    /// The world's ids.
    pub(crate) ids: Ids,
}

impl Moto {
    pub(crate) async fn start() -> Result<Self> {
        let programs = peers(Progress::Lines)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut server = Command::new(programs.join("moto_server"));
        server.args(["-H", "127.0.0.1", "-p", &address.port().to_string()]);
        let server = Owned(server.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        wait_for("moto's server", 30, async || answers(address, "/moto-api/")).await?;
        let mut recorder = Recorder::start(&programs, address)?;
        Ok(Self {
            address,
            ids: recorder.answer()?,
            recorder,
            _server: server,
        })
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is in the world now.
    pub(crate) fn record(&mut self) -> Result<Value> {
        self.recorder.questions.write_all(b"\n")?;
        self.recorder.answer()
    }
}

/// The script: it answers each line with one of JSON.
struct Recorder {
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    _script: Owned,
}

impl Recorder {
    fn start(programs: &Path, address: SocketAddr) -> Result<Self> {
        let mut script = Command::new(programs.join("python"));
        script
            .arg(checkout().join("e2e/peers/golden_world.py"))
            .env("AWS_ENDPOINT_URL", format!("http://{address}"));
        let mut script = Owned(script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
        let (questions, answers) = script.0.stdin.take().zip(script.0.stdout.take()).context("no pipes")?;
        Ok(Self {
            questions,
            answers: BufReader::new(answers),
            _script: script,
        })
    }

    fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        serde_json::from_str(&line).context("golden_world.py has ended; its last words are above")
    }
}

/// A manifest with the ids that its annotations name, or all of it if it is for AWS alone.
pub(crate) fn with_ids(manifest: &Value, ids: &Ids) -> Value {
    let mut manifest = manifest.clone();
    let place = match manifest["kind"].as_str() {
        Some("IngressClassParams") => "/spec",
        _ => "/metadata/annotations",
    };
    if let Some(named) = manifest.pointer_mut(place) {
        replace_names(named, ids);
    }
    manifest
}

fn replace_names(value: &mut Value, ids: &Ids) {
    match value {
        Value::String(text) => *text = replaced(text, ids),
        Value::Array(list) => list.iter_mut().for_each(|item| replace_names(item, ids)),
        Value::Object(fields) => fields.values_mut().for_each(|item| replace_names(item, ids)),
        _ => {}
    }
}

/// A text with ids instead of the words that name them.
fn replaced(text: &str, ids: &Ids) -> String {
    let part_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || letter == ':' || letter == '-';
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
    replaced
}
