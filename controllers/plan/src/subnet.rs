//! The subnets of a load balancer: named, kept, or found. See the Go controller's guide "Subnet discovery".

use crate::{Config, Facts, PlanError};
use aws_api::ec2::Subnet;
use controllers_api::annotation::Annotations;
use std::collections::{BTreeMap, BTreeSet};

const KEY: &str = "aws-load-balancer-subnets";
/// Free addresses that a load balancer needs in each subnet.
const FREE_ADDRESSES: i32 = 8;

/// Subnets for a load balancer: those that the annotation names, or those of the live load balancer of the same scheme, or those found.
///
/// # Errors
/// When a named subnet does not exist or does not fit, or when none is found.
pub fn resolve<'a>(
    annotations: Annotations<'_>,
    scheme: &str,
    dualstack: bool,
    facts: &'a Facts,
    config: &Config,
) -> Result<Vec<&'a Subnet>, PlanError> {
    let wanted = annotations.list(KEY);
    if !wanted.is_empty() {
        return named(annotations, &wanted, dualstack, facts);
    }
    if let Some(live) = facts.live.as_ref().filter(|live| live.scheme == scheme) {
        let kept = |id: &String| facts.subnets.iter().find(|subnet| subnet.id == *id);
        let kept: Vec<_> = live.subnet_ids.iter().filter_map(kept).collect();
        if !kept.is_empty() && kept.len() == live.subnet_ids.len() {
            return Ok(kept);
        }
    }
    found(annotations, scheme, dualstack, facts, config)
}

fn named<'a>(
    annotations: Annotations<'_>,
    wanted: &[String],
    dualstack: bool,
    facts: &'a Facts,
) -> Result<Vec<&'a Subnet>, PlanError> {
    let mut sorted: Vec<_> = facts.subnets.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut chosen: Vec<&Subnet> = Vec::new();
    for item in wanted {
        let fits = |subnet: &&&Subnet| match item.starts_with("subnet-") {
            true => subnet.id == *item,
            false => subnet.tags.get("Name") == Some(item) && chosen.iter().all(|other| other.id != subnet.id),
        };
        let subnet = sorted.iter().find(fits).ok_or_else(|| {
            let expected = format!("a list of subnets of the VPC: there is no subnet {item}");
            annotations.error(KEY, expected, "name subnets by id or Name tag")
        })?;
        chosen.push(subnet);
    }
    check(annotations, &chosen, dualstack)?;
    Ok(chosen)
}

fn check(annotations: Annotations<'_>, chosen: &[&Subnet], dualstack: bool) -> Result<(), PlanError> {
    let mut zones = BTreeSet::new();
    if let Some(twice) = chosen.iter().find(|subnet| !zones.insert(&subnet.zone)) {
        let expected = format!(
            "one subnet per availability zone: {} is a second one of {}",
            twice.id, twice.zone
        );
        return Err(annotations.error(KEY, expected, "keep one subnet of each zone").into());
    }
    let locales: BTreeSet<_> = chosen.iter().map(|subnet| locale(subnet)).collect();
    if locales.len() > 1 {
        let expected = format!(
            "of one kind of zone: it has {}",
            locales.into_iter().collect::<Vec<_>>().join(" and ")
        );
        return Err(annotations
            .error(KEY, expected, "name subnets of one kind of zone only")
            .into());
    }
    if let Some(without) = chosen.iter().find(|subnet| dualstack && subnet.ipv6_cidrs.is_empty()) {
        let expected = format!("fit for dualstack: {} has no IPv6 block", without.id);
        return Err(annotations
            .error(KEY, expected, "associate an IPv6 block or use ip-address-type ipv4")
            .into());
    }
    Ok(())
}

/// The kind of zone, which its name tells: `us-west-2a`, `us-west-2-lax-1a`, `us-west-2-wl1-las-wlz-1`.
fn locale(subnet: &Subnet) -> &'static str {
    match subnet.zone.split('-').count() {
        _ if subnet.outpost_arn.is_some() => "outpost",
        _ if subnet.zone.contains("-wlz-") => "wavelength zone",
        0..=3 => "availability zone",
        _ if subnet.zone.contains("-gov-") && subnet.zone.split('-').count() == 4 => "availability zone",
        _ => "local zone",
    }
}

