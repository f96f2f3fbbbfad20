//! Arguments of admission webhooks, with the names and defaults of the Go controller and its Helm chart.

use super::files::Files;
use std::path::{Path, PathBuf};

/// Where certificates are looked for if no folder is named.
const DEFAULT_FOLDER: &str = "/tmp/k8s-webhook-server/serving-certs";

/// Arguments of a process with webhooks. Flatten it into a binary's arguments with `#[command(flatten)]`.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct WebhookArgs {
    /// Port of the admission webhooks, on all addresses
    #[arg(long, env = "WEBHOOK_BIND_PORT", default_value_t = 9443)]
    pub webhook_bind_port: u16,
    /// Folder of the webhooks' certificate and key. When absent, those of /tmp/k8s-webhook-server/serving-certs if they are there, or else ones of
    /// our own making
    #[arg(long, env = "WEBHOOK_CERT_DIR")]
    pub webhook_cert_dir: Option<PathBuf>,
    /// File of the certificate in that folder
    #[arg(long, env = "WEBHOOK_CERT_FILE", default_value = "tls.crt")]
    pub webhook_cert_file: String,
    /// File of the key in that folder
    #[arg(long, env = "WEBHOOK_KEY_FILE", default_value = "tls.key")]
    pub webhook_key_file: String,
    /// File of the authority, in PEM, that must have signed the certificates of the webhooks' clients; any client may ask when absent
    #[arg(long, env = "KUBE_CA_PEM_FILEPATH")]
    pub kube_ca_pem_filepath: Option<PathBuf>,
    /// ValidatingWebhookConfiguration that is told the authority of our own certificate
    #[arg(long, env = "WEBHOOK_CONFIGURATION", default_value = "aws-load-balancer-webhook")]
    pub webhook_configuration: String,
    /// Secret, in the namespace of the lease, in which replicas share our own certificate
    #[arg(long, env = "WEBHOOK_SECRET", default_value = "aws-load-balancer-tls")]
    pub webhook_secret: String,
}

impl WebhookArgs {
    /// The files of a certificate that others make: those of the folder that is named, or those that are there.
    pub(super) fn files(&self) -> Option<Files> {
        let named = self
            .webhook_cert_dir
            .as_deref()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = named.unwrap_or(Path::new(DEFAULT_FOLDER));
        let files = Files {
            certificate: folder.join(&self.webhook_cert_file),
            key: folder.join(&self.webhook_key_file),
        };
        (named.is_some() || files.certificate.exists()).then_some(files)
    }
}
