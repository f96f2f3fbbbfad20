//! CreateLoadBalancer.

use super::load_balancer::{Description, IpAddressType, LoadBalancer, Scheme, Switch};
use super::placement::{self, Placement, SubnetMapping};
use super::tags::Tag;
use super::{arn, attributes, limits, request, tags};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a load balancer is provisioning: on AWS, and otherwise; milliseconds.
const PROVISIONING: (u64, u64) = (120_000, 20);

/// What [CreateLoadBalancer](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html) takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    #[serde(rename = "Type", default = "application")]
    kind: String,
    #[serde(default)]
    scheme: Scheme,
    #[serde(default)]
    ip_address_type: IpAddressType,
    #[serde(default)]
    subnets: Vec<String>,
    #[serde(default)]
    subnet_mappings: Vec<SubnetMapping>,
    #[serde(default)]
    security_groups: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

fn application() -> String {
    "application".to_owned()
}

/// What it answers: the load balancer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    load_balancers: Vec<Description>,
}

/// Creates a network load balancer with an interface per subnet. One that exists and is the same is the answer again.
///
/// # Errors
/// `ValidationError`, `InvalidConfigurationRequest` for other types, `DuplicateLoadBalancerName`, `TooManyLoadBalancers`,
/// `InvalidSecurityGroup`, `TooManyTags`, and those of [`Placement`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    request::check_name("load balancer", &input.name)?;
    if input.kind != "network" {
        let message = format!("Load balancers of type '{}' are not available here", input.kind);
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    let tags = tags::parse(input.tags)?;
    let placement =
        Placement::check(input.subnets, input.subnet_mappings, input.scheme, input.ip_address_type, &region.ec2)?;
    placement::check_security_groups(&input.security_groups, &placement.vpc_id, &region.ec2)?;
    let id = context.ids.hex(16);
    let mut wanted = LoadBalancer {
        dns_name: arn::dns_name(context, &input.name, &id),
        name: input.name,
        scheme: input.scheme,
        vpc_id: placement.vpc_id.clone(),
        ip_address_type: input.ip_address_type,
        zones: Vec::new(),
        private_link_rules: (!input.security_groups.is_empty()).then_some(Switch::On),
        security_groups: input.security_groups,
        attributes: attributes::of_load_balancer(),
        reserved_capacity: 0,
        created: context.now,
        active_from: context.now.after(context.timing.choose(PROVISIONING.0, PROVISIONING.1)),
        tags,
    };
    let all = &region.elbv2.load_balancers;
    let namesake = all.iter().find(|(_, existing)| existing.name == wanted.name);
    if let Some((arn, existing)) = namesake {
        if !is_same(existing, &wanted, &placement) {
            let message =
                format!("A load balancer with the same name '{}' exists, but with different settings", wanted.name);
            return Err(ApiError::new("DuplicateLoadBalancerName", message));
        }
        let description = Description::of(arn, existing, &region.ec2, &context.region, context.now);
        return Ok(Output { load_balancers: vec![description] });
    }
    limits::LOAD_BALANCERS.allow(all.len() + 1)?;
    let arn = arn::load_balancer(context, &wanted.name, &id);
    let interfaces = format!("ELB {}", arn::full_name(&arn));
    placement.settle(&mut wanted, &interfaces, &mut region.ec2, &mut context.ids)?;
    let description = Description::of(&arn, &wanted, &region.ec2, &context.region, context.now);
    region.elbv2.load_balancers.insert(arn, wanted);
    Ok(Output { load_balancers: vec![description] })
}

fn is_same(existing: &LoadBalancer, wanted: &LoadBalancer, placement: &Placement) -> bool {
    let sorted = |groups: &[String]| groups.iter().cloned().collect::<BTreeSet<String>>();
    let subnets: BTreeSet<&str> = existing.zones.iter().map(|zone| zone.subnet_id.as_str()).collect();
    existing.scheme == wanted.scheme
        && existing.ip_address_type == wanted.ip_address_type
        && sorted(&existing.security_groups) == sorted(&wanted.security_groups)
        && subnets == placement.subnet_ids()
        && existing.tags == wanted.tags
}