/// The tag by which subnets for a scheme are found.
#[must_use]
pub fn role_tag(scheme: &str) -> &'static str {
    match scheme {
        "internal" => "kubernetes.io/role/internal-elb",
        _ => "kubernetes.io/role/elb",
    }
}

/// Whether a subnet carries a role tag with a value that counts.
#[must_use]
pub fn has_role(subnet: &Subnet, role_tag: &str) -> bool {
    subnet
        .tags
        .get(role_tag)
        .is_some_and(|value| matches!(value.as_str(), "" | "1"))
}

/// The subnets with the role tag; when there is none, those of the right reachability.
fn candidates<'a>(role_tag: &str, scheme: &str, facts: &'a Facts, config: &Config) -> Vec<&'a Subnet> {
    let subnets = facts.subnets.iter();
    let tagged: Vec<_> = subnets.clone().filter(|subnet| has_role(subnet, role_tag)).collect();
    if !tagged.is_empty() || !config.gates.subnet_discovery_by_reachability {
        return tagged;
    }
    let public = scheme == "internet-facing";
    subnets
        .filter(|subnet| is_public(subnet, facts) == Some(public))
        .collect()
}

fn found<'a>(
    annotations: Annotations<'_>,
    scheme: &str,
    dualstack: bool,
    facts: &'a Facts,
    config: &Config,
) -> Result<Vec<&'a Subnet>, PlanError> {
    let role_tag = role_tag(scheme);
    let mut candidates = candidates(role_tag, scheme, facts, config);
    let tagged = candidates.len();
    let own = format!("kubernetes.io/cluster/{}", config.cluster);
    let of_other_cluster = |subnet: &Subnet| {
        config.gates.subnets_cluster_tag_check
            && !subnet.tags.contains_key(&own)
            && subnet.tags.keys().any(|key| key.starts_with("kubernetes.io/cluster"))
    };
    let mut drop = |reject: &dyn Fn(&Subnet) -> bool| {
        let before = candidates.len();
        candidates.retain(|subnet| !reject(subnet));
        before - candidates.len()
    };
    let other_cluster = drop(&of_other_cluster);
    let full = drop(&|subnet| subnet.available_addresses < FREE_ADDRESSES);
    let without_ipv6 = drop(&|subnet| dualstack && subnet.ipv6_cidrs.is_empty());
    let mut by_zone = BTreeMap::new();
    candidates.sort_by_key(|subnet| (!subnet.tags.contains_key(&own), &subnet.id));
    for subnet in candidates {
        by_zone.entry(&subnet.zone).or_insert(subnet);
    }
    let mut chosen: Vec<_> = by_zone.into_values().collect();
    chosen.sort_by(|a, b| a.id.cmp(&b.id));
    if chosen.is_empty() && without_ipv6 > 0 {
        let expected = format!(
            "possible: no subnet of {} that is fit otherwise has an IPv6 block",
            config.vpc_id
        );
        let remedy = "associate IPv6 blocks with the subnets, or write ipv4";
        return Err(annotations
            .error("aws-load-balancer-ip-address-type", expected, remedy)
            .into());
    }
    if chosen.is_empty() {
        let (vpc, scheme) = (config.vpc_id.clone(), scheme.to_owned());
        return Err(PlanError::NoSubnets {
            vpc,
            scheme,
            role_tag,
            tagged,
            other_cluster,
            full,
        });
    }
    Ok(chosen)
}

/// Whether a subnet's route table, its own or the main one, leads to an internet gateway; none when no table is known.
fn is_public(subnet: &Subnet, facts: &Facts) -> Option<bool> {
    let tables = &facts.route_tables;
    let own = tables.iter().find(|table| table.subnet_ids.contains(&subnet.id));
    let table = own.or_else(|| tables.iter().find(|table| table.main))?;
    Some(table.gateway_ids.iter().any(|gateway| gateway.starts_with("igw")))
}
