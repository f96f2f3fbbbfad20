//! Load balancers.

use super::{ARNS_PER_CALL, Elbv2Client, PAGE, convert};
use crate::call::created;
use async_trait::async_trait;
use aws_api::Result;
use aws_api::elbv2::{Attributes, LoadBalancer, LoadBalancers, NewLoadBalancer, SubnetChange};
use aws_sdk_elasticloadbalancingv2::types::RemoveIpamPoolEnum;

#[async_trait]
impl LoadBalancers for Elbv2Client {
    async fn describe_load_balancers(&self) -> Result<Vec<LoadBalancer>> {
        let request = |marker| {
            self.client
                .describe_load_balancers()
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeLoadBalancers", request, |page| page.next_marker())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.load_balancers.unwrap_or_default())
            .map(convert::load_balancer)
            .collect())
    }

    async fn describe_load_balancers_by_arn(&self, arns: &[String]) -> Result<Vec<LoadBalancer>> {
        let mut found = Vec::with_capacity(arns.len());
        for chunk in arns.chunks(ARNS_PER_CALL) {
            let request = self
                .client
                .describe_load_balancers()
                .set_load_balancer_arns(Some(chunk.to_vec()));
            let page = self.caller.call("DescribeLoadBalancers", request.send()).await?;
            found.extend(
                page.load_balancers
                    .unwrap_or_default()
                    .into_iter()
                    .map(convert::load_balancer),
            );
        }
        Ok(found)
    }

    async fn create_load_balancer(&self, new: &NewLoadBalancer) -> Result<LoadBalancer> {
        let request = self
            .client
            .create_load_balancer()
            .name(&new.name)
            .r#type(new.kind.as_str().into())
            .scheme(new.scheme.as_str().into())
            .ip_address_type(new.ip_address_type.as_str().into())
            .set_subnet_mappings(Some(convert::subnet_mappings(&new.subnets)))
            .set_security_groups((!new.security_groups.is_empty()).then(|| new.security_groups.clone()))
            .set_enable_prefix_for_ipv6_source_nat(new.enable_prefix_for_ipv6_source_nat.as_deref().map(Into::into))
            .set_customer_owned_ipv4_pool(new.customer_owned_ipv4_pool.clone())
            .set_ipam_pools(new.ipv4_ipam_pool.as_deref().map(convert::ipam_pools))
            .set_tags(Some(convert::tags(&new.tags)));
        let answer = self.caller.call("CreateLoadBalancer", request.send()).await?;
        created("CreateLoadBalancer", answer.load_balancers).map(convert::load_balancer)
    }

    async fn delete_load_balancer(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_load_balancer().load_balancer_arn(arn);
        self.caller.call("DeleteLoadBalancer", request.send()).await.map(drop)
    }

    async fn set_security_groups(&self, arn: &str, groups: &[String], private_link: Option<&str>) -> Result<()> {
        let request = self
            .client
            .set_security_groups()
            .load_balancer_arn(arn)
            .set_security_groups(Some(groups.to_vec()))
            .set_enforce_security_group_inbound_rules_on_private_link_traffic(private_link.map(Into::into));
        self.caller.call("SetSecurityGroups", request.send()).await.map(drop)
    }

    async fn set_subnets(&self, arn: &str, change: &SubnetChange) -> Result<()> {
        let request = self
            .client
            .set_subnets()
            .load_balancer_arn(arn)
            .set_subnet_mappings(Some(convert::subnet_mappings(&change.subnets)))
            .set_ip_address_type(change.ip_address_type.as_deref().map(Into::into))
            .set_enable_prefix_for_ipv6_source_nat(change.enable_prefix_for_ipv6_source_nat.as_deref().map(Into::into));
        self.caller.call("SetSubnets", request.send()).await.map(drop)
    }

    async fn set_ip_address_type(&self, arn: &str, ip_address_type: &str) -> Result<()> {
        let request = self
            .client
            .set_ip_address_type()
            .load_balancer_arn(arn)
            .ip_address_type(ip_address_type.into());
        self.caller.call("SetIpAddressType", request.send()).await.map(drop)
    }

    async fn modify_ip_pools(&self, arn: &str, ipv4_ipam_pool: Option<&str>) -> Result<()> {
        let request = self.client.modify_ip_pools().load_balancer_arn(arn);
        let request = match ipv4_ipam_pool {
            Some(pool) => request.ipam_pools(convert::ipam_pools(pool)),
            None => request.remove_ipam_pools(RemoveIpamPoolEnum::Ipv4),
        };
        self.caller.call("ModifyIpPools", request.send()).await.map(drop)
    }

    async fn describe_load_balancer_attributes(&self, arn: &str) -> Result<Attributes> {
        let request = self.client.describe_load_balancer_attributes().load_balancer_arn(arn);
        let answer = self
            .caller
            .call("DescribeLoadBalancerAttributes", request.send())
            .await?;
        Ok(convert::of_load_balancer_attributes(
            answer.attributes.unwrap_or_default(),
        ))
    }

    async fn modify_load_balancer_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()> {
        let request = self
            .client
            .modify_load_balancer_attributes()
            .load_balancer_arn(arn)
            .set_attributes(Some(convert::load_balancer_attributes(attributes)));
        self.caller
            .call("ModifyLoadBalancerAttributes", request.send())
            .await
            .map(drop)
    }

    async fn describe_capacity_reservation(&self, arn: &str) -> Result<i32> {
        let request = self.client.describe_capacity_reservation().load_balancer_arn(arn);
        let answer = self.caller.call("DescribeCapacityReservation", request.send()).await?;
        Ok(answer
            .minimum_load_balancer_capacity
            .and_then(|capacity| capacity.capacity_units)
            .unwrap_or_default())
    }

    async fn modify_capacity_reservation(&self, arn: &str, units: i32) -> Result<()> {
        let request = self.client.modify_capacity_reservation().load_balancer_arn(arn);
        let request = match units {
            0 => request.reset_capacity_reservation(true),
            units => request.minimum_load_balancer_capacity(convert::capacity(units)),
        };
        self.caller
            .call("ModifyCapacityReservation", request.send())
            .await
            .map(drop)
    }
}
