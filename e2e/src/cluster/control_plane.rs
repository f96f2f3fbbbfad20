//! etcd, kube-apiserver, kube-controller-manager, kube-scheduler: child processes in the VPC's namespace.

use super::{Cluster, ClusterError, SERVICE_CIDR, SERVICE_IP};
use crate::process::Program;
use crate::toolchain::Toolchain;
use std::path::PathBuf;

/// Starts the four programs; they wait for one another by themselves.
pub(super) fn start(cluster: &Cluster, tools: &Toolchain) -> Result<(), ClusterError> {
    let in_vpc = |label: &str, path: PathBuf, args: Vec<String>| {
        let namespace = Some(cluster.network.vpc());
        cluster.processes.start(&Program {
            label: label.into(),
            path,
            args,
            namespace,
            env: Vec::new(),
        })
    };
    in_vpc("etcd", tools.etcd.clone(), etcd(cluster))?;
    in_vpc("kube-apiserver", tools.kube("kube-apiserver"), api_server(cluster))?;
    in_vpc(
        "kube-controller-manager",
        tools.kube("kube-controller-manager"),
        controller_manager(cluster),
    )?;
    in_vpc("kube-scheduler", tools.kube("kube-scheduler"), scheduler(cluster))
}

fn etcd(cluster: &Cluster) -> Vec<String> {
    let data = cluster.state.join("etcd").display().to_string();
    [
        "--unsafe-no-fsync",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--log-level=warn",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([format!("--data-dir={data}")])
    .collect()
}

fn api_server(cluster: &Cluster) -> Vec<String> {
    let pki = |file: &str| cluster.pki_path(file);
    let address = cluster.plan.api_server();
    let mut args = [
        "--etcd-servers=http://127.0.0.1:2379",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--enable-bootstrap-token-auth=false",
        "--profiling=false",
    ]
    .map(str::to_owned)
    .to_vec();
    args.extend([
        format!("--bind-address={address}"),
        format!("--advertise-address={address}"),
        "--secure-port=6443".to_owned(),
        format!("--service-cluster-ip-range={SERVICE_CIDR}"),
        format!("--client-ca-file={}", pki("ca.crt")),
        format!("--tls-cert-file={}", pki("apiserver.crt")),
        format!("--tls-private-key-file={}", pki("apiserver.key")),
        format!("--kubelet-certificate-authority={}", pki("ca.crt")),
        format!("--kubelet-client-certificate={}", pki("admin.crt")),
        format!("--kubelet-client-key={}", pki("admin.key")),
        format!("--service-account-key-file={}", pki("service-accounts.pub")),
        format!("--service-account-signing-key-file={}", pki("service-accounts.key")),
    ]);
    args
}

fn controller_manager(cluster: &Cluster) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", cluster.pki_path("controller-manager.conf")),
        "--leader-elect=false".to_owned(),
        "--use-service-account-credentials=true".to_owned(),
        format!("--root-ca-file={}", cluster.pki_path("ca.crt")),
        format!(
            "--service-account-private-key-file={}",
            cluster.pki_path("service-accounts.key")
        ),
        "--bind-address=127.0.0.1".to_owned(),
        "--profiling=false".to_owned(),
    ]
}

fn scheduler(cluster: &Cluster) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", cluster.pki_path("scheduler.conf")),
        "--leader-elect=false".to_owned(),
        "--bind-address=127.0.0.1".to_owned(),
        "--profiling=false".to_owned(),
    ]
}

/// The names that the API server's certificate is good for.
pub(super) fn api_server_names(cluster: &Cluster) -> Vec<String> {
    let address = cluster.plan.api_server().to_string();
    [
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "localhost",
        "127.0.0.1",
        SERVICE_IP,
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([address])
    .collect()
}
