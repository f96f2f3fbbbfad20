//! An instance of Seatrial: emulated AWS, cluster, controllers. `seatrial up`, the suites and the benchmarks start it the same way.

use crate::certificate::ImportedCertificate;
use crate::cluster::{Cluster, ClusterError, wait_for};
use crate::process::Program;
use crate::progress::Progress;
use crate::toolchain::{Toolchain, ToolchainError};
use crate::world::{CERTIFIED, CLUSTER, REGION, VPC, world};
use controllers_api::ingress_class_params::IngressClassParams;
use controllers_api::target_group_binding::TargetGroupBinding;
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
/// File of the authority that signed what is imported into ACM.
const AUTHORITY: &str = "acm-authority.pem";
const ZONES: u8 = 2;
/// The label of the controller of Ingresses.
pub const INGRESS_CONTROLLER: &str = "ingress-controller";
/// The controllers' labels.
pub const CONTROLLERS: [&str; 3] = [
    "service-controller",
    INGRESS_CONTROLLER,
    "targetgroupbinding-controller",
];

/// What went wrong with an instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// A program could not be had.
    #[error("could not get the programs")]
    Toolchain(#[from] ToolchainError),
    /// The cluster did not start.
    #[error("could not start the cluster")]
    Cluster(#[from] ClusterError),
    /// The certificate that is imported into ACM could not be made.
    #[error("could not make a certificate")]
    Certificate(#[source] rcgen::Error),
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

/// How an instance differs from the usual one.
#[derive(Debug, Clone)]
pub struct Setup {
    /// How many of the two zones get a node; none where no pod has to run.
    pub nodes: usize,
    /// Flags of all controllers, beside their usual ones.
    pub flags: Vec<String>,
    /// Flags of the ingress-controller alone.
    pub ingress_flags: Vec<String>,
    /// Another AWS than the emulated one.
    pub aws: Option<OtherAws>,
    /// A folder with other builds of the controllers than this profile's.
    pub controllers: Option<PathBuf>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            nodes: usize::from(ZONES),
            flags: Vec::new(),
            ingress_flags: Vec::new(),
            aws: None,
            controllers: None,
        }
    }
}

/// An AWS that is there already, such as another emulator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OtherAws {
    /// Its URL.
    pub endpoint: String,
    /// The VPC of the cluster in it.
    pub vpc: String,
    /// The name that the cluster has there.
    pub cluster_name: String,
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
    webhooks: SocketAddr,
    flags: Vec<String>,
    ingress_flags: Vec<String>,
    other_aws: Option<OtherAws>,
    controllers: Option<PathBuf>,
}

impl Instance {
    /// Starts everything. On failure what had started is stopped again.
    ///
    /// # Errors
    /// When a program cannot be had, started, or is not ready in time.
    pub async fn start(name: &str, state: &Path, setup: Setup, progress: Progress) -> Result<Self, InstanceError> {
        let tools = Toolchain::ensure(progress)?;
        let nodes = setup.nodes;
        let settings = Settings::choose(setup)?;
        let cluster = Cluster::create(name, state, ZONES)?;
        let instance = Self {
            cluster,
            tools,
            settings,
        };
        match instance.start_all(nodes, progress).await {
            Ok(()) => Ok(instance),
            Err(error) => {
                instance.cluster.processes().print_last_words();
                instance.cluster.stop().await;
                Err(error)
            }
        }
    }

    async fn start_all(&self, nodes: usize, progress: Progress) -> Result<(), InstanceError> {
        let imported = ImportedCertificate::of(&CERTIFIED).map_err(InstanceError::Certificate)?;
        self.write("settings.json", &serde_json::json!(self.settings).to_string())?;
        self.write("world.yaml", &world(self.cluster.plan(), &imported).to_string())?;
        self.write(AUTHORITY, &imported.authority)?;
        if self.settings.other_aws.is_none() {
            self.start_aws()?;
        }
        self.cluster.start(&self.tools, nodes, DNS_SUFFIX, progress).await?;
        let step = progress.step("starting the emulated AWS and the controllers");
        if self.settings.other_aws.is_none() {
            self.aws_ready().await?;
        }
        for definition in [TargetGroupBinding::crd(), IngressClassParams::crd()] {
            self.cluster.apply(&serde_json::json!(definition).to_string()).await?;
        }
        for label in CONTROLLERS {
            self.start_controller(label)?;
        }
        for label in CONTROLLERS {
            self.ready(label).await?;
        }
        step.done();
        Ok(())
    }

    /// Awaits that a controller says that it is ready.
    ///
    /// # Errors
    /// When it does not within half a minute.
    pub async fn ready(&self, label: &str) -> Result<(), InstanceError> {
        let health = self.settings.health[index(label)];
        Ok(wait_for(label, 30, async || answers(health, "/readyz")).await?)
    }

    /// Awaits that the emulated AWS answers.
    ///
    /// # Errors
    /// When it does not within ten seconds.
    pub async fn aws_ready(&self) -> Result<(), InstanceError> {
        Ok(wait_for(AWS, 10, async || answers(self.settings.aws, "/_seatrial/health")).await?)
    }

