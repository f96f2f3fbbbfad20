//! Calls meet the faults that were asked for.

use crate::client::{authorization, call, page, try_call};
use seatrial_aws::{Config, Effect, Emulator, Fault, Moment};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const FAULTS: &str = "/_seatrial/faults";
const CREATE: &str = "Action=CreateSecurityGroup&GroupName=mine&GroupDescription=d&VpcId=vpc-0a000000000000001";

async fn is_made(address: SocketAddr) -> bool {
    let (status, groups) = call(address, "ec2", "Action=DescribeSecurityGroups").await;
    assert_eq!(status, 200, "{groups}");
    groups.contains("<groupName>mine</groupName>")
}

async fn put(address: SocketAddr, faults: &str) {
    let (status, body) = page(address, "PUT", FAULTS, faults).await;
    assert_eq!(status, 200, "{body}");
}

async fn until_met(emulator: &Emulator) {
    while emulator.faults()[0].hits == 0 {
        tokio::task::yield_now().await;
    }
}

fn at(moment: Moment, effect: Effect) -> Fault {
    Fault {
        action: None,
        reads: false,
        skip: 0,
        times: Some(1),
        moment,
        effect,
    }
}

async fn started() -> Emulator {
    Emulator::start(Config::default()).await.unwrap()
}

#[tokio::test]
async fn an_error_stands_for_the_answer_before_or_after_the_call_is_carried_out() {
    for (moment, made) in [("before", false), ("after", true)] {
        let emulator = started().await;
        let effect = r#"{"error": {"code": "RequestLimitExceeded", "message": "slow down", "status": 503}}"#;
        let list =
            format!(r#"[{{"action": "CreateSecurityGroup", "times": 1, "moment": "{moment}", "effect": {effect}}}]"#);
        put(emulator.address(), &list).await;
        let (status, body) = call(emulator.address(), "ec2", CREATE).await;
        assert_eq!(status, 503);
        assert!(
            body.contains("<Code>RequestLimitExceeded</Code><Message>slow down</Message>"),
            "{body}"
        );
        assert_eq!(is_made(emulator.address()).await, made, "{moment}");
        assert!(
            emulator
                .counters()
                .contains(r#""CreateSecurityGroup":{"RequestLimitExceeded":1}"#)
        );
        let (status, _) = call(emulator.address(), "ec2", CREATE).await;
        assert_eq!(status, if made { 400 } else { 200 }, "the fault is over");
        let (_, shown) = page(emulator.address(), "GET", FAULTS, "").await;
        assert!(shown.contains(r#""hits":1,"matched":2"#), "{shown}");
    }
}

#[tokio::test]
async fn a_call_is_held_until_the_list_is_replaced() {
    for (moment, made) in [(Moment::Before, false), (Moment::After, true)] {
        let emulator = started().await;
        emulator.set_faults(vec![at(moment, Effect::Hold)]).unwrap();
        let address = emulator.address();
        let held = tokio::spawn(async move { call(address, "ec2", CREATE).await });
        until_met(&emulator).await;
        assert_eq!(is_made(address).await, made, "reads go on, and show {moment:?}");
        assert!(!held.is_finished());
        let (status, left) = page(address, "DELETE", FAULTS, "").await;
        assert_eq!((status, left.as_str()), (200, "[]"));
        assert_eq!(held.await.unwrap().0, 200);
        assert!(is_made(address).await);
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_before_its_call_is_carried_out_has_called_in_vain() {
    for (moment, made) in [(Moment::Before, false), (Moment::After, true)] {
        let emulator = started().await;
        emulator.set_faults(vec![at(moment, Effect::Hold)]).unwrap();
        let mut client = TcpStream::connect(emulator.address()).await.unwrap();
        let (signature, length) = (authorization("ec2"), CREATE.len());
        let request = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nauthorization: {signature}\r\ncontent-length: {length}\r\n\r\n{CREATE}"
        );
        client.write_all(request.as_bytes()).await.unwrap();
        until_met(&emulator).await;
        drop(client);
        put(emulator.address(), "[]").await;
        assert_eq!(is_made(emulator.address()).await, made, "{moment:?}");
    }
}

#[tokio::test]
async fn delays_and_holds_end_with_the_emulator() {
    for effect in [Effect::Hold, Effect::DelayMilliseconds(u64::MAX)] {
        let emulator = started().await;
        emulator.set_faults(vec![at(Moment::Before, effect)]).unwrap();
        let address = emulator.address();
        let held = tokio::spawn(async move { call(address, "ec2", CREATE).await });
        until_met(&emulator).await;
        emulator.shutdown().await;
        assert_eq!(held.await.unwrap().0, 200);
    }
}

#[tokio::test]
async fn a_delay_lasts_as_long_as_was_asked_for() {
    let emulator = started().await;
    put(emulator.address(), r#"[{"effect": {"delayMilliseconds": 50}}]"#).await;
    let began = Instant::now();
    let (status, _) = call(emulator.address(), "ec2", CREATE).await;
    assert_eq!(status, 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_list_that_is_refused_leaves_the_old_one() {
    let emulator = started().await;
    put(emulator.address(), r#"[{"effect": "hold"}]"#).await;
    let (status, body) = page(emulator.address(), "PUT", FAULTS, r#"[{"effect": "hold", "skp": 1}]"#).await;
    assert_eq!(status, 400);
    assert!(body.starts_with("[0].skp: unknown field"), "{body}");
    assert_eq!(emulator.faults().len(), 1);
    let (status, _) = page(emulator.address(), "POST", FAULTS, "[]").await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn a_kill_ends_the_process_and_a_restart_knows_what_was_carried_out() {
    for (moment, made) in [("before", false), ("after", true)] {
        let directory = tempfile::tempdir().unwrap();
        let (mut first, address) = Process::start(directory.path());
        put(address, &format!(r#"[{{"moment": "{moment}", "effect": "kill"}}]"#)).await;
        try_call(address, "ec2", CREATE).await.unwrap_err();
        let ended = first.child.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9));
        let (_second, address) = Process::start(directory.path());
        assert_eq!(is_made(address).await, made, "{moment}");
    }
}

/// A seatrial-aws as a process of its own.
struct Process {
    child: Child,
    /// Kept open: it goes on logging.
    _log: BufReader<ChildStderr>,
}

impl Process {
    /// Starts it, and reads in its log where it listens.
    fn start(data_dir: &Path) -> (Self, SocketAddr) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_seatrial-aws"))
            .args(["--listen=127.0.0.1:0", "--log-json", "--data-dir"])
            .arg(data_dir)
            .env("RUST_LOG", "info")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended without an endpoint");
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(endpoint) = entry["fields"]["endpoint"].as_str() {
                break endpoint.strip_prefix("http://").unwrap().parse().unwrap();
            }
        };
        (Self { child, _log: log }, address)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}
