//! Which subnets a load balancer gets: those the annotation names, those it has, or those found by role tag.

use crate::{Facts, PlanError, Subject};
use aws_api::ec2::Subnet;
use std::collections::BTreeMap;

/// Fewest free addresses that a subnet must have to be found. See "Prerequisites" of the NLB guide.
const MIN_FREE_ADDRESSES: i32 = 8;
const KEY: &str = "aws-load-balancer-subnets";

/// The subnets in order.
pub(crate) fn resolve<'a>(subject: &Subject<'a>, scheme: &str, dualstack: bool) -> Result<Vec<&'a Subnet>, PlanError> {
    let named = subject.annotations.list(KEY);
    if !named.is_empty() {
        return explicit(subject, &named, dualstack);
    }
    if let Some(live) = subject.facts.live.as_ref().filter(|live| live.scheme == scheme) {
        let kept: Vec<&Subnet> = live
            .subnet_ids
            .iter()
            .filter_map(|id| by_id(subject.facts, id))
            .collect();
        if kept.len() == live.subnet_ids.len() {
            return Ok(kept);
        }
    }
    discover(subject, scheme, dualstack)
}

fn by_id<'a>(facts: &'a Facts, id: &str) -> Option<&'a Subnet> {
    facts.subnets.iter().find(|subnet| subnet.id == id)
}

/// Subnets by id or Name tag, in the order asked for; a Name may be asked for several times.
fn explicit<'a>(subject: &Subject<'a>, named: &[String], dualstack: bool) -> Result<Vec<&'a Subnet>, PlanError> {
    let facts: &'a Facts = subject.facts;
    let mut found: Vec<&Subnet> = Vec::new();
    for name in named {
        let mut fitting: Vec<&Subnet> = match name.starts_with("subnet-") {
            true => by_id(facts, name).into_iter().collect(),
            false => facts
                .subnets
                .iter()
                .filter(|subnet| subnet.tags.get("Name") == Some(name))
                .collect(),
        };
        fitting.sort_by(|one, other| one.id.cmp(&other.id));
        let next = fitting
            .into_iter()
            .find(|subnet| found.iter().all(|taken| taken.id != subnet.id));
        let Some(subnet) = next else {
            let expected = format!(
                "a list of subnets of {}: there is no subnet {name}",
                subject.config.vpc_id
            );
            return Err(subject
                .annotations
                .error(KEY, expected, "name subnets by id or Name tag")
                .into());
        };
        found.push(subnet);
    }
    check_zones(subject, &found)?;
    if let Some(subnet) = found.iter().find(|subnet| dualstack && subnet.ipv6_cidrs.is_empty()) {
        let expected = format!("fit for dualstack: {} has no IPv6 block", subnet.id);
        return Err(subject
            .annotations
            .error(KEY, expected, "associate an IPv6 block or use ipv4")
            .into());
    }
    Ok(found)
}

fn check_zones(subject: &Subject<'_>, subnets: &[&Subnet]) -> Result<(), PlanError> {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for subnet in subnets {
        if let Some(other) = taken.insert(&subnet.zone, &subnet.id) {
            let expected = format!(
                "one subnet per zone: {other} and {} are both in {}",
                subnet.id, subnet.zone
            );
            return Err(subject.annotations.error(KEY, expected, "leave one of them out").into());
        }
    }
    let outposts = subnets.iter().filter(|subnet| subnet.outpost_arn.is_some()).count();
    if outposts > 0 && outposts < subnets.len() {
        let expected = "a list of subnets that are all in the region or all on one outpost";
        return Err(subject.annotations.error(KEY, expected, "do not mix them").into());
    }
    Ok(())
}

/// Subnets by role tag, else by reachability; one per zone, by id.
fn discover<'a>(subject: &Subject<'a>, scheme: &str, dualstack: bool) -> Result<Vec<&'a Subnet>, PlanError> {
    let role_tag = match scheme {
        "internal" => "kubernetes.io/role/internal-elb",
        _ => "kubernetes.io/role/elb",
    };
    let facts: &'a Facts = subject.facts;
    let tagged = |subnet: &&Subnet| {
        subnet
            .tags
            .get(role_tag)
            .is_some_and(|value| value.is_empty() || value == "1")
    };
    let mut candidates: Vec<&Subnet> = facts.subnets.iter().filter(tagged).collect();
    if candidates.is_empty() && subject.config.gates.subnet_discovery_by_reachability {
        let wanted = scheme == "internet-facing";
        candidates = facts
            .subnets
            .iter()
            .filter(|subnet| is_public(facts, subnet) == wanted)
            .collect();
    }
    let all = candidates.len();
    let mut rejected = [0; 3];
    let own_tag = format!("kubernetes.io/cluster/{}", subject.config.cluster);
    candidates.retain(|subnet| {
        let other_cluster = subject.config.gates.subnets_cluster_tag_check
            && !subnet.tags.contains_key(&own_tag)
            && subnet.tags.keys().any(|key| key.starts_with("kubernetes.io/cluster"));
        let reasons = [
            other_cluster,
            subnet.available_addresses < MIN_FREE_ADDRESSES,
            dualstack && subnet.ipv6_cidrs.is_empty(),
        ];
        let first = reasons.iter().position(|reason| *reason);
        if let Some(reason) = first {
            rejected[reason] += 1;
        }
        first.is_none()
    });
    let mut by_zone: BTreeMap<&str, &Subnet> = BTreeMap::new();
    candidates.sort_by_key(|subnet| (!subnet.tags.contains_key(&own_tag), subnet.id.clone()));
    for subnet in candidates {
        by_zone.entry(&subnet.zone).or_insert(subnet);
    }
    let mut chosen: Vec<&Subnet> = by_zone.into_values().collect();
    chosen.sort_by(|one, other| one.id.cmp(&other.id));
    if chosen.is_empty() {
        let [other_cluster, full, without_ipv6] = rejected;
        let (vpc, scheme) = (subject.config.vpc_id.clone(), scheme.to_owned());
        return Err(PlanError::NoSubnets {
            vpc,
            scheme,
            role_tag,
            tagged: all,
            other_cluster,
            full,
            without_ipv6,
        });
    }
    Ok(chosen)
}

/// Whether a subnet's route table, its own or else the main one, has a route to an internet gateway.
fn is_public(facts: &Facts, subnet: &Subnet) -> bool {
    let own = facts
        .route_tables
        .iter()
        .find(|table| table.subnet_ids.contains(&subnet.id));
    let table = own.or_else(|| facts.route_tables.iter().find(|table| table.main));
    table.is_some_and(|table| table.gateway_ids.iter().any(|gateway| gateway.starts_with("igw")))
}
