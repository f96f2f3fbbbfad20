//! A node plugin tells the kubelet of itself, so that no registrar has to: the kubelet watches a folder for sockets and asks
//! each who it is (`pluginregistration.v1`).

use crate::endpoint::Endpoint;
use crate::server::{ServeError, Services};
use csi_proto::registration::registration_server::{Registration, RegistrationServer};
use csi_proto::registration::{InfoRequest, PluginInfo, RegistrationStatus, RegistrationStatusResponse};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

/// What the kubelet calls a CSI driver.
const CSI_PLUGIN: &str = "CSIPlugin";

/// Version of the CSI that is served; the kubelet compares the major number.
const CSI_VERSION: &str = "1.12.0";

/// Who registers, and where it serves.
#[derive(Debug, Clone)]
pub struct Registrant {
    /// The driver's name.
    pub name: &'static str,
    /// Its socket, as the kubelet sees it.
    pub socket: PathBuf,
}

impl Registrant {
    /// Answers the kubelet at `<folder>/<name>-reg.sock` until `stop`.
    ///
    /// # Errors
    /// When the socket cannot be made there.
    pub async fn serve(self, folder: &Path, stop: &CancellationToken) -> Result<(), ServeError> {
        let endpoint = Endpoint::Unix(folder.join(format!("{}-reg.sock", self.name)));
        Services::default()
            .with(RegistrationServer::new(self))
            .serve(&endpoint, stop)
            .await
    }
}

#[tonic::async_trait]
impl Registration for Registrant {
    async fn get_info(&self, _: Request<InfoRequest>) -> Result<Response<PluginInfo>, Status> {
        Ok(Response::new(PluginInfo {
            r#type: CSI_PLUGIN.into(),
            name: self.name.into(),
            endpoint: self.socket.to_string_lossy().into_owned(),
            supported_versions: vec![CSI_VERSION.into()],
        }))
    }

    async fn notify_registration_status(
        &self,
        request: Request<RegistrationStatus>,
    ) -> Result<Response<RegistrationStatusResponse>, Status> {
        let status = request.into_inner();
        if status.plugin_registered {
            tracing::info!(driver = self.name, "the kubelet has registered the driver");
        } else {
            tracing::error!(
                driver = self.name,
                reason = status.error,
                "the kubelet refused the driver; it will ask again"
            );
        }
        Ok(Response::new(RegistrationStatusResponse {}))
    }
}
