//! The load balancer itself.

use crate::PlanError;
use crate::service::security_group::Groups;
use crate::service::{Subject, attributes};
use crate::subnet::{Network, Unfound, Zones};
use aws_api::ec2::Subnet;
use aws_api::elbv2::SubnetMapping;
use ipnet::{IpNet, Ipv6Net};
use model::{LoadBalancer, names, tags};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SUBNETS: &str = "aws-load-balancer-subnets";
const ADDRESS_TYPE: &str = "aws-load-balancer-ip-address-type";

/// What the other resources follow from.
pub(crate) struct Frame<'a> {
    pub(crate) scheme: String,
    pub(crate) dualstack: bool,
    pub(crate) subnets: Vec<&'a Subnet>,
}

pub(crate) fn frame<'a>(subject: &Subject<'a>) -> Result<Frame<'a>, PlanError> {
    let scheme = scheme(subject)?;
    let words = ["ipv4", "dualstack"];
    let dualstack = subject.annotations.word(ADDRESS_TYPE, &words)? == Some("dualstack");
    let subnets = subnets(subject, &scheme, dualstack)?;
    Ok(Frame {
        scheme,
        dualstack,
        subnets,
    })
}

/// Those that the annotation names, or those of the live load balancer of the same scheme, or those found.
fn subnets<'a>(subject: &Subject<'a>, scheme: &str, dualstack: bool) -> Result<Vec<&'a Subnet>, PlanError> {
    let facts = subject.facts;
    let network = Network {
        subnets: &facts.subnets,
        route_tables: &facts.route_tables,
    };
    let zones = Zones { dualstack, at_least: 1 };
    let wanted = subject.annotations.list(SUBNETS);
    if !wanted.is_empty() {
        let named = network.named(&wanted, zones);
        return named.map_err(|(expected, remedy)| subject.annotations.error(SUBNETS, expected, remedy).into());
    }
    if let Some(kept) = facts.live.as_ref().and_then(|live| network.kept(live, scheme)) {
        return Ok(kept);
    }
    let annotation = format!("{}{SUBNETS}", subject.annotations.prefix());
    let found = network.found(scheme, zones, subject.config, annotation);
    found.map_err(|unfound| match unfound {
        Unfound::Ipv6((expected, remedy)) => subject.annotations.error(ADDRESS_TYPE, expected, remedy).into(),
        Unfound::Unfit(error) => *error,
    })
}

/// A load balancer that lives keeps its scheme when nothing is said.
fn scheme(subject: &Subject<'_>) -> Result<String, PlanError> {
    let annotations = subject.annotations;
    if let Some(word) = annotations.word("aws-load-balancer-scheme", &["internal", "internet-facing"])? {
        return Ok(word.to_owned());
    }
    if let Some(internal) = annotations.boolean("aws-load-balancer-internal")? {
        return Ok(if internal { "internal" } else { "internet-facing" }.to_owned());
    }
    let live = subject.facts.live.as_ref().map(|live| &live.scheme);
    Ok(live.unwrap_or(&subject.config.default_scheme).clone())
}

pub(crate) fn build(subject: &Subject<'_>, frame: &Frame<'_>, groups: &Groups) -> Result<LoadBalancer, PlanError> {
    let annotations = subject.annotations;
    let prefix_nat = prefix_nat(subject, frame)?;
    let private_link = "aws-load-balancer-inbound-sg-rules-on-private-link-traffic";
    Ok(LoadBalancer {
        name: name(subject, frame)?,
        scheme: frame.scheme.clone(),
        ip_address_type: if frame.dualstack { "dualstack" } else { "ipv4" }.to_owned(),
        subnets: mappings(subject, frame, prefix_nat == "on")?,
        security_groups: groups.attached.clone(),
        enforce_inbound_rules_on_private_link: annotations.word(private_link, &["on", "off"])?.map(str::to_owned),
        enable_prefix_for_ipv6_source_nat: Some(prefix_nat.to_owned()),
        attributes: attributes::of_load_balancer(annotations)?,
        minimum_capacity: capacity(subject)?,
        tags: subject.resource_tags(tags::LOAD_BALANCER_ID),
        ..LoadBalancer::default()
    })
}

