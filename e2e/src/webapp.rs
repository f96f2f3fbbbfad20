//! The group of Ingresses in `deploy/examples`: three applications, each in a namespace of its own, that share one ALB.

use crate::client::{ClientError, Trust};
use crate::cluster::{ClusterError, wait_for};
use crate::instance::Instance;
use crate::load_balancer::addresses;
use aws_api::Aws;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Client;
use kube::api::{Api, DeleteParams};
use serde_json::{Value, json};
use std::net::IpAddr;

/// What must be there before the Ingresses: the pods and Service of the first application, and the class of the others.
pub const BASE: [&str; 2] = [
    include_str!("../../deploy/examples/echoserver.yaml"),
    include_str!("../../deploy/examples/webapp-group/class.yaml"),
];
/// The Ingresses, named as their namespaces, and their manifests; two bring their pods along.
pub const MEMBERS: [(&str, &str); 3] = [
    (
        "echoserver",
        include_str!("../../deploy/examples/echoserver-ingress.yaml"),
    ),
    ("shop", include_str!("../../deploy/examples/webapp-group/shop.yaml")),
    ("blog", include_str!("../../deploy/examples/webapp-group/blog.yaml")),
];
/// The group's name.
pub const GROUP: &str = "webapp";

/// The IngressClass `alb`, without parameters, as Helm's chart makes it.
#[must_use]
pub fn alb_class() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": { "name": "alb" },
        "spec": { "controller": "ingress.k8s.aws/alb" },
    })
}

/// The example on an instance, as its clients and its operator see it.
pub struct WebApp<'a> {
    instance: &'a Instance,
    client: Client,
    /// The AWS of the instance.
    pub aws: Aws,
}

impl<'a> WebApp<'a> {
    /// The example on an instance that does not have it yet.
    ///
    /// # Errors
    /// When there is no client of the cluster.
    pub async fn new(instance: &'a Instance) -> Result<Self, ClusterError> {
        Ok(Self {
            instance,
            client: instance.cluster.client().await?,
            aws: instance.aws().await,
        })
    }

    /// Applies all of it.
    ///
    /// # Errors
    /// When something is refused.
    pub async fn apply(&self) -> Result<(), ClusterError> {
        for manifest in BASE.into_iter().chain(MEMBERS.map(|(_, manifest)| manifest)) {
            self.instance.cluster.apply(manifest).await?;
        }
        Ok(())
    }

    /// The Ingresses of a namespace.
    #[must_use]
    pub fn ingresses(&self, namespace: &str) -> Api<Ingress> {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// The name that an Ingress is reached by, once its controller has written it.
    pub async fn hostname(&self, member: &str) -> Option<String> {
        let status = self.ingresses(member).get(member).await.ok()?.status?;
        status.load_balancer?.ingress?.first()?.hostname.clone()
    }

    /// An address of the load balancer that all members name in their status.
    pub async fn front(&self) -> Option<IpAddr> {
        let hostname = self.hostname(MEMBERS[0].0).await?;
        for (member, _) in &MEMBERS[1..] {
            if self.hostname(member).await? != hostname {
                return None;
            }
        }
        let balancer = crate::load_balancer::named(&self.aws, &hostname).await.ok()??;
        addresses(&self.aws, &balancer.arn).await.ok()?.into_iter().next()
    }

    /// Deletes an Ingress and awaits that it is gone, which is when nothing of it is left on AWS.
    ///
    /// # Errors
    /// When it is not gone in time.
    pub async fn delete(&self, member: &str) -> Result<(), ClusterError> {
        let ingresses = self.ingresses(member);
        // A refusal shows below: then it is not gone.
        let _deleted = ingresses.delete(member, &DeleteParams::default()).await;
        wait_for("the Ingress's removal", 60, async || {
            ingresses.get_opt(member).await.is_ok_and(|found| found.is_none())
        })
        .await
    }

    /// What clients of its HTTPS listener trust.
    ///
    /// # Errors
    /// When the instance has no authority.
    pub fn trust(&self) -> Result<Trust, ClientError> {
        let pem = std::fs::read_to_string(self.instance.authority());
        Trust::in_authority(&pem.map_err(|error| ClientError::Authority(Box::new(error)))?)
    }
}
