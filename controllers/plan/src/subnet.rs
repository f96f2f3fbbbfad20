//! The subnets of a load balancer: named, kept, selected or found. See the Go controller's guide "Subnet discovery".

use crate::{Config, LiveLoadBalancer, PlanError};
use aws_api::ec2::{RouteTable, Subnet};
use std::collections::{BTreeMap, BTreeSet};

/// Free addresses that a load balancer needs in each subnet.
const FREE_ADDRESSES: i32 = 8;
const ZONE: &str = "availability zone";

/// The network of the VPC.
#[derive(Clone, Copy)]
pub(crate) struct Network<'a> {
    pub(crate) subnets: &'a [Subnet],
    pub(crate) route_tables: &'a [RouteTable],
}

/// What a load balancer asks of its subnets.
#[derive(Clone, Copy)]
pub(crate) struct Zones {
    /// Each has IPv6.
    pub(crate) dualstack: bool,
    /// So many availability zones; one suffices of other kinds of zones.
    pub(crate) at_least: usize,
}

/// What would be right, and what to do.
pub(crate) type Refusal = (String, &'static str);

/// Why no subnets were found.
pub(crate) enum Unfound {
    /// None has IPv6: what is wrong with asking for it.
    Ipv6(Refusal),
    /// Else.
    Unfit(Box<PlanError>),
}

impl Unfound {
    fn unfit(error: PlanError) -> Self {
        Unfound::Unfit(Box::new(error))
    }
}

impl<'a> Network<'a> {
    /// Subnets by id or Name tag, in the order given.
    pub(crate) fn named(&self, wanted: &[String], zones: Zones) -> Result<Vec<&'a Subnet>, Refusal> {
        let mut sorted: Vec<_> = self.subnets.iter().collect();
        sorted.sort_by(|a, b| a.id.cmp(&b.id));
        let mut chosen: Vec<&Subnet> = Vec::new();
        for item in wanted {
            let fits = |subnet: &&&Subnet| match item.starts_with("subnet-") {
                true => subnet.id == *item,
                false => subnet.tags.get("Name") == Some(item) && chosen.iter().all(|other| other.id != subnet.id),
            };
            let subnet = sorted.iter().find(fits).ok_or_else(|| {
                let expected = format!("a list of subnets of the VPC: there is no subnet {item}");
                (expected, "name subnets by id or Name tag")
            })?;
            chosen.push(subnet);
        }
        check(&chosen, zones)?;
        Ok(chosen)
    }

    /// The subnets of a live load balancer, if it keeps its scheme and all are known.
    pub(crate) fn kept(&self, live: &LiveLoadBalancer, scheme: &str) -> Option<Vec<&'a Subnet>> {
        let known = |id: &String| self.subnets.iter().find(|subnet| subnet.id == *id);
        let kept = live.subnet_ids.iter().map(known).collect::<Option<Vec<_>>>();
        kept.filter(|kept| live.scheme == scheme && !kept.is_empty())
    }

    /// The subnets whose role tag fits the scheme, one per zone. `annotation` is the key by which others can be named.
    pub(crate) fn found(
        &self,
        scheme: &str,
        zones: Zones,
        config: &Config,
        annotation: String,
    ) -> Result<Vec<&'a Subnet>, Unfound> {
        let role_tag = role_tag(scheme);
        let mut candidates: Vec<_> = self
            .subnets
            .iter()
            .filter(|subnet| has_role(subnet, role_tag))
            .collect();
        if candidates.is_empty() && config.gates.subnet_discovery_by_reachability {
            let public = scheme == "internet-facing";
            candidates = self
                .subnets
                .iter()
                .filter(|subnet| self.is_public(subnet) == Some(public))
                .collect();
        }
        let mark = format!("the tag {role_tag}");
        self.chosen(candidates, mark, scheme, zones, config, annotation)
    }

    /// The subnets that have, for each key, a tag with one of the values; one per zone.
    pub(crate) fn selected(
        &self,
        tags: &BTreeMap<String, Vec<String>>,
        scheme: &str,
        zones: Zones,
        config: &Config,
        annotation: String,
    ) -> Result<Vec<&'a Subnet>, Unfound> {
        let fits = |subnet: &&Subnet| {
            let mut wanted = tags.iter();
            wanted.all(|(key, values)| subnet.tags.get(key).is_some_and(|value| values.contains(value)))
        };
        let candidates = self.subnets.iter().filter(fits).collect();
        let marks: Vec<_> = tags
            .iter()
            .map(|(key, values)| format!("{key}={}", values.join("|")))
            .collect();
        let mark = format!("the tags {} of IngressClassParams", marks.join(" and "));
        self.chosen(candidates, mark, scheme, zones, config, annotation)
    }

    /// One subnet per zone, of those that are fit. `mark` is what the candidates have in common, in words.
    fn chosen(
        &self,
        mut candidates: Vec<&'a Subnet>,
        mark: String,
        scheme: &str,
        zones: Zones,
        config: &Config,
        annotation: String,
    ) -> Result<Vec<&'a Subnet>, Unfound> {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let tagged = count(candidates.len());
        let mut drop = |reject: &dyn Fn(&Subnet) -> bool| {
            let before = candidates.len();
            candidates.retain(|subnet| !reject(subnet));
            count(before - candidates.len())
        };
        let other_cluster = drop(&|subnet| is_of_other_cluster(subnet, config));
        let full = drop(&|subnet| subnet.available_addresses < FREE_ADDRESSES);
        let without_ipv6 = drop(&|subnet| zones.dualstack && subnet.ipv6_cidrs.is_empty());
        let chosen = one_per_zone(candidates, config);
        let (vpc, scheme) = (config.vpc_id.clone(), scheme.to_owned());
        match chosen.len() {
            0 if without_ipv6 > 0 => Err(Unfound::Ipv6((
                format!("possible: no subnet of {vpc} that is fit otherwise has an IPv6 block"),
                "associate IPv6 blocks with the subnets, or write ipv4",
            ))),
            0 => Err(Unfound::unfit(PlanError::NoSubnets {
                vpc,
                scheme,
                role_tag: mark,
                tagged,
                other_cluster,
                full,
                annotation,
            })),
            number if number < needed(&chosen, zones) => Err(Unfound::unfit(PlanError::FewSubnets {
                vpc,
                scheme,
                chosen: ids(&chosen),
                needed: zones.at_least,
                annotation,
            })),
            _ => Ok(chosen),
        }
    }

    /// Whether a subnet's route table, its own or the main one, leads to an internet gateway; none when no table is known.
    fn is_public(&self, subnet: &Subnet) -> Option<bool> {
        let tables = self.route_tables;
        let own = tables.iter().find(|table| table.subnet_ids.contains(&subnet.id));
        let table = own.or_else(|| tables.iter().find(|table| table.main))?;
        Some(table.gateway_ids.iter().any(|gateway| gateway.starts_with("igw")))
    }
}