fn name(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<String, PlanError> {
    let key = "aws-load-balancer-name";
    match subject.annotations.text(key) {
        Some(name) if name.chars().count() > 32 => Err(subject
            .annotations
            .error(key, "a name of at most 32 characters", "shorten it")
            .into()),
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => {
            let (namespace, name, uid) = (subject.namespace(), subject.name(), subject.uid());
            Ok(names::service::load_balancer(
                &subject.config.cluster,
                namespace,
                name,
                uid,
                &frame.scheme,
            ))
        }
    }
}

fn prefix_nat(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<&'static str, PlanError> {
    let key = "aws-load-balancer-enable-prefix-for-ipv6-source-nat";
    if subject.annotations.word(key, &["on", "off"])? != Some("on") {
        return Ok("off");
    }
    match frame.dualstack && frame.subnets.iter().all(|subnet| !subnet.ipv6_cidrs.is_empty()) {
        true => Ok("on"),
        false => {
            let remedy = "set aws-load-balancer-ip-address-type to dualstack and use subnets with IPv6, or write off";
            Err(subject.annotations.error(key, "possible without IPv6", remedy).into())
        }
    }
}

fn capacity(subject: &Subject<'_>) -> Result<Option<i32>, PlanError> {
    if !subject.config.gates.capacity_reservation {
        return Ok(None);
    }
    let key = "aws-load-balancer-minimum-load-balancer-capacity";
    crate::attributes::minimum_capacity(subject.annotations, key)
}

fn mappings(subject: &Subject<'_>, frame: &Frame<'_>, prefix_nat: bool) -> Result<Vec<SubnetMapping>, PlanError> {
    let mapping = |subnet: &&Subnet| SubnetMapping {
        subnet_id: subnet.id.clone(),
        ..SubnetMapping::default()
    };
    let mut mappings: Vec<_> = frame.subnets.iter().map(mapping).collect();
    let public = frame.scheme == "internet-facing";
    let allocations = addresses(
        subject,
        frame,
        "aws-load-balancer-eip-allocations",
        public,
        "internet-facing load balancers",
    )?;
    let private = "aws-load-balancer-private-ipv4-addresses";
    let private = by_subnet::<Ipv4Addr>(subject, frame, private, !public, "internal load balancers", |subnet| {
        std::slice::from_ref(&subnet.cidr)
    })?;
    let ipv6 = "aws-load-balancer-ipv6-addresses";
    let ipv6 = by_subnet::<Ipv6Addr>(
        subject,
        frame,
        ipv6,
        frame.dualstack,
        "dualstack load balancers",
        |subnet| &subnet.ipv6_cidrs,
    )?;
    let prefixes = prefixes(subject, frame, prefix_nat)?;
    for (index, mapping) in mappings.iter_mut().enumerate() {
        mapping.allocation_id = allocations.get(index).cloned();
        mapping.private_ipv4_address = private.get(index).cloned();
        mapping.ipv6_address = ipv6.get(index).cloned();
        mapping.source_nat_ipv6_prefix = prefixes.get(index).cloned();
    }
    Ok(mappings)
}

/// A list that has one item per subnet, if it is there at all.
fn addresses(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    key: &str,
    allowed: bool,
    of: &str,
) -> Result<Vec<String>, PlanError> {
    let list = subject.annotations.list(key);
    if list.is_empty() {
        return Ok(list);
    }
    if !allowed {
        return Err(subject
            .annotations
            .error(key, format!("allowed: it is for {of} only"), "remove the annotation")
            .into());
    }
    if list.len() != frame.subnets.len() {
        let ids: Vec<_> = frame.subnets.iter().map(|subnet| subnet.id.as_str()).collect();
        let expected = format!(
            "one per subnet: {} given for {} subnets ({})",
            list.len(),
            ids.len(),
            ids.join(", ")
        );
        let remedy = format!(
            "give {}, or name {} subnets in service.beta.kubernetes.io/aws-load-balancer-subnets",
            ids.len(),
            list.len()
        );
        return Err(subject.annotations.error(key, expected, remedy).into());
    }
    Ok(list)
}

/// Addresses put into the order of the subnets whose blocks hold them.
fn by_subnet<A: std::str::FromStr + Into<IpAddr> + Copy>(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    key: &str,
    allowed: bool,
    of: &str,
    blocks: impl Fn(&Subnet) -> &[String],
) -> Result<Vec<String>, PlanError> {
    let list = addresses(subject, frame, key, allowed, of)?;
    let mut ordered = Vec::new();
    if list.is_empty() {
        return Ok(ordered);
    }
    if let Some(wrong) = list.iter().find(|address| address.parse::<A>().is_err()) {
        let remedy = "write addresses of the family, separated by commas";
        return Err(subject
            .annotations
            .error(key, format!("a list of addresses: {wrong} is none"), remedy)
            .into());
    }
    for subnet in &frame.subnets {
        let within = |address: &&String| {
            let Ok(address) = address.parse::<A>() else {
                return false;
            };
            let holds = |block: &String| {
                block
                    .parse::<IpNet>()
                    .is_ok_and(|block| block.contains(&address.into()))
            };
            blocks(subnet).iter().any(holds)
        };
        let inside: Vec<_> = list.iter().filter(within).collect();
        let [address] = inside[..] else {
            let expected = format!(
                "one address of each subnet: {} of {} ({})",
                inside.len(),
                subnet.id,
                blocks(subnet).join(", ")
            );
            return Err(subject
                .annotations
                .error(key, expected, "give one address within each subnet's block")
                .into());
        };
        ordered.push(address.clone());
    }
    Ok(ordered)
}

fn prefixes(subject: &Subject<'_>, frame: &Frame<'_>, prefix_nat: bool) -> Result<Vec<String>, PlanError> {
    let key = "aws-load-balancer-source-nat-ipv6-prefixes";
    let list = addresses(
        subject,
        frame,
        key,
        prefix_nat,
        "dualstack load balancers with IPv6 source NAT prefixes on",
    )?;
    for (prefix, subnet) in list.iter().zip(&frame.subnets) {
        let inside = |prefix: Ipv6Net| {
            let holds = |block: &String| block.parse::<Ipv6Net>().is_ok_and(|block| block.contains(&prefix));
            prefix.prefix_len() == 80 && subnet.ipv6_cidrs.iter().any(holds)
        };
        if prefix != "auto_assigned" && !prefix.parse().is_ok_and(inside) {
            let expected = format!("a list of prefixes of the subnets: {prefix} is no /80 of {}", subnet.id);
            return Err(subject
                .annotations
                .error(key, expected, "write auto_assigned or a /80 within the subnet")
                .into());
        }
    }
    Ok(list)
}
