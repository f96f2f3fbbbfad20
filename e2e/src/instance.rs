//! An instance of Seatrial: emulated AWS, cluster, controllers. `seatrial up`, the suites and the benchmarks start it the same way.

use crate::cluster::{Cluster, ClusterError, wait_for};
use crate::process::Program;
use crate::progress::Progress;
use crate::toolchain::{Toolchain, ToolchainError};
use crate::world::{CLUSTER, REGION, VPC, world};
use kube::CustomResourceExt;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Suffix of load balancers' names: nobody's.
pub const DNS_SUFFIX: &str = "seatrial.test";
/// The emulated AWS's label among the processes.
pub const AWS: &str = "seatrial-aws";
/// The controllers' labels.
pub const CONTROLLERS: [&str; 2] = ["service-controller", "targetgroupbinding-controller"];

/// What went wrong with an instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// A program could not be had.
    #[error("could not get the programs")]
    Toolchain(#[from] ToolchainError),
    /// The cluster did not start.
    #[error("could not start the cluster")]
    Cluster(#[from] ClusterError),
    /// No port was free.
    #[error("could not find a free port on 127.0.0.1")]
    Port(#[source] std::io::Error),
    /// A file of the state folder.
    #[error("could not write {path}")]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// An instance, running or recorded.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its cluster.
    pub cluster: Cluster,
    tools: Toolchain,
    settings: Settings,
}

/// What is decided when the instance starts and holds until it ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settings {
    aws: SocketAddr,
    health: Vec<SocketAddr>,
    metrics: Vec<SocketAddr>,
    flags: Vec<String>,
}

impl Instance {
    /// Starts everything. On failure what had started is stopped again.
    ///
    /// `flags` are given to both controllers beside their usual ones.
    ///
    /// # Errors
    /// When a program cannot be had, started, or is not ready in time.
    pub async fn start(name: &str, state: &Path, flags: &[&str], progress: Progress) -> Result<Self, InstanceError> {
        let tools = Toolchain::ensure(progress)?;
        let settings = Settings::choose(flags)?;
        let cluster = Cluster::create(name, state, 2)?;
        let instance = Self {
            cluster,
            tools,
            settings,
        };
        match instance.start_all(progress).await {
            Ok(()) => Ok(instance),
            Err(error) => {
                instance.cluster.stop().await;
                Err(error)
            }
        }
    }

    async fn start_all(&self, progress: Progress) -> Result<(), InstanceError> {
        self.write("settings.json", &serde_json::json!(self.settings))?;
        self.write("world.yaml", &world(self.cluster.plan()))?;
        self.start_aws()?;
        self.cluster.start(&self.tools, DNS_SUFFIX, progress).await?;
        let step = progress.step("starting the emulated AWS and the controllers");
        wait_for(AWS, 10, async || answers(self.settings.aws, "/_seatrial/health")).await?;
        let definition = controllers_api::target_group_binding::TargetGroupBinding::crd();
        self.cluster.apply(&serde_json::json!(definition).to_string()).await?;
        for label in CONTROLLERS {
            self.start_controller(label)?;
        }
        for (label, health) in CONTROLLERS.iter().zip(&self.settings.health) {
            wait_for(label, 30, async || answers(*health, "/readyz")).await?;
        }
        step.done();
        Ok(())
    }

    /// Starts the emulated AWS, which finds its journal if it has one.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_aws(&self) -> Result<(), InstanceError> {
        let state = |file: &str| self.cluster.state().join(file).display().to_string();
        let args = vec![
            format!("--listen={}", self.settings.aws),
            format!("--data-dir={}", state("aws")),
            format!("--world={}", state("world.yaml")),
            format!("--netns=/run/netns/{}", self.cluster.network().vpc()),
            format!("--dns-suffix={DNS_SUFFIX}"),
            format!("--resolver={}:53", self.cluster.plan().resolver()),
        ];
        let path = self.tools.binaries.path(AWS);
        Ok(self.cluster.processes().start(&Program {
            label: AWS.into(),
            path,
            args,
            ..Program::default()
        })?)
    }

    /// Starts a controller as it would be started in EKS, but for the endpoint and the credentials in its environment.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_controller(&self, label: &str) -> Result<(), InstanceError> {
        let index = CONTROLLERS
            .iter()
            .position(|controller| *controller == label)
            .unwrap_or_default();
        let mut args = vec![
            format!("--aws-region={REGION}"),
            format!("--aws-vpc-id={VPC}"),
            format!("--cluster-name={CLUSTER}"),
            format!("--kubeconfig={}", self.cluster.kubeconfig().display()),
            format!("--metrics-bind-addr={}", self.settings.metrics[index]),
            format!("--health-probe-bind-addr={}", self.settings.health[index]),
            "--leader-election-namespace=kube-system".to_owned(),
            format!("--leader-election-identity={label}"),
        ];
        args.extend(self.settings.flags.iter().cloned());
        let env = vec![
            ("AWS_ENDPOINT_URL".to_owned(), self.endpoint()),
            ("AWS_ACCESS_KEY_ID".to_owned(), "seatrial".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "seatrial".to_owned()),
        ];
        let path = self.tools.binaries.path(label);
        Ok(self.cluster.processes().start(&Program {
            label: label.into(),
            path,
            args,
            env,
            namespace: None,
        })?)
    }

    /// URL of the emulated AWS.
    #[must_use]
    pub fn endpoint(&self) -> String {
        endpoint(&self.settings)
    }

    /// The programs.
    #[must_use]
    pub fn tools(&self) -> &Toolchain {
        &self.tools
    }

    /// Where a controller serves its metrics.
    #[must_use]
    pub fn metrics(&self, label: &str) -> Option<SocketAddr> {
        let index = CONTROLLERS.iter().position(|controller| *controller == label)?;
        self.settings.metrics.get(index).copied()
    }

    fn write(&self, file: &str, value: &serde_json::Value) -> Result<(), InstanceError> {
        let path = self.cluster.state().join(file);
        std::fs::write(&path, value.to_string()).map_err(|source| InstanceError::State { path, source })
    }
}

impl Settings {
    fn choose(flags: &[&str]) -> Result<Self, InstanceError> {
        let ports = || {
            (0..CONTROLLERS.len())
                .map(|_| free_port(0))
                .collect::<Result<Vec<_>, _>>()
        };
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        // 4566 is where users of other emulators look first.
        let aws = free_port(4566).or_else(|_| free_port(0))?;
        Ok(Self {
            aws,
            health: ports()?,
            metrics: ports()?,
            flags,
        })
    }
}

fn endpoint(settings: &Settings) -> String {
    format!("http://{}", settings.aws)
}

/// URL of the emulated AWS of an instance that is recorded in a state folder.
#[must_use]
pub fn recorded_endpoint(state: &Path) -> Option<String> {
    let settings = std::fs::read(state.join("settings.json")).ok()?;
    Some(endpoint(&serde_json::from_slice(&settings).ok()?))
}

fn free_port(wanted: u16) -> Result<SocketAddr, InstanceError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).map_err(InstanceError::Port)?;
    listener.local_addr().map_err(InstanceError::Port)
}

/// Whether a server answers a GET with 200.
#[must_use]
pub fn answers(address: SocketAddr, path: &str) -> bool {
    get(address, path).is_ok_and(|response| response.starts_with("HTTP/1.1 200"))
}

/// A GET on a connection of its own; the whole response.
///
/// # Errors
/// When it cannot be connected, or does not answer within two seconds.
pub fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let timeout = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