fn cluster_tag(config: &Config) -> String {
    format!("kubernetes.io/cluster/{}", config.cluster)
}

fn is_of_other_cluster(subnet: &Subnet, config: &Config) -> bool {
    config.gates.subnets_cluster_tag_check
        && !subnet.tags.contains_key(&cluster_tag(config))
        && subnet.tags.keys().any(|key| key.starts_with("kubernetes.io/cluster"))
}

/// The subnet of each zone that carries the cluster's tag, or else has the lowest id; sorted by id.
fn one_per_zone<'a>(mut candidates: Vec<&'a Subnet>, config: &Config) -> Vec<&'a Subnet> {
    let own = cluster_tag(config);
    candidates.sort_by_key(|subnet| (!subnet.tags.contains_key(&own), &subnet.id));
    let mut by_zone = BTreeMap::new();
    for subnet in candidates {
        by_zone.entry(&subnet.zone).or_insert(subnet);
    }
    let mut chosen: Vec<_> = by_zone.into_values().collect();
    chosen.sort_by(|a, b| a.id.cmp(&b.id));
    chosen
}

fn ids(subnets: &[&Subnet]) -> String {
    let ids: Vec<_> = subnets.iter().map(|subnet| subnet.id.as_str()).collect();
    ids.join(", ")
}

/// How many zones it takes, given the kind of zone.
fn needed(chosen: &[&Subnet], zones: Zones) -> usize {
    match chosen.iter().all(|subnet| locale(subnet) == ZONE) {
        true => zones.at_least,
        false => 1,
    }
}

fn check(chosen: &[&Subnet], zones: Zones) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = chosen.iter().find(|subnet| !seen.insert(&subnet.zone)) {
        let expected = format!(
            "one subnet per availability zone: {} is a second one of {}",
            twice.id, twice.zone
        );
        return Err((expected, "keep one subnet of each zone"));
    }
    let locales: BTreeSet<_> = chosen.iter().map(|subnet| locale(subnet)).collect();
    if locales.len() > 1 {
        let locales: Vec<_> = locales.into_iter().collect();
        let expected = format!("of one kind of zone: it has {}", locales.join(" and "));
        return Err((expected, "name subnets of one kind of zone only"));
    }
    if chosen.len() < needed(chosen, zones) {
        let expected = format!("a list of subnets in at least {} availability zones", zones.at_least);
        return Err((expected, "add a subnet of another zone"));
    }
    let without = chosen
        .iter()
        .find(|subnet| zones.dualstack && subnet.ipv6_cidrs.is_empty());
    if let Some(without) = without {
        let expected = format!("fit for dualstack: {} has no IPv6 block", without.id);
        return Err((expected, "associate an IPv6 block or use ip-address-type ipv4"));
    }
    Ok(())
}

/// The kind of zone, which its name tells: `us-west-2a`, `us-west-2-lax-1a`, `us-west-2-wl1-las-wlz-1`.
fn locale(subnet: &Subnet) -> &'static str {
    match subnet.zone.split('-').count() {
        _ if subnet.outpost_arn.is_some() => "outpost",
        _ if subnet.zone.contains("-wlz-") => "wavelength zone",
        0..=3 => ZONE,
        _ if subnet.zone.contains("-gov-") && subnet.zone.split('-').count() == 4 => ZONE,
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

/// Whether finding subnets takes the VPC's route tables, because role tags may not suffice.
pub(crate) fn needs_route_tables(subnets: &[Subnet], config: &Config) -> bool {
    let untagged = |scheme| !subnets.iter().any(|subnet| has_role(subnet, role_tag(scheme)));
    config.gates.subnet_discovery_by_reachability && ["internal", "internet-facing"].into_iter().any(untagged)
}
