//! What AWS knows of the network that load balancers are to be in. All stacks share the answers.

use crate::fresh::Fresh;
use aws_api::ec2::{Filters, RouteTable, SecurityGroup, Subnet, Vpc};
use aws_api::elbv2::LoadBalancer;
use aws_api::{AwsError, Ec2};
use plan::LiveLoadBalancer;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the network's layout is believed. It changes by hand, and rarely.
const LIFETIME: Duration = Duration::from_secs(60);

/// The network of one VPC.
pub struct Network {
    ec2: Arc<dyn Ec2>,
    vpc_id: String,
    subnets: Fresh<Vec<Subnet>>,
    route_tables: Fresh<Vec<RouteTable>>,
    vpcs: Fresh<Vec<Vpc>>,
}

impl Network {
    /// The network of `vpc_id`, of which nothing is known yet.
    #[must_use]
    pub fn new(ec2: Arc<dyn Ec2>, vpc_id: &str) -> Self {
        Self {
            ec2,
            vpc_id: vpc_id.to_owned(),
            subnets: Fresh::new(LIFETIME),
            route_tables: Fresh::new(LIFETIME),
            vpcs: Fresh::new(LIFETIME),
        }
    }

    /// All subnets.
    ///
    /// # Errors
    /// When AWS must be asked and that fails; so do all below.
    pub async fn subnets(&self) -> Result<Vec<Subnet>, AwsError> {
        let filters = self.in_vpc();
        let ask = self.ec2.describe_subnets(&[], &filters);
        Ok(self.subnets.get(Instant::now(), ask).await?.to_vec())
    }

    /// All route tables.
    ///
    /// # Errors
    /// As above.
    pub async fn route_tables(&self) -> Result<Vec<RouteTable>, AwsError> {
        let filters = self.in_vpc();
        let ask = self.ec2.describe_route_tables(&filters);
        Ok(self.route_tables.get(Instant::now(), ask).await?.to_vec())
    }

    /// The VPC itself.
    ///
    /// # Errors
    /// As above.
    pub async fn vpc(&self) -> Result<Option<Vpc>, AwsError> {
        let (ids, filters) = ([self.vpc_id.clone()], Filters::new());
        let ask = self.ec2.describe_vpcs(&ids, &filters);
        Ok(self.vpcs.get(Instant::now(), ask).await?.first().cloned())
    }

    /// Those of the security groups, named by id or Name tag, that exist. They are asked for by filter, since one unknown id would fail a request by ids.
    ///
    /// # Errors
    /// As above.
    pub async fn security_groups(
        &self,
        named: impl IntoIterator<Item = String>,
    ) -> Result<Vec<SecurityGroup>, AwsError> {
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

    fn in_vpc(&self) -> Filters {
        vec![("vpc-id".to_owned(), vec![self.vpc_id.clone()])]
    }
}

/// A load balancer as plans see it.
#[must_use]
pub fn shown(live: LoadBalancer) -> LiveLoadBalancer {
    LiveLoadBalancer {
        scheme: live.scheme,
        subnet_ids: live.zones.into_iter().map(|zone| zone.subnet_id).collect(),
        security_groups: live.security_groups,
    }
}