    /// Where the emulated AWS listens.
    #[must_use]
    pub fn aws_address(&self) -> SocketAddr {
        self.settings.aws
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
        let index = index(label);
        let other = self.settings.other_aws.as_ref();
        let (vpc, cluster_name) = other.map_or((VPC, CLUSTER), |other| (&other.vpc, &other.cluster_name));
        let mut args = vec![
            format!("--aws-region={REGION}"),
            format!("--aws-vpc-id={vpc}"),
            format!("--cluster-name={cluster_name}"),
            format!("--kubeconfig={}", self.cluster.kubeconfig().display()),
            format!("--metrics-bind-addr={}", self.settings.metrics[index]),
            format!("--health-probe-bind-addr={}", self.settings.health[index]),
            "--leader-election-namespace=kube-system".to_owned(),
            format!("--leader-election-identity={label}"),
        ];
        args.extend(self.settings.flags.iter().cloned());
        if label == INGRESS_CONTROLLER {
            args.push(format!("--webhook-bind-port={}", self.settings.webhooks.port()));
            args.extend(self.settings.ingress_flags.iter().cloned());
        }
        let env = vec![
            ("AWS_ENDPOINT_URL".to_owned(), self.endpoint()),
            ("AWS_ACCESS_KEY_ID".to_owned(), "seatrial".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "seatrial".to_owned()),
        ];
        let other_build = self.settings.controllers.as_ref();
        let path = other_build.map_or_else(|| self.tools.binaries.path(label), |folder| folder.join(label));
        Ok(self.cluster.processes().start(&Program {
            label: label.into(),
            path,
            args,
            env,
            namespace: None,
        })?)
    }

    /// URL of the AWS.
    #[must_use]
    pub fn endpoint(&self) -> String {
        endpoint(&self.settings)
    }

    /// A client of the AWS, without client-side rates.
    pub async fn aws(&self) -> aws_sdk::Aws {
        aws_sdk::connect_to(&self.endpoint(), REGION).await
    }

    /// The programs.
    #[must_use]
    pub fn tools(&self) -> &Toolchain {
        &self.tools
    }

    /// Where the API server reaches the webhooks of the ingress-controller.
    #[must_use]
    pub fn webhooks(&self) -> SocketAddr {
        let (host, _) = self.cluster.plan().host_link();
        SocketAddr::new(host.into(), self.settings.webhooks.port())
    }

    /// Where a controller serves its metrics.
    #[must_use]
    pub fn metrics(&self, label: &str) -> SocketAddr {
        self.settings.metrics[index(label)]
    }

    /// The certificate, PEM, of the authority that signed what is imported into ACM.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        authority(self.cluster.state())
    }

    fn write(&self, file: &str, content: &str) -> Result<(), InstanceError> {
        let path = self.cluster.state().join(file);
        std::fs::write(&path, content).map_err(|source| InstanceError::State { path, source })
    }
}

impl Settings {
    fn choose(setup: Setup) -> Result<Self, InstanceError> {
        let ports = || {
            (0..CONTROLLERS.len())
                .map(|_| free_port(0))
                .collect::<Result<Vec<_>, _>>()
        };
        // 4566 is where users of other emulators look first.
        let aws = free_port(4566).or_else(|_| free_port(0))?;
        Ok(Self {
            aws,
            health: ports()?,
            metrics: ports()?,
            webhooks: free_port(0)?,
            flags: setup.flags,
            ingress_flags: setup.ingress_flags,
            other_aws: setup.aws,
            controllers: setup.controllers,
        })
    }
}

fn endpoint(settings: &Settings) -> String {
    let other = settings.other_aws.as_ref();
    other.map_or_else(|| format!("http://{}", settings.aws), |other| other.endpoint.clone())
}

/// A controller's place in the lists of addresses.
fn index(label: &str) -> usize {
    let place = CONTROLLERS.iter().position(|controller| *controller == label);
    place.unwrap_or_default()
}

/// URL of the emulated AWS of an instance that is recorded in a state folder.
#[must_use]
pub fn recorded_endpoint(state: &Path) -> Option<String> {
    let settings = std::fs::read(state.join("settings.json")).ok()?;
    Some(endpoint(&serde_json::from_slice(&settings).ok()?))
}

/// The authority's certificate of an instance that is recorded in a state folder; see [`Instance::authority`].
#[must_use]
pub fn authority(state: &Path) -> PathBuf {
    state.join(AUTHORITY)
}

/// A port of 127.0.0.1 that nobody listens on: `wanted`, or any for 0.
///
/// # Errors
/// When it cannot be bound.
pub fn free_port(wanted: u16) -> Result<SocketAddr, InstanceError> {
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
    request(address, "GET", path, "")
}

/// A request on a connection of its own; the whole response.
///
/// # Errors
/// As [`get`].
pub fn request(address: SocketAddr, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let timeout = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
