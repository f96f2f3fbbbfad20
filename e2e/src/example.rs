//! The example of `deploy/examples`: two Services over the same pods, targets by node and by pod.

use crate::cluster::{ClusterError, wait_for};
use crate::instance::Instance;
use crate::load_balancer::{addresses, hostname, named};
use aws_api::Aws;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Service;
use kube::Client;
use kube::api::{Api, DeleteParams};
use std::net::SocketAddr;

/// Its namespace.
pub const NAMESPACE: &str = "ingress-nginx";
/// Its Deployment.
pub const DEPLOYMENT: &str = "nginx";
/// The pods' manifest.
pub const PODS: &str = include_str!("../../deploy/examples/nginx.yaml");
/// The Services: name and manifest.
pub const SERVICES: [(&str, &str); 2] = [
    ("nginx", include_str!("../../deploy/examples/nginx-service.yaml")),
    ("nginx-ip", include_str!("../../deploy/examples/nginx-service-ip.yaml")),
];
/// The port of their listeners.
pub const PORT: u16 = 8080;

/// The example on an instance, as its clients and its operator see it.
pub struct Example {
    /// The AWS of the instance.
    pub aws: Aws,
    /// The Services.
    pub services: Api<Service>,
    client: Client,
}

impl Example {
    /// Applies the pods, and awaits that they are ready.
    ///
    /// # Errors
    /// When they are refused, or not ready in time.
    pub async fn with_pods(instance: &Instance) -> Result<Self, ClusterError> {
        instance.cluster.apply(PODS).await?;
        let client = instance.cluster.client().await?;
        let example = Self {
            aws: instance.aws().await,
            services: Api::namespaced(client.clone(), NAMESPACE),
            client,
        };
        example.rolled_out().await?;
        Ok(example)
    }

    /// Awaits that all pods are ready and of the newest form. Older ones may still be ending.
    ///
    /// # Errors
    /// When they are not in time.
    pub async fn rolled_out(&self) -> Result<(), ClusterError> {
        let deployments: Api<Deployment> = Api::namespaced(self.client.clone(), NAMESPACE);
        wait_for("the pods", 60, async || {
            deployments
                .get(DEPLOYMENT)
                .await
                .is_ok_and(|deployment| is_rolled_out(&deployment))
        })
        .await
    }

    /// A client of the API server.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Where a Service's load balancer listens, once it is known.
    pub async fn front(&self, service: &str) -> Option<SocketAddr> {
        let service = self.services.get_status(service).await.ok()?;
        let balancer = named(&self.aws, hostname(&service)?).await.ok()??;
        let address = addresses(&self.aws, &balancer.arn).await.ok()?.pop()?;
        Some(SocketAddr::new(address, PORT))
    }

    /// Deletes a Service and awaits that it is gone, which is when nothing of it is left on AWS.
    ///
    /// # Errors
    /// When it is not gone in time.
    pub async fn delete(&self, service: &str) -> Result<(), ClusterError> {
        // A refusal shows below: then it is not gone.
        let _deleted = self.services.delete(service, &DeleteParams::default()).await;
        wait_for("the Service's removal", 60, async || {
            self.services.get_opt(service).await.is_ok_and(|found| found.is_none())
        })
        .await
    }
}

fn is_rolled_out(deployment: &Deployment) -> bool {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas);
    deployment.status.as_ref().is_some_and(|status| {
        status.observed_generation == deployment.metadata.generation
            && status.updated_replicas == wanted
            && status.available_replicas == wanted
            && status.replicas == wanted
    })
}
