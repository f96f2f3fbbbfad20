//! The Identity service.

use crate::names::DRIVER;
use aws_api::{AwsError, Ebs};
use csi_core::{Refusal, Rpcs};
use csi_proto::csi::identity_server::Identity as IdentityService;
use csi_proto::csi::plugin_capability::service::Type as ServiceType;
use csi_proto::csi::plugin_capability::{self, Service};
use csi_proto::csi::{
    GetPluginCapabilitiesRequest, GetPluginCapabilitiesResponse, GetPluginInfoRequest, GetPluginInfoResponse,
    PluginCapability, ProbeRequest, ProbeResponse,
};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tonic::{Code, Request, Response, Status};

/// How long EC2 counts as reachable after it has said what it would do.
const HEALTHY: Duration = Duration::from_hours(3);

/// EC2 does not answer, or does not let the driver in. Its gRPC code is FailedPrecondition.
#[derive(Debug, thiserror::Error)]
#[error("EC2 cannot be used")]
pub struct Unhealthy(#[source] AwsError);

impl Refusal for Unhealthy {
    fn code(&self) -> Code {
        Code::FailedPrecondition
    }
}

/// Who the driver is. Clones share its health.
#[derive(Clone)]
pub struct Identity {
    /// EC2, where the driver makes calls of it.
    ebs: Option<Arc<dyn Ebs>>,
    healthy_until: Arc<Mutex<Option<Instant>>>,
    rpcs: Rpcs,
}

impl Identity {
    /// A driver that probes `ebs`; one that makes no calls is always well.
    #[must_use]
    pub fn new(ebs: Option<Arc<dyn Ebs>>, rpcs: Rpcs) -> Self {
        Self {
            ebs,
            healthy_until: Arc::default(),
            rpcs,
        }
    }

    async fn probe(self, _: ProbeRequest) -> Result<ProbeResponse, Unhealthy> {
        let is_well = self.healthy_until.lock().is_some_and(|until| Instant::now() < until);
        if let Some(ebs) = self.ebs.filter(|_| !is_well) {
            match ebs.probe().await {
                Err(error) if error.code == "DryRunOperation" => {
                    *self.healthy_until.lock() = Some(Instant::now() + HEALTHY);
                }
                // It answered, though it did more than it was asked: an emulator.
                Ok(()) => {}
                Err(error) => return Err(Unhealthy(error)),
            }
        }
        Ok(ProbeResponse { ready: None })
    }
}

fn capabilities() -> GetPluginCapabilitiesResponse {
    let capability = |kind: ServiceType| PluginCapability {
        r#type: Some(plugin_capability::Type::Service(Service { r#type: kind.into() })),
    };
    GetPluginCapabilitiesResponse {
        capabilities: vec![
            capability(ServiceType::ControllerService),
            capability(ServiceType::VolumeAccessibilityConstraints),
        ],
    }
}

#[tonic::async_trait]
impl IdentityService for Identity {
    async fn get_plugin_info(
        &self,
        _: Request<GetPluginInfoRequest>,
    ) -> Result<Response<GetPluginInfoResponse>, Status> {
        Ok(Response::new(GetPluginInfoResponse {
            name: DRIVER.into(),
            vendor_version: env!("CARGO_PKG_VERSION").into(),
            manifest: std::collections::HashMap::new(),
        }))
    }

    async fn get_plugin_capabilities(
        &self,
        _: Request<GetPluginCapabilitiesRequest>,
    ) -> Result<Response<GetPluginCapabilitiesResponse>, Status> {
        Ok(Response::new(capabilities()))
    }

    async fn probe(&self, request: Request<ProbeRequest>) -> Result<Response<ProbeResponse>, Status> {
        let identity = self.clone();
        self.rpcs
            .answer("Probe", request, |request| identity.probe(request))
            .await
    }
}
