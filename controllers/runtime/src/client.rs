//! The Kubernetes client.

use crate::Args;
use kube::config::{InferConfigError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use std::path::Path;

/// Why there is no Kubernetes client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The file of `--kubeconfig`.
    #[error("cannot use the kubeconfig file")]
    Kubeconfig(#[source] KubeconfigError),
    /// Neither a kubeconfig nor a service account.
    #[error("no cluster: give --kubeconfig, or run in a pod with a service account")]
    Infer(#[source] InferConfigError),
    /// Certificates or proxy settings.
    #[error("cannot make a client of the cluster's configuration")]
    Client(#[source] kube::Error),
}

/// A client from `--kubeconfig`, or from the pod's service account.
///
/// # Errors
/// When there is neither, or one that cannot be used. No request is made.
pub async fn connect(args: &Args) -> Result<Client, ConnectError> {
    connect_by(args.kubeconfig.as_deref()).await
}

/// As [`connect`], for a process with other arguments.
///
/// # Errors
/// As [`connect`].
pub async fn connect_by(kubeconfig: Option<&Path>) -> Result<Client, ConnectError> {
    let config = match kubeconfig {
        Some(path) => {
            let file = Kubeconfig::read_from(path).map_err(ConnectError::Kubeconfig)?;
            Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
                .await
                .map_err(ConnectError::Kubeconfig)?
        }
        None => Config::infer().await.map_err(ConnectError::Infer)?,
    };
    Client::try_from(config).map_err(ConnectError::Client)
}

/// Makes aws-lc-rs the one provider of cryptography of the process. First thing in `main`.
pub fn install_crypto_provider() {
    // An error means that one is installed already, which can only be this one: no other is compiled in.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
