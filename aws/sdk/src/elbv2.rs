//! Elastic Load Balancing v2 over the SDK.

mod convert;

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::elbv2::{
    Attributes, HealthCheck, Listener, ListenerSpec, LoadBalancer, NewLoadBalancer, NewTargetGroup, Rule, RuleSpec,
    SubnetChange, Target, TargetGroup, TargetHealth, TrustStore,
};
use aws_api::{AwsError, Elbv2, Result, Tags};
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{RemoveIpamPoolEnum, RulePriorityPair};
use std::collections::BTreeMap;

/// ARNs that one DescribeTags, or one Describe call by ARN, takes.
const ARNS_PER_CALL: usize = 20;
/// The largest page of Describe calls.
const PAGE: i32 = 400;

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct Elbv2Client {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

/// The answer to a create call has one object; without it the call did not do what was asked.
fn created<T>(operation: &'static str, objects: Option<Vec<T>>) -> Result<T> {
    objects.unwrap_or_default().into_iter().next().ok_or_else(|| AwsError {
        operation,
        code: "RequestFailed".to_owned(),
        message: "the answer does not contain the created object".to_owned(),
        request_id: None,
    })
}

#[async_trait]
impl Elbv2 for Elbv2Client {
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

    async fn describe_target_groups(&self) -> Result<Vec<TargetGroup>> {
        let request = |marker| {
            self.client
                .describe_target_groups()
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeTargetGroups", request, |page| page.next_marker())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.target_groups.unwrap_or_default())
            .map(convert::target_group)
            .collect())
    }

    async fn describe_target_groups_by_arn(&self, arns: &[String]) -> Result<Vec<TargetGroup>> {
        let mut found = Vec::with_capacity(arns.len());
        for chunk in arns.chunks(ARNS_PER_CALL) {
            let request = self
                .client
                .describe_target_groups()
                .set_target_group_arns(Some(chunk.to_vec()));
            let page = self.caller.call("DescribeTargetGroups", request.send()).await?;
            found.extend(
                page.target_groups
                    .unwrap_or_default()
                    .into_iter()
                    .map(convert::target_group),
            );
        }
        Ok(found)
    }

    async fn describe_target_group_by_name(&self, name: &str) -> Result<TargetGroup> {
        let request = self.client.describe_target_groups().names(name);
        let answer = self.caller.call("DescribeTargetGroups", request.send()).await?;
        answer
            .target_groups
            .unwrap_or_default()
            .into_iter()
            .next()
            .map(convert::target_group)
            .ok_or_else(|| AwsError {
                operation: "DescribeTargetGroups",
                code: "TargetGroupNotFound".to_owned(),
                message: format!("no target group is named {name:?}"),
                request_id: None,
            })
    }

    async fn create_target_group(&self, new: &NewTargetGroup) -> Result<TargetGroup> {
        let check = &new.health_check;
        let request = self
            .client
            .create_target_group()
            .name(&new.name)
            .target_type(new.target_type.as_str().into())
            .protocol(new.protocol.as_str().into())
            .set_protocol_version(new.protocol_version.clone())
            .set_target_control_port(new.control_port)
            .port(new.port)
            .vpc_id(&new.vpc_id)
            .ip_address_type(new.ip_address_type.as_str().into())
            .health_check_enabled(true)
            .health_check_protocol(check.protocol.as_str().into())
            .health_check_port(&check.port)
            .set_health_check_path(check.path.clone())
            .health_check_interval_seconds(check.interval)
            .health_check_timeout_seconds(check.timeout)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .set_matcher(check.matcher.as_ref().map(convert::matcher))
            .set_tags(Some(convert::tags(&new.tags)));
        let answer = self.caller.call("CreateTargetGroup", request.send()).await?;
        created("CreateTargetGroup", answer.target_groups).map(convert::target_group)
    }

    async fn modify_target_group(&self, arn: &str, check: &HealthCheck) -> Result<()> {
        let request = self
            .client
            .modify_target_group()
            .target_group_arn(arn)
            .health_check_protocol(check.protocol.as_str().into())
            .health_check_port(&check.port)
            .set_health_check_path(check.path.clone())
            .health_check_interval_seconds(check.interval)
            .health_check_timeout_seconds(check.timeout)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .set_matcher(check.matcher.as_ref().map(convert::matcher));
        self.caller.call("ModifyTargetGroup", request.send()).await.map(drop)
    }

    async fn delete_target_group(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_target_group().target_group_arn(arn);
        self.caller.call("DeleteTargetGroup", request.send()).await.map(drop)
    }

    async fn describe_target_group_attributes(&self, arn: &str) -> Result<Attributes> {
        let request = self.client.describe_target_group_attributes().target_group_arn(arn);
        let answer = self
            .caller
            .call("DescribeTargetGroupAttributes", request.send())
            .await?;
        Ok(convert::of_target_group_attributes(
            answer.attributes.unwrap_or_default(),
        ))
    }

    async fn modify_target_group_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()> {
        let request = self
            .client
            .modify_target_group_attributes()
            .target_group_arn(arn)
            .set_attributes(Some(convert::target_group_attributes(attributes)));
        self.caller
            .call("ModifyTargetGroupAttributes", request.send())
            .await
            .map(drop)
    }

    async fn describe_listeners(&self, load_balancer_arn: &str) -> Result<Vec<Listener>> {
        let request = |marker| {
            self.client
                .describe_listeners()
                .load_balancer_arn(load_balancer_arn)
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeListeners", request, |page| page.next_marker())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.listeners.unwrap_or_default())
            .map(convert::listener)
            .collect())
    }

    async fn create_listener(&self, load_balancer_arn: &str, spec: &ListenerSpec, tags: &Tags) -> Result<Listener> {
        let request = self
            .client
            .create_listener()
            .load_balancer_arn(load_balancer_arn)
            .port(spec.port)
            .protocol(spec.protocol.as_str().into())
            .set_default_actions(Some(convert::actions(&spec.default_actions)))
            .set_certificates(spec.certificate.as_ref().map(|arn| convert::certificates([arn])))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_alpn_policy(spec.alpn_policy.clone().map(|policy| vec![policy]))
            .set_mutual_authentication(spec.mutual_authentication.as_ref().map(convert::mutual_authentication))
            .set_tags(Some(convert::tags(tags)));
        let answer = self.caller.call("CreateListener", request.send()).await?;
        created("CreateListener", answer.listeners).map(convert::listener)
    }

    async fn modify_listener(&self, arn: &str, spec: &ListenerSpec) -> Result<()> {
        let request = self
            .client
            .modify_listener()
            .listener_arn(arn)
            .port(spec.port)
            .protocol(spec.protocol.as_str().into())
            .set_default_actions(Some(convert::actions(&spec.default_actions)))
            .set_certificates(spec.certificate.as_ref().map(|arn| convert::certificates([arn])))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_alpn_policy(spec.alpn_policy.clone().map(|policy| vec![policy]))
            .set_mutual_authentication(spec.mutual_authentication.as_ref().map(convert::mutual_authentication));
        self.caller.call("ModifyListener", request.send()).await.map(drop)
    }

    async fn delete_listener(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_listener().listener_arn(arn);
        self.caller.call("DeleteListener", request.send()).await.map(drop)
    }

    async fn describe_listener_attributes(&self, arn: &str) -> Result<Attributes> {
        let request = self.client.describe_listener_attributes().listener_arn(arn);
        let answer = self.caller.call("DescribeListenerAttributes", request.send()).await?;
        Ok(convert::of_listener_attributes(answer.attributes.unwrap_or_default()))
    }

    async fn modify_listener_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()> {
        let request = self
            .client
            .modify_listener_attributes()
            .listener_arn(arn)
            .set_attributes(Some(convert::listener_attributes(attributes)));
        self.caller
            .call("ModifyListenerAttributes", request.send())
            .await
            .map(drop)
    }

    async fn describe_listener_certificates(&self, arn: &str) -> Result<Vec<String>> {
        let request = |marker| {
            self.client
                .describe_listener_certificates()
                .listener_arn(arn)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeListenerCertificates", request, |page| page.next_marker())
            .await?;
        let certificates = pages.into_iter().flat_map(|page| page.certificates.unwrap_or_default());
        let extra = certificates.filter(|certificate| certificate.is_default != Some(true));
        Ok(extra.filter_map(|certificate| certificate.certificate_arn).collect())
    }

    async fn add_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()> {
        let certificates = convert::certificates(certificates);
        let request = self
            .client
            .add_listener_certificates()
            .listener_arn(arn)
            .set_certificates(Some(certificates));
        self.caller
            .call("AddListenerCertificates", request.send())
            .await
            .map(drop)
    }

    async fn remove_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()> {
        let certificates = convert::certificates(certificates);
        let request = self
            .client
            .remove_listener_certificates()
            .listener_arn(arn)
            .set_certificates(Some(certificates));
        self.caller
            .call("RemoveListenerCertificates", request.send())
            .await
            .map(drop)
    }

    async fn describe_trust_stores(&self, names: &[String]) -> Result<Vec<TrustStore>> {
        let request = |marker| {
            self.client
                .describe_trust_stores()
                .set_names(Some(names.to_vec()))
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeTrustStores", request, |page| page.next_marker())
            .await?;
        let stores = pages.into_iter().flat_map(|page| page.trust_stores.unwrap_or_default());
        Ok(stores.map(convert::trust_store).collect())
    }

    async fn describe_rules(&self, listener_arn: &str) -> Result<Vec<Rule>> {
        let request = |marker| {
            self.client
                .describe_rules()
                .listener_arn(listener_arn)
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeRules", request, |page| page.next_marker())
            .await?;
        let rules = pages.into_iter().flat_map(|page| page.rules.unwrap_or_default());
        Ok(rules.map(convert::rule).collect())
    }

    async fn create_rule(&self, listener_arn: &str, spec: &RuleSpec, tags: &Tags) -> Result<Rule> {
        let request = self
            .client
            .create_rule()
            .listener_arn(listener_arn)
            .priority(spec.priority)
            .set_conditions(Some(convert::conditions(&spec.conditions)))
            .set_actions(Some(convert::actions(&spec.actions)))
            .set_transforms((!spec.transforms.is_empty()).then(|| convert::transforms(&spec.transforms)))
            .set_tags(Some(convert::tags(tags)));
        let answer = self.caller.call("CreateRule", request.send()).await?;
        created("CreateRule", answer.rules).map(convert::rule)
    }

    async fn modify_rule(&self, arn: &str, spec: &RuleSpec) -> Result<()> {
        let request = self
            .client
            .modify_rule()
            .rule_arn(arn)
            .set_conditions(Some(convert::conditions(&spec.conditions)))
            .set_actions(Some(convert::actions(&spec.actions)));
        let request = match spec.transforms.as_slice() {
            [] => request.reset_transforms(true),
            transforms => request.set_transforms(Some(convert::transforms(transforms))),
        };
        self.caller.call("ModifyRule", request.send()).await.map(drop)
    }

    async fn delete_rule(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_rule().rule_arn(arn);
        self.caller.call("DeleteRule", request.send()).await.map(drop)
    }

    async fn set_rule_priorities(&self, priorities: &[(String, i32)]) -> Result<()> {
        let pair =
            |(arn, priority): &(String, i32)| RulePriorityPair::builder().rule_arn(arn).priority(*priority).build();
        let request = self
            .client
            .set_rule_priorities()
            .set_rule_priorities(Some(priorities.iter().map(pair).collect()));
        self.caller.call("SetRulePriorities", request.send()).await.map(drop)
    }

    async fn describe_tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
        let mut tags = BTreeMap::new();
        for chunk in arns.chunks(ARNS_PER_CALL) {
            let request = self.client.describe_tags().set_resource_arns(Some(chunk.to_vec()));
            let answer = self.caller.call("DescribeTags", request.send()).await?;
            let described = answer.tag_descriptions.unwrap_or_default().into_iter();
            tags.extend(
                described.filter_map(|one| Some((one.resource_arn?, convert::tags_of(one.tags.unwrap_or_default())))),
            );
        }
        Ok(tags)
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<()> {
        let request = self
            .client
            .add_tags()
            .resource_arns(arn)
            .set_tags(Some(convert::tags(tags)));
        self.caller.call("AddTags", request.send()).await.map(drop)
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()> {
        let request = self
            .client
            .remove_tags()
            .resource_arns(arn)
            .set_tag_keys(Some(keys.to_vec()));
        self.caller.call("RemoveTags", request.send()).await.map(drop)
    }

    async fn register_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()> {
        let targets = convert::targets(targets);
        let request = self
            .client
            .register_targets()
            .target_group_arn(target_group_arn)
            .set_targets(Some(targets));
        self.caller.call("RegisterTargets", request.send()).await.map(drop)
    }

    async fn deregister_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()> {
        let targets = convert::targets(targets);
        let request = self
            .client
            .deregister_targets()
            .target_group_arn(target_group_arn)
            .set_targets(Some(targets));
        self.caller.call("DeregisterTargets", request.send()).await.map(drop)
    }

    async fn describe_target_health(&self, target_group_arn: &str, targets: &[Target]) -> Result<Vec<TargetHealth>> {
        let chosen = (!targets.is_empty()).then(|| convert::targets(targets));
        let request = self
            .client
            .describe_target_health()
            .target_group_arn(target_group_arn)
            .set_targets(chosen);
        let answer = self.caller.call("DescribeTargetHealth", request.send()).await?;
        Ok(answer
            .target_health_descriptions
            .unwrap_or_default()
            .into_iter()
            .map(convert::target_health)
            .collect())
    }
}
