//! EC2 over the SDK.

mod convert;
mod volumes;

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::ec2::{
    AvailabilityZone, Filters, Instance, NetworkInterface, NewSecurityGroup, Permission, RouteTable, SecurityGroup,
    Subnet, Vpc,
};
use aws_api::{Ec2, Result, Tags};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, TagSpecification};

/// The largest page of Describe calls. A list by id takes no page size: it is as long as the ids.
const PAGE: i32 = 1000;

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct Ec2Client {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

fn given(ids: &[String]) -> Option<Vec<String>> {
    (!ids.is_empty()).then(|| ids.to_vec())
}

fn page(ids: &[String]) -> Option<i32> {
    ids.is_empty().then_some(PAGE)
}

#[async_trait]
impl Ec2 for Ec2Client {
    async fn describe_vpcs(&self, ids: &[String], filters: &Filters) -> Result<Vec<Vpc>> {
        let request = self
            .client
            .describe_vpcs()
            .set_vpc_ids(given(ids))
            .set_filters(convert::filters(filters));
        let send = |token| request.clone().set_max_results(page(ids)).set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeVpcs", send, |page| page.next_token())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.vpcs.unwrap_or_default())
            .map(convert::vpc)
            .collect())
    }

    async fn describe_subnets(&self, ids: &[String], filters: &Filters) -> Result<Vec<Subnet>> {
        let request = self
            .client
            .describe_subnets()
            .set_subnet_ids(given(ids))
            .set_filters(convert::filters(filters));
        let send = |token| request.clone().set_max_results(page(ids)).set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeSubnets", send, |page| page.next_token())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.subnets.unwrap_or_default())
            .map(convert::subnet)
            .collect())
    }

    async fn describe_route_tables(&self, filters: &Filters) -> Result<Vec<RouteTable>> {
        let request = self
            .client
            .describe_route_tables()
            .set_filters(convert::filters(filters))
            .max_results(100);
        let send = |token| request.clone().set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeRouteTables", send, |page| page.next_token())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.route_tables.unwrap_or_default())
            .map(convert::route_table)
            .collect())
    }

    async fn describe_availability_zones(&self, names: &[String]) -> Result<Vec<AvailabilityZone>> {
        let request = self.client.describe_availability_zones().set_zone_names(given(names));
        let answer = self.caller.call("DescribeAvailabilityZones", request.send()).await?;
        Ok(answer
            .availability_zones
            .unwrap_or_default()
            .into_iter()
            .map(convert::zone)
            .collect())
    }

    async fn describe_security_groups(&self, ids: &[String], filters: &Filters) -> Result<Vec<SecurityGroup>> {
        let request = self
            .client
            .describe_security_groups()
            .set_group_ids(given(ids))
            .set_filters(convert::filters(filters));
        let send = |token| request.clone().set_max_results(page(ids)).set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeSecurityGroups", send, |page| page.next_token())
            .await?;
        let groups = pages
            .into_iter()
            .flat_map(|page| page.security_groups.unwrap_or_default());
        Ok(groups.map(convert::security_group).collect())
    }

    async fn create_security_group(&self, new: &NewSecurityGroup) -> Result<String> {
        let tags = TagSpecification::builder()
            .resource_type(ResourceType::SecurityGroup)
            .set_tags(Some(convert::tags(&new.tags)))
            .build();
        let request = self
            .client
            .create_security_group()
            .group_name(&new.name)
            .description(&new.description)
            .vpc_id(&new.vpc_id)
            .set_tag_specifications((!new.tags.is_empty()).then(|| vec![tags]));
        let answer = self.caller.call("CreateSecurityGroup", request.send()).await?;
        Ok(answer.group_id.unwrap_or_default())
    }

    async fn delete_security_group(&self, id: &str) -> Result<()> {
        let request = self.client.delete_security_group().group_id(id);
        self.caller.call("DeleteSecurityGroup", request.send()).await.map(drop)
    }

    async fn authorize_ingress(&self, id: &str, permissions: &[Permission]) -> Result<()> {
        let permissions = permissions.iter().map(convert::permission).collect();
        let request = self
            .client
            .authorize_security_group_ingress()
            .group_id(id)
            .set_ip_permissions(Some(permissions));
        self.caller
            .call("AuthorizeSecurityGroupIngress", request.send())
            .await
            .map(drop)
    }

    async fn revoke_ingress(&self, id: &str, permissions: &[Permission]) -> Result<()> {
        let permissions = permissions.iter().map(convert::permission).collect();
        let request = self
            .client
            .revoke_security_group_ingress()
            .group_id(id)
            .set_ip_permissions(Some(permissions));
        self.caller
            .call("RevokeSecurityGroupIngress", request.send())
            .await
            .map(drop)
    }

    async fn describe_instances(&self, ids: &[String], filters: &Filters) -> Result<Vec<Instance>> {
        let request = self
            .client
            .describe_instances()
            .set_instance_ids(given(ids))
            .set_filters(convert::filters(filters));
        let send = |token| request.clone().set_max_results(page(ids)).set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeInstances", send, |page| page.next_token())
            .await?;
        let reservations = pages.into_iter().flat_map(|page| page.reservations.unwrap_or_default());
        Ok(reservations
            .flat_map(|one| one.instances.unwrap_or_default())
            .map(convert::instance)
            .collect())
    }

    async fn describe_network_interfaces(&self, ids: &[String], filters: &Filters) -> Result<Vec<NetworkInterface>> {
        let request = self
            .client
            .describe_network_interfaces()
            .set_network_interface_ids(given(ids))
            .set_filters(convert::filters(filters));
        let send = |token| request.clone().set_max_results(page(ids)).set_next_token(token).send();
        let pages = self
            .caller
            .pages("DescribeNetworkInterfaces", send, |page| page.next_token())
            .await?;
        let interfaces = pages
            .into_iter()
            .flat_map(|page| page.network_interfaces.unwrap_or_default());
        Ok(interfaces.map(convert::network_interface).collect())
    }

    async fn create_tags(&self, id: &str, tags: &Tags) -> Result<()> {
        let request = self
            .client
            .create_tags()
            .resources(id)
            .set_tags(Some(convert::tags(tags)));
        self.caller.call("CreateTags", request.send()).await.map(drop)
    }

    async fn delete_tags(&self, id: &str, keys: &[String]) -> Result<()> {
        let request = self
            .client
            .delete_tags()
            .resources(id)
            .set_tags(Some(convert::tag_keys(keys)));
        self.caller.call("DeleteTags", request.send()).await.map(drop)
    }
}
