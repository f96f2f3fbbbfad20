//! CreateLoadBalancer.

use super::load_balancer::{Description, IpAddressType, IpamPools, LoadBalancer, Scheme, Switch, Type};
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
    customer_owned_ipv4_pool: Option<String>,
    #[serde(default)]
    ipam_pools: IpamPools,
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

/// Creates a load balancer with an interface per subnet. One that exists and is the same is the answer again.
///
/// # Errors
/// `ValidationError`, `InvalidConfigurationRequest` for gateway load balancers and address pools of others than application load
/// balancers, `DuplicateLoadBalancerName`, `TooManyLoadBalancers`, `InvalidSecurityGroup`, `TooManyTags`, and those of [`Placement`].
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    request::check_name("load balancer", &input.name)?;
    let kind = parse_type(&input.kind)?;
    let (mut wanted, placement) = plan(region, input, kind, context)?;
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
    let count = all.values().filter(|existing| existing.kind == kind).count();
    limits::load_balancers(kind).allow(count + 1, &context.quotas)?;
    let id = context.ids.hex(16);
    wanted.dns_name = arn::dns_name(context, kind, wanted.scheme, &wanted.name, &id);
    let arn = arn::load_balancer(context, kind, &wanted.name, &id);
    let interfaces = format!("ELB {}", arn::full_name(&arn));
    placement.settle(&mut wanted, &interfaces, &mut region.ec2, &mut context.ids)?;
    let description = Description::of(&arn, &wanted, &region.ec2, &context.region, context.now);
    region.elbv2.load_balancers.insert(arn, wanted);
    Ok(Output { load_balancers: vec![description] })
}

fn parse_type(text: &str) -> Result<Type, ApiError> {
    match text {
        "application" => Ok(Type::Application),
        "network" => Ok(Type::Network),
        "gateway" => {
            let message = "Gateway Load Balancers are not available here: use the type application or network";
            Err(ApiError::new("InvalidConfigurationRequest", message))
        }
        _ => Err(ApiError::new(
            "ValidationError",
            format!("The load balancer type '{text}' must be application, network or gateway"),
        )),
    }
}

/// The load balancer that a request asks for, without name in the DNS and zones, and where it is to stand.
fn plan(region: &Region, input: Input, kind: Type, context: &Context) -> Result<(LoadBalancer, Placement), ApiError> {
    let pool = input.customer_owned_ipv4_pool;
    if kind == Type::Network && (pool.is_some() || input.ipam_pools.ipv4_ipam_pool_id.is_some()) {
        let message = "CustomerOwnedIpv4Pool and IpamPools are for application load balancers only";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    let tags = tags::parse(input.tags)?;
    let placement = Placement::check(
        input.subnets,
        input.subnet_mappings,
        kind,
        input.scheme,
        input.ip_address_type,
        &region.ec2,
    )?;
    let mut security_groups = input.security_groups;
    placement::check_security_groups(&security_groups, &placement.vpc_id, &region.ec2)?;
    if kind == Type::Application && security_groups.is_empty() {
        security_groups.extend(region.ec2.default_security_group(&placement.vpc_id).map(str::to_owned));
    }
    let wanted = LoadBalancer {
        name: input.name,
        kind,
        dns_name: String::new(),
        scheme: input.scheme,
        vpc_id: placement.vpc_id.clone(),
        ip_address_type: input.ip_address_type,
        zones: Vec::new(),
        private_link_rules: (kind == Type::Network && !security_groups.is_empty()).then_some(Switch::On),
        security_groups,
        attributes: attributes::of_load_balancer(kind, input.scheme).defaults(),
        reserved_capacity: 0,
        customer_owned_ipv4_pool: pool,
        ipv4_ipam_pool_id: input.ipam_pools.ipv4_ipam_pool_id,
        created: context.now,
        active_from: context.now.after(context.timing.choose(PROVISIONING.0, PROVISIONING.1)),
        tags,
    };
    Ok((wanted, placement))
}

fn is_same(existing: &LoadBalancer, wanted: &LoadBalancer, placement: &Placement) -> bool {
    let sorted = |groups: &[String]| groups.iter().cloned().collect::<BTreeSet<String>>();
    let subnets: BTreeSet<&str> = existing.zones.iter().map(|zone| zone.subnet_id.as_str()).collect();
    existing.kind == wanted.kind
        && existing.scheme == wanted.scheme
        && existing.ip_address_type == wanted.ip_address_type
        && existing.customer_owned_ipv4_pool == wanted.customer_owned_ipv4_pool
        && sorted(&existing.security_groups) == sorted(&wanted.security_groups)
        && subnets == placement.subnet_ids()
        && existing.tags == wanted.tags
}
