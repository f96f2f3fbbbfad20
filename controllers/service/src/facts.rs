//! Asks AWS and the cluster for what a plan needs to know.

use crate::fresh::Fresh;
use aws_api::ec2::{Filters, RouteTable, SecurityGroup, Subnet, Vpc};
use aws_api::elbv2::LoadBalancer;
use aws_api::{AwsError, Ec2};
use k8s_openapi::api::core::v1::Service;
use plan::service::{Facts, needs};
use plan::{Config, LiveLoadBalancer};
use runtime::Key;
use runtime::cache::Cache;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the network's layout is believed. It changes by hand, and rarely.
const NETWORK_LIFETIME: Duration = Duration::from_secs(60);

/// Where facts come from. What all Services share is asked for once for all of them.
pub(crate) struct FactSource {
    ec2: Arc<dyn Ec2>,
    config: Config,
    services: Cache<Service>,
    subnets: Fresh<Vec<Subnet>>,
    route_tables: Fresh<Vec<RouteTable>>,
    vpcs: Fresh<Vec<Vpc>>,
}

impl FactSource {
    pub(crate) fn new(ec2: Arc<dyn Ec2>, config: Config, services: Cache<Service>) -> Self {
        Self {
            ec2,
            config,
            services,
            subnets: Fresh::new(NETWORK_LIFETIME),
            route_tables: Fresh::new(NETWORK_LIFETIME),
            vpcs: Fresh::new(NETWORK_LIFETIME),
        }
    }

    /// What the plan of `service` needs, whose load balancer on AWS is `live`.
    pub(crate) async fn gather(&self, service: &Service, live: Option<LoadBalancer>) -> Result<Facts, AwsError> {
        let now = Instant::now();
        let vpc = self.in_vpc();
        let subnets = self
            .subnets
            .get(now, self.ec2.describe_subnets(&[], &vpc))
            .await?
            .to_vec();
        let needs = needs(service, &subnets, &self.config);
        let mut facts = Facts {
            subnets,
            live: live.map(shown),
            ..Facts::default()
        };
        if needs.route_tables {
            facts.route_tables = self
                .route_tables
                .get(now, self.ec2.describe_route_tables(&vpc))
                .await?
                .to_vec();
        }
        if needs.vpc {
            let id = [self.config.vpc_id.clone()];
            let vpcs = self
                .vpcs
                .get(now, async { self.ec2.describe_vpcs(&id, &Filters::new()).await })
                .await?;
            facts.vpc = vpcs.first().cloned();
        }
        if !needs.security_groups.is_empty() {
            facts.security_groups = self.security_groups(needs.security_groups).await?;
        }
        facts.services = self.neighbours(service, needs.services);
        Ok(facts)
    }

    /// Those that exist. They are asked for by filter, since one unknown id would fail a request by ids.
    async fn security_groups(&self, named: Vec<String>) -> Result<Vec<SecurityGroup>, AwsError> {
        let (ids, names): (Vec<_>, Vec<_>) = named.into_iter().partition(|name| name.starts_with("sg-"));
        let mut groups = Vec::new();
        for (filter, values) in [("group-id", ids), ("tag:Name", names)] {
            if !values.is_empty() {
                let mut filters = self.in_vpc();
                filters.push((filter.to_owned(), values));
                groups.extend(self.ec2.describe_security_groups(&[], &filters).await?);
            }
        }
        Ok(groups)
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

    fn in_vpc(&self) -> Filters {
        vec![("vpc-id".to_owned(), vec![self.config.vpc_id.clone()])]
    }
}

fn shown(live: LoadBalancer) -> LiveLoadBalancer {
    LiveLoadBalancer {
        scheme: live.scheme,
        subnet_ids: live.zones.into_iter().map(|zone| zone.subnet_id).collect(),
        security_groups: live.security_groups,
    }
}
