//! The servers under measurement, each in a process of its own: the emulator, moto, HAProxy.

use anyhow::{Context, Result, ensure};
use aws_api::Aws;
use seatrial_e2e::address_plan::AddressPlan;
use seatrial_e2e::certificate::ImportedCertificate;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{AWS, answers, free_port};
use seatrial_e2e::process::{Processes, Program};
use seatrial_e2e::progress::Progress;
use seatrial_e2e::toolchain::{Toolchain, peers};
use seatrial_e2e::usage::Usage;
use seatrial_e2e::world::{CERTIFIED, REGION, world};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpStream;

const GRACE: Duration = Duration::from_secs(5);

/// Where servers are started, and stopped.
pub(crate) struct Lab {
    aws: PathBuf,
    folder: TempDir,
    processes: Processes,
}

/// A server: where it is reached, and its process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pid: u32,
}

impl Peer {
    /// The same process, reached elsewhere.
    pub(crate) fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// What it has cost so far.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Ok(Usage::of(self.pid)?)
    }

    /// A client of the AWS that it is.
    pub(crate) async fn aws(&self) -> Aws {
        aws_sdk::connect_to(&format!("http://{}", self.address), REGION).await
    }
}

impl Lab {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            aws: Toolchain::binary(AWS, Progress::Lines)?,
            processes: Processes::of(folder.path()),
            folder,
        })
    }

    /// The emulator without a past, and the seconds until it answered. Its load balancers get addresses of the loopback network.
    pub(crate) async fn emulator(&self) -> Result<(Peer, f64)> {
        let world_file = self.file("world.yaml");
        let imported = ImportedCertificate::of(&CERTIFIED)?;
        std::fs::write(&world_file, world(&plan(), &imported).to_string())?;
        let data = self.file("aws");
        // The journal of an earlier start would be replayed.
        let _not_there = std::fs::remove_dir_all(&data);
        let address = free_port(0)?;
        let program = Program {
            label: AWS.into(),
            path: self.aws.clone(),
            args: vec![
                format!("--listen={address}"),
                format!("--data-dir={}", data.display()),
                format!("--world={}", world_file.display()),
            ],
            ..Program::default()
        };
        let began = Instant::now();
        self.processes.start(&program)?;
        while !answers(address, "/_seatrial/health") {
            ensure!(
                began.elapsed() < Duration::from_secs(10),
                self.processes.last_words(AWS)
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = began.elapsed().as_secs_f64();
        Ok((self.peer(AWS, address)?, took))
    }

    /// moto's server, with its default VPC.
    pub(crate) async fn moto(&self) -> Result<Peer> {
        let address = free_port(0)?;
        self.processes.start(&Program {
            label: "moto".into(),
            path: peers(Progress::Lines)?.join("moto_server"),
            args: vec![format!("-H{}", address.ip()), format!("-p{}", address.port())],
            ..Program::default()
        })?;
        wait_for("moto", 30, async || answers(address, "/moto-api/data.json")).await?;
        self.peer("moto", address)
    }

    /// HAProxy with one thread in front of `target`.
    pub(crate) async fn haproxy(&self, program: PathBuf, target: SocketAddr) -> Result<Peer> {
        let address = free_port(0)?;
        let file = self.file("haproxy.cfg");
        let config = format!(
            "global\n nbthread 1\n maxconn 4096\n\
             defaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n\
             listen relay\n bind {address}\n server target {target}\n"
        );
        std::fs::write(&file, config)?;
        self.processes.start(&Program {
            label: "haproxy".into(),
            path: program,
            args: vec!["-db".into(), "-f".into(), file.display().to_string()],
            ..Program::default()
        })?;
        wait_for("haproxy", 10, async || TcpStream::connect(address).await.is_ok()).await?;
        self.peer("haproxy", address)
    }

    /// Stops all that was started.
    pub(crate) async fn stop(&self) {
        self.processes.stop(&self.processes.labels(), GRACE).await;
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn peer(&self, label: &str, address: SocketAddr) -> Result<Peer> {
        let ended = || format!("{label} has ended: {}", self.processes.last_words(label));
        let pid = self.processes.pid(label).with_context(ended)?;
        Ok(Peer { address, pid })
    }
}

/// The program, if it is installed.
pub(crate) fn installed_haproxy() -> Option<PathBuf> {
    let path = PathBuf::from("/usr/sbin/haproxy");
    path.exists().then_some(path)
}

fn plan() -> AddressPlan {
    AddressPlan::new(127, 64, 2)
}

/// An address within the emulator's VPC that a target may have.
pub(crate) fn target_address() -> Ipv4Addr {
    plan().zones[0].node
}
