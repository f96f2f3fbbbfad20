//! A node: containerd, kubelet and kube-proxy under their own roots, in the node's network namespace.

use super::images::Image;
use super::pki::{Authority, Subject};
use super::{CLUSTER_DNS, Cluster, ClusterError};
use crate::address_plan::ZonePlan;
use crate::host::run;
use crate::process::Program;
use crate::toolchain::Toolchain;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A node of a cluster, by its index.
pub(super) struct Node<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) zone: &'a ZonePlan,
    pub(super) index: usize,
}

impl Node<'_> {
    /// Its name in Kubernetes.
    pub(super) fn name(&self) -> String {
        format!("node-{}", self.index)
    }

    fn root(&self) -> PathBuf {
        self.cluster.state.join(self.name())
    }

    fn path(&self, file: &str) -> String {
        self.root().join(file).display().to_string()
    }

    fn socket(&self) -> String {
        self.path("containerd.sock")
    }

    fn start_program(&self, kind: &str, path: PathBuf, args: Vec<String>) -> Result<(), ClusterError> {
        let namespace = Some(self.cluster.network.node(self.index));
        let label = format!("{}-{kind}", self.name());
        self.cluster.processes.start(&Program {
            label,
            path,
            args,
            namespace,
            env: Vec::new(),
        })
    }

    /// Writes the node's files and starts containerd, which needs no API server.
    pub(super) fn start_containerd(&self) -> Result<(), ClusterError> {
        for folder in ["cni", "kubelet", "containerd", "run", "manifests"] {
            let path = self.root().join(folder);
            std::fs::create_dir_all(&path).map_err(|source| ClusterError::State { path, source })?;
        }
        self.write("containerd.toml", &self.containerd_config())?;
        self.write("cni/10-seatrial.conflist", &self.cni_config().to_string())?;
        let config = self.path("containerd.toml");
        self.start_program(
            "containerd",
            "/usr/bin/containerd".into(),
            vec!["--config".into(), config],
        )
    }

    /// Signs the node's certificates and starts kubelet and kube-proxy.
    pub(super) fn start_kubelet(&self, authority: &Authority, tools: &Toolchain) -> Result<(), ClusterError> {
        let name = self.name();
        let user = format!("system:node:{name}");
        let subject = Subject {
            file: &name,
            name: &user,
            groups: &["system:nodes"],
            hosts: vec![name.clone(), self.zone.node.to_string()],
        };
        let kubeconfig = authority
            .kubeconfig(&self.cluster.server(), &subject)?
            .display()
            .to_string();
        self.write("kubelet.json", &self.kubelet_config(authority).to_string())?;
        self.write("kube-proxy.json", &self.proxy_config().to_string())?;
        let labels = format!(
            "topology.kubernetes.io/zone={0},topology.kubernetes.io/region=us-west-2",
            self.zone.zone
        );
        self.start_program(
            "kubelet",
            tools.kube("kubelet"),
            vec![
                format!("--config={}", self.path("kubelet.json")),
                format!("--kubeconfig={kubeconfig}"),
                format!("--root-dir={}", self.path("kubelet")),
                format!("--hostname-override={name}"),
                format!("--node-ip={}", self.zone.node),
                format!("--node-labels={labels}"),
            ],
        )?;
        self.start_program(
            "kube-proxy",
            tools.kube("kube-proxy"),
            vec![
                format!("--config={}", self.path("kube-proxy.json")),
                format!("--hostname-override={name}"),
            ],
        )
    }

    /// Puts images into containerd's store, once it answers.
    pub(super) async fn import(&self, images: &[(Image<'_>, PathBuf)]) -> Result<(), ClusterError> {
        let socket = self.socket();
        super::wait_for(&format!("containerd of {}", self.name()), 20, async || {
            run(&format!("ctr --address {socket} version")).is_ok()
        })
        .await?;
        for (_, archive) in images {
            run(&format!(
                "ctr --address {socket} --namespace k8s.io images import {}",
                archive.display()
            ))?;
        }
        Ok(())
    }

    fn write(&self, file: &str, text: &str) -> Result<(), ClusterError> {
        let path = self.root().join(file);
        std::fs::write(&path, text).map_err(|source| ClusterError::State { path, source })
    }

    fn containerd_config(&self) -> String {
        format!(
            r#"version = 2
root = "{root}"
state = "{run}"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt"]
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  sandbox_image = "seatrial.test/pause:1"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "{runc}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{cni}"
"#,
            root = self.path("containerd"),
            run = self.path("run"),
            runc = self.path("runc"),
            socket = self.socket(),
            cni = self.path("cni"),
        )
    }

    fn cni_config(&self) -> Value {
        json!({
            "cniVersion": "0.4.0",
            "name": "seatrial",
            "plugins": [
                {
                    "type": "bridge",
                    "bridge": "pods",
                    "isGateway": true,
                    "hairpinMode": true,
                    "ipMasq": false,
                    "ipam": {
                        "type": "host-local",
                        "dataDir": self.path("ipam"),
                        "ranges": [[{ "subnet": self.zone.pods.to_string() }]],
                        "routes": [{ "dst": "0.0.0.0/0" }],
                    },
                },
                { "type": "portmap", "capabilities": { "portMappings": true } },
            ],
        })
    }

    fn kubelet_config(&self, authority: &Authority) -> Value {
        let name = self.name();
        let zone = self.zone;
        let nothing = json!({ "memory.available": "0%", "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%" });
        json!({
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {
                "anonymous": { "enabled": false },
                "webhook": { "enabled": true },
                "x509": { "clientCAFile": authority.path("ca.crt") },
            },
            "authorization": { "mode": "Webhook" },
            "tlsCertFile": authority.path(&format!("{name}.crt")),
            "tlsPrivateKeyFile": authority.path(&format!("{name}.key")),
            "containerRuntimeEndpoint": format!("unix://{}", self.socket()),
            // Forgives sysctls and rlimits that may not be set.
            "featureGates": { "KubeletInUserNamespace": true },
            "oomScoreAdj": 0,
            "cgroupDriver": "cgroupfs",
            "cgroupsPerQOS": false,
            "enforceNodeAllocatable": [],
            "failCgroupV1": false,
            "failSwapOn": false,
            "localStorageCapacityIsolation": false,
            "evictionHard": nothing,
            "providerID": format!("aws:///{}/{}", zone.zone, zone.instance_id),
            "clusterDNS": [CLUSTER_DNS],
            "clusterDomain": "cluster.local",
            "resolvConf": "",
            "maxPods": 200,
            "podLogsDir": self.path("pods"),
            "healthzPort": 0,
            "serializeImagePulls": false,
            "registerNode": true,
            "syncFrequency": "10s",
            "nodeStatusUpdateFrequency": "5s",
        })
    }

    fn proxy_config(&self) -> Value {
        json!({
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "clientConnection": { "kubeconfig": self.cluster.pki_path("kube-proxy.conf") },
            "mode": "iptables",
            "detectLocalMode": "BridgeInterface",
            "detectLocal": { "bridgeInterface": "pods" },
            "oomScoreAdj": 0,
            "conntrack": { "maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s" },
            // Zero would mean the default of one second, which every new endpoint would wait for.
            "iptables": { "minSyncPeriod": "50ms" },
            "metricsBindAddress": "127.0.0.1:10249",
        })
    }
}
