//! Asks AWS and the cluster for what a plan needs to know.

use aws_api::elbv2::LoadBalancer;
use aws_api::{AwsError, Ec2};
use k8s_openapi::api::core::v1::Service;
use loadbalancing::Network;
use loadbalancing::network::shown;
use plan::Config;
use plan::service::{Facts, needs};
use runtime::Key;
use runtime::cache::Cache;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where facts come from. What all Services share is asked for once for all of them.
pub(crate) struct FactSource {
    network: Network,
    config: Config,
    services: Cache<Service>,
}

impl FactSource {
    pub(crate) fn new(ec2: Arc<dyn Ec2>, config: Config, services: Cache<Service>) -> Self {
        Self {
            network: Network::new(ec2, &config.vpc_id),
            config,
            services,
        }
    }

    /// What the plan of `service` needs, whose load balancer on AWS is `live`.
    pub(crate) async fn gather(&self, service: &Service, live: Option<LoadBalancer>) -> Result<Facts, AwsError> {
        let subnets = self.network.subnets().await?;
        let needs = needs(service, &subnets, &self.config);
        let mut facts = Facts {
            subnets,
            live: live.map(shown),
            ..Facts::default()
        };
        if needs.route_tables {
            facts.route_tables = self.network.route_tables().await?;
        }
        if needs.vpc {
            facts.vpc = self.network.vpc().await?;
        }
        facts.security_groups = self.network.security_groups(needs.security_groups).await?;
        facts.services = self.neighbours(service, needs.services);
        Ok(facts)
    }

    /// Other Services of the same namespace.
    fn neighbours(&self, service: &Service, names: Vec<String>) -> BTreeMap<String, Service> {
        let namespace = service.metadata.namespace.as_deref().unwrap_or_default();
        let found = names.into_iter().filter_map(|name| {
            let neighbour = self.services.get(&Key::new(namespace, &name))?;
            Some((name, Service::clone(&neighbour)))
        });
        found.collect()
    }
}
