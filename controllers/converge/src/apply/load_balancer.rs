//! Load balancers, and what is attached to them.

use super::{Failure, Target, security_groups};
use crate::change::LoadBalancerChange;
use crate::defaults::Kind;
use crate::diff::PROTECTION;
use crate::observed::{Observed, Role};
use crate::record::Made;
use aws_api::elbv2::{Attributes, NewLoadBalancer, SubnetChange};
use model::{Association, LoadBalancer};

impl Target<'_> {
    pub(super) async fn create_load_balancer(
        &self,
        wanted: &LoadBalancer,
        observed: &Observed,
    ) -> Result<Made, Failure> {
        let new = self.new_load_balancer(wanted, observed)?;
        let made = self.aws.elbv2.create_load_balancer(&new).await?;
        let read = self.aws.elbv2.describe_load_balancer_attributes(&made.arn);
        let attributes = self
            .attributes(Kind::LoadBalancer { kind: new.kind }, &wanted.attributes, read)
            .await;
        Ok(Made::LoadBalancer(made, attributes))
    }

    pub(super) async fn modify_load_balancer(
        &self,
        role: Role,
        change: &LoadBalancerChange,
        observed: &Observed,
    ) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let arn = self.load_balancer_arn(role, observed)?;
        match change {
            LoadBalancerChange::SetSecurityGroups { groups, private_link } => {
                let groups = security_groups(groups, observed)?;
                elbv2.set_security_groups(arn, &groups, private_link.as_deref()).await?;
            }
            LoadBalancerChange::SetSubnets(wanted) => elbv2.set_subnets(arn, &subnet_change(wanted)).await?,
            LoadBalancerChange::SetIpAddressType(kind) => elbv2.set_ip_address_type(arn, kind).await?,
            LoadBalancerChange::SetIpv4Pool(pool) => elbv2.modify_ip_pools(arn, pool.as_deref()).await?,
            LoadBalancerChange::ModifyAttributes(attributes) => {
                elbv2.modify_load_balancer_attributes(arn, attributes).await?;
            }
            LoadBalancerChange::ReserveCapacity(units) => self.reserve(arn, *units).await?,
            _ => return self.attach(arn, change).await,
        }
        Ok(Made::Done)
    }

    async fn attach(&self, arn: &str, change: &LoadBalancerChange) -> Result<Made, Failure> {
        let (waf, classic) = (&self.aws.wafv2, &self.aws.waf_regional);
        match change {
            LoadBalancerChange::SetWebAcl(Association::With(acl)) => waf.associate_web_acl(acl, arn).await?,
            LoadBalancerChange::SetWebAcl(Association::None) => waf.disassociate_web_acl(arn).await?,
            LoadBalancerChange::SetClassicWebAcl(Association::With(acl)) => classic.associate_web_acl(acl, arn).await?,
            LoadBalancerChange::SetClassicWebAcl(Association::None) => classic.disassociate_web_acl(arn).await?,
            LoadBalancerChange::Protect => {
                return Ok(Made::Protection(
                    self.aws.shield.create_protection(PROTECTION, arn).await?,
                ));
            }
            LoadBalancerChange::Unprotect { protection } => {
                return super::gone(self.aws.shield.delete_protection(protection).await);
            }
            _ => {}
        }
        Ok(Made::Done)
    }

    /// AWS reserves capacity of load balancers that are active only.
    async fn reserve(&self, arn: &str, units: i32) -> Result<(), Failure> {
        let elbv2 = &self.aws.elbv2;
        let now = elbv2.describe_load_balancers_by_arn(&[arn.to_owned()]).await?;
        if now.iter().any(|balancer| balancer.state == "provisioning") {
            return Err(Failure::Waiting {
                reason: "the load balancer is being provisioned".to_owned(),
                again: self.stabilization,
            });
        }
        Ok(elbv2.modify_capacity_reservation(arn, units).await?)
    }

    /// Deletes a load balancer, after taking its deletion protection away if need be.
    pub(super) async fn delete_load_balancer(&self, arn: &str) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        match elbv2.delete_load_balancer(arn).await {
            Err(error) if error.code == "OperationNotPermitted" => {
                let off = Attributes::from([("deletion_protection.enabled".to_owned(), "false".to_owned())]);
                elbv2.modify_load_balancer_attributes(arn, &off).await?;
                elbv2.delete_load_balancer(arn).await?;
                Ok(Made::Done)
            }
            outcome => super::gone(outcome),
        }
    }

    fn new_load_balancer(&self, wanted: &LoadBalancer, observed: &Observed) -> Result<NewLoadBalancer, Failure> {
        Ok(NewLoadBalancer {
            name: wanted.name.clone(),
            kind: wanted.kind.as_str().to_owned(),
            scheme: wanted.scheme.clone(),
            ip_address_type: wanted.ip_address_type.clone(),
            subnets: wanted.subnets.clone(),
            security_groups: security_groups(&wanted.security_groups, observed)?,
            // Off is the default, and only dual-stack load balancers take the field.
            enable_prefix_for_ipv6_source_nat: wanted.enable_prefix_for_ipv6_source_nat.clone().filter(|it| it == "on"),
            customer_owned_ipv4_pool: wanted.customer_owned_ipv4_pool.clone(),
            ipv4_ipam_pool: wanted.ipv4_ipam_pool.clone(),
            tags: wanted.tags.clone(),
        })
    }
}

/// The address type goes along when a subnet's IPv6 address is named, which AWS takes only together.
fn subnet_change(wanted: &LoadBalancer) -> SubnetChange {
    let names_ipv6 = wanted.subnets.iter().any(|subnet| subnet.ipv6_address.is_some());
    SubnetChange {
        subnets: wanted.subnets.clone(),
        ip_address_type: names_ipv6.then(|| wanted.ip_address_type.clone()),
        enable_prefix_for_ipv6_source_nat: wanted.enable_prefix_for_ipv6_source_nat.clone(),
    }
}
