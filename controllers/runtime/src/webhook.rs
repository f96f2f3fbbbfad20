//! Admission webhooks: what the API server asks before it stores an object.
//!
//! ```text
//! files of --webhook-cert-dir ---+
//!                                +-> Identity -> TLS server -> Review -> Admission (the controller's verdict)
//! Secret, made by us if absent --+
//!            +-> caBundle of the ValidatingWebhookConfiguration
//! ```
//! Every replica answers, leader or not. Without files the server begins when there is a configuration that points at it, so that whoever uses no
//! webhooks needs no certificate, no port and no further rights.

mod args;
mod configuration;
mod files;
mod identity;
mod own;
mod review;
mod server;

pub use args::WebhookArgs;
pub use review::{Admission, Request, ReviewError, Verdict};

use crate::Args;
use identity::{Identity, IdentityError};
use kube::Client;
use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often files and the configuration are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Why there are no webhooks.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// A file of a certificate or key.
    #[error("cannot read {path}, of the webhooks' certificate")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A certificate or key that cannot be used.
    #[error("cannot use the webhooks' certificate")]
    Identity(#[source] IdentityError),
    /// The port is taken.
    #[error("cannot listen on port {port} (--webhook-bind-port)")]
    Bind {
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
}

/// Serves webhooks in the background as long as the process lives.
///
/// # Errors
/// When files of a certificate are given and cannot be used, or the port is taken. What is wrong with a certificate of our own is logged and tried again.
pub async fn serve(
    args: &WebhookArgs,
    process: &Args,
    client: &Client,
    admission: Arc<dyn Admission>,
) -> Result<(), WebhookError> {
    let clients = match &args.kube_ca_pem_filepath {
        Some(path) => Some(identity::client_verifier(&files::read(path)?).map_err(WebhookError::Identity)?),
        None => None,
    };
    if let Some(files) = args.files() {
        let first = files.load()?;
        let identity = Publisher::new(clients);
        identity.publish(&first).map_err(WebhookError::Identity)?;
        server::listen(args.webhook_bind_port, identity.subscribe(), admission).await?;
        tokio::spawn(files.follow(first, identity));
        return Ok(());
    }
    let own = own::Own::new(args, process, client, &*admission);
    tokio::spawn(own.run(Publisher::new(clients), args.webhook_bind_port, admission));
    Ok(())
}

/// Gives the server what it shows to clients.
struct Publisher {
    clients: Option<Arc<dyn ClientCertVerifier>>,
    current: watch::Sender<Option<Arc<ServerConfig>>>,
}

impl Publisher {
    fn new(clients: Option<Arc<dyn ClientCertVerifier>>) -> Self {
        Self {
            clients,
            current: watch::Sender::new(None),
        }
    }

    fn publish(&self, identity: &Identity) -> Result<(), IdentityError> {
        let config = identity.server_config(self.clients.clone())?;
        self.current.send_replace(Some(Arc::new(config)));
        Ok(())
    }

    fn subscribe(&self) -> watch::Receiver<Option<Arc<ServerConfig>>> {
        self.current.subscribe()
    }
}
