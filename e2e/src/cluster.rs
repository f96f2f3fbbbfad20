//! A real Kubernetes as child processes: etcd, control plane, and one node per zone in namespaces of its own.

mod containers;
mod control_plane;
mod dns;
mod images;
mod manifest;
pub mod network;
mod node;
mod pki;
mod teardown;

pub use manifest::ManifestError;

use crate::address_plan::AddressPlan;
use crate::host::HostError;
use crate::process::Processes;
use crate::progress::Progress;
use crate::toolchain::Toolchain;
use images::Image;
use k8s_openapi::api::core::v1::Node as KubeNode;
use kube::api::{Api, ListParams};
use kube::{Client, Config};
use network::Network;
use node::Node;
use pki::{Authority, Subject};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Addresses of Services; outside every VPC that is tried.
pub(crate) const SERVICE_CIDR: &str = "10.96.0.0/16";
const SERVICE_IP: &str = "10.96.0.1";
const CLUSTER_DNS: &str = "10.96.0.10";

/// What went wrong with a cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No free /16 was found.
    #[error("every private /16 overlaps a route of this host; remove a route or a VPN")]
    NoAddresses,
    /// Namespaces of this name are there.
    #[error("an instance named {0} is already on this host; stop it with `seatrial down`, or choose another name")]
    Taken(String),
    /// A file of the state folder.
    #[error("could not write {path}; check the disk and the rights")]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A program did not start.
    #[error("could not start {program}")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A network command failed.
    #[error("could not configure this host; run as root")]
    Host(#[from] HostError),
    /// A key or certificate could not be made.
    #[error("could not make a certificate")]
    Certificate(#[source] rcgen::Error),
    /// Something did not become ready.
    #[error("{what} was not ready after {seconds} s; see the logs in the state folder")]
    NotReady {
        /// What was awaited.
        what: String,
        /// For how long.
        seconds: u64,
    },
    /// A kubeconfig of ours could not be used.
    #[error("could not make a Kubernetes client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Manifests could not be applied.
    #[error("could not apply manifests")]
    Manifest(#[from] ManifestError),
}

/// A cluster, running or being started. What it is, is also in `<state>/cluster.json`.
#[derive(Debug, Clone)]
pub struct Cluster {
    name: String,
    state: PathBuf,
    plan: AddressPlan,
    network: Network,
    processes: Processes,
}

#[derive(Serialize, Deserialize)]
struct Record {
    name: String,
    plan: AddressPlan,
}

impl Cluster {
    fn with(name: &str, state: &Path, plan: AddressPlan) -> Self {
        let (network, processes) = (Network::of(name), Processes::of(state));
        Self {
            name: name.to_owned(),
            state: state.to_owned(),
            plan,
            network,
            processes,
        }
    }

    /// Chooses addresses, makes the network and records the instance; nothing runs yet.
    ///
    /// # Errors
    /// Without root, when the name is taken, or when no /16 is free.
    pub fn create(name: &str, state: &Path, zones: u8) -> Result<Self, ClusterError> {
        let _until_the_routes_are_there = lock_host()?;
        if !Network::of(name).namespaces().is_empty() {
            return Err(ClusterError::Taken(name.to_owned()));
        }
        let plan = network::free_plan(zones)?.ok_or(ClusterError::NoAddresses)?;
        let fault = |source| ClusterError::State {
            path: state.to_owned(),
            source,
        };
        std::fs::create_dir_all(state).map_err(fault)?;
        // Canonical, as the kernel shows it in mounts and command lines, by which teardown finds what is ours.
        let cluster = Self::with(name, &state.canonicalize().map_err(fault)?, plan);
        let record = Record {
            name: cluster.name.clone(),
            plan: cluster.plan.clone(),
        };
        let record = serde_json::to_vec(&record).map_err(|error| fault(error.into()))?;
        std::fs::write(cluster.state.join("cluster.json"), record).map_err(fault)?;
        cluster
            .network
            .create(&cluster.plan)
            .inspect_err(|_| cluster.network.remove())?;
        Ok(cluster)
    }

    /// The cluster that is recorded in a state folder, if there is one.
    #[must_use]
    pub fn recorded(state: &Path) -> Option<Self> {
        let state = state.canonicalize().ok()?;
        let text = std::fs::read(state.join("cluster.json")).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        Some(Self::with(&record.name, &state, record.plan))
    }

    /// Starts the control plane and a node in each of the first `nodes` zones, and waits until they are Ready.
    ///
    /// # Errors
    /// When a program does not start or is not ready in time.
    pub async fn start(
        &self,
        tools: &Toolchain,
        nodes: usize,
        dns_suffix: &str,
        progress: Progress,
    ) -> Result<(), ClusterError> {
        let step = progress.step("starting the control plane");
        let authority = self.sign()?;
        control_plane::start(self, tools)?;
        let nodes: Vec<Node<'_>> = self
            .plan
            .zones
            .iter()
            .take(nodes)
            .enumerate()
            .map(|(index, zone)| Node {
                cluster: self,
                zone,
                index,
            })
            .collect();
        for node in &nodes {
            node.start_containerd()?;
        }
        let images = self.write_images(tools)?;
        let client = self.client().await?;
        wait_for("kube-apiserver", 60, async || client.apiserver_version().await.is_ok()).await?;
        step.done();
        if nodes.is_empty() {
            return Ok(());
        }

        let step = progress.step(format!("starting {} nodes", nodes.len()));
        for node in &nodes {
            node.import(&images).await?;
            node.start_kubelet(&authority, tools)?;
        }
        let prepare = format!("{}---\n{}", ROLES, dns::manifests(dns_suffix, self.plan.resolver()));
        self.apply(&prepare).await?;
        let expected = nodes.len();
        wait_for("nodes", 90, async || ready_nodes(&client).await == expected).await?;
        step.done();
        Ok(())
    }

    fn sign(&self) -> Result<Authority, ClusterError> {
        let authority = Authority::create(&self.state.join("pki"))?;
        authority.sign(&Subject {
            file: "apiserver",
            name: "kube-apiserver",
            groups: &[],
            hosts: control_plane::api_server_names(self),
        })?;
        for (file, name, groups) in [
            ("admin", "seatrial-admin", &["system:masters"][..]),
            ("controller-manager", "system:kube-controller-manager", &[]),
            ("scheduler", "system:kube-scheduler", &[]),
            ("kube-proxy", "system:kube-proxy", &[]),
        ] {
            authority.kubeconfig(
                &self.server(),
                &Subject {
                    file,
                    name,
                    groups,
                    hosts: Vec::new(),
                },
            )?;
        }
        Ok(authority)
    }

    fn write_images<'a>(&self, tools: &'a Toolchain) -> Result<Vec<(Image<'a>, PathBuf)>, ClusterError> {
        let images = [
            (
                "pause",
                Image {
                    tag: "seatrial.test/pause:1",
                    program: &tools.pod,
                    path: "pod",
                    command: &["/pod", "pause"],
                },
            ),
            (
                "echo",
                Image {
                    tag: "seatrial.test/echo:1",
                    program: &tools.pod,
                    path: "pod",
                    command: &["/pod"],
                },
            ),
            (
                "coredns",
                Image {
                    tag: "seatrial.test/coredns:1",
                    program: &tools.coredns,
                    path: "coredns",
                    command: &["/coredns"],
                },
            ),
        ];
        let archive = |name: &str| self.state.join(format!("{name}.tar"));
        images
            .into_iter()
            .map(|(name, image)| image.write(&archive(name)).map(|()| (image, archive(name))))
            .collect()
    }

    /// The addresses.
    #[must_use]
    pub fn plan(&self) -> &AddressPlan {
        &self.plan
    }

    /// The namespaces and links.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Its processes, and those that others start beside them.
    #[must_use]
    pub fn processes(&self) -> &Processes {
        &self.processes
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The administrator's kubeconfig.
    #[must_use]
    pub fn kubeconfig(&self) -> PathBuf {
        self.state.join("pki/admin.conf")
    }

    fn server(&self) -> String {
        format!("https://{}:6443", self.plan.api_server())
    }

    fn pki_path(&self, file: &str) -> String {
        self.state.join("pki").join(file).display().to_string()
    }

    /// A client with the administrator's rights.
    ///
    /// # Errors
    /// When the kubeconfig cannot be read.
    pub async fn client(&self) -> Result<Client, ClusterError> {
        let kubeconfig = kube::config::Kubeconfig::read_from(self.kubeconfig())
            .map_err(|error| ClusterError::Client(error.into()))?;
        let config = Config::from_custom_kubeconfig(kubeconfig, &Default::default())
            .await
            .map_err(|error| ClusterError::Client(error.into()))?;
        Client::try_from(config).map_err(|error| ClusterError::Client(error.into()))
    }

    /// Applies YAML documents, as `kubectl apply --server-side` does.
    ///
    /// # Errors
    /// When a document is malformed or refused.
    pub async fn apply(&self, yaml: &str) -> Result<(), ClusterError> {
        Ok(manifest::apply(&self.client().await?, yaml).await?)
    }
}

/// kube-proxy's rights, and the API server's to reach kubelets: what kubeadm would give.
const ROLES: &str = r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "seatrial:node-proxier"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:node-proxier"}
subjects: [{kind: User, name: "system:kube-proxy", apiGroup: rbac.authorization.k8s.io}]
"#;

/// Held while addresses are chosen and taken, so that instances started at once do not choose the same.
fn lock_host() -> Result<std::fs::File, ClusterError> {
    let path = Path::new("/run");
    let locked = std::fs::File::open(path).and_then(|folder| folder.lock().map(|()| folder));
    locked.map_err(|source| ClusterError::State {
        path: path.to_owned(),
        source,
    })
}

async fn ready_nodes(client: &Client) -> usize {
    let Ok(nodes) = Api::<KubeNode>::all(client.clone()).list(&ListParams::default()).await else {
        return 0;
    };
    let ready = |node: &&KubeNode| {
        let conditions = node.status.iter().flat_map(|status| status.conditions.iter().flatten());
        conditions
            .into_iter()
            .any(|condition| condition.type_ == "Ready" && condition.status == "True")
    };
    nodes.items.iter().filter(ready).count()
}

/// Awaits a condition of something that offers nothing to wait on; asks every 50 ms.
///
/// # Errors
/// When it does not hold after `seconds`.
pub async fn wait_for(what: &str, seconds: u64, condition: impl AsyncFn() -> bool) -> Result<(), ClusterError> {
    let holds = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(seconds), holds).await;
    waited.map_err(|_| ClusterError::NotReady {
        what: what.to_owned(),
        seconds,
    })
}
