//! The load balancer: scheme, address type, subnets with their addresses, attributes, capacity, name.

use crate::security_group::Groups;
use crate::{PlanError, Subject, attributes, subnet};
use aws_api::ec2::Subnet;
use aws_api::elbv2::SubnetMapping;
use ipnet::{Ipv4Net, Ipv6Net};
use model::{LoadBalancer, names, tags};
use std::net::{Ipv4Addr, Ipv6Addr};

const PREFIX_FLAG: &str = "aws-load-balancer-enable-prefix-for-ipv6-source-nat";

/// What the rest of the plan depends on.
pub(crate) struct Frame<'a> {
    pub(crate) scheme: String,
    pub(crate) dualstack: bool,
    pub(crate) subnets: Vec<&'a Subnet>,
}

/// Scheme, address type and subnets.
pub(crate) fn frame<'a>(subject: &Subject<'a>) -> Result<Frame<'a>, PlanError> {
    let scheme = scheme(subject)?;
    let kind = subject
        .annotations
        .word("aws-load-balancer-ip-address-type", &["ipv4", "dualstack"])?;
    let dualstack = kind == Some("dualstack");
    let subnets = subnet::resolve(subject, &scheme, dualstack)?;
    Ok(Frame {
        scheme,
        dualstack,
        subnets,
    })
}

fn scheme(subject: &Subject<'_>) -> Result<String, PlanError> {
    let annotations = subject.annotations;
    if let Some(scheme) = annotations.word("aws-load-balancer-scheme", &["internal", "internet-facing"])? {
        return Ok(scheme.to_owned());
    }
    if let Some(internal) = annotations.boolean("aws-load-balancer-internal")? {
        return Ok(if internal { "internal" } else { "internet-facing" }.to_owned());
    }
    let live = subject.facts.live.as_ref().map(|live| live.scheme.clone());
    Ok(live.unwrap_or_else(|| subject.config.default_scheme.clone()))
}

/// The load balancer.
pub(crate) fn build(subject: &Subject<'_>, frame: &Frame<'_>, groups: &Groups) -> Result<LoadBalancer, PlanError> {
    let private_link = "aws-load-balancer-inbound-sg-rules-on-private-link-traffic";
    Ok(LoadBalancer {
        name: name(subject, frame)?,
        scheme: frame.scheme.clone(),
        ip_address_type: if frame.dualstack { "dualstack" } else { "ipv4" }.to_owned(),
        subnets: mappings(subject, frame)?,
        security_groups: groups.attached.clone(),
        enforce_inbound_rules_on_private_link: subject
            .annotations
            .word(private_link, &["on", "off"])?
            .map(str::to_owned),
        enable_prefix_for_ipv6_source_nat: prefix_flag(subject, frame)?,
        attributes: attributes::of_load_balancer(subject)?,
        minimum_capacity: capacity(subject)?,
        tags: subject.resource_tags(tags::LOAD_BALANCER_ID),
    })
}

fn name(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<String, PlanError> {
    let key = "aws-load-balancer-name";
    match subject.annotations.text(key) {
        Some(name) if name.len() > 32 => Err(subject
            .annotations
            .error(key, "a name of at most 32 characters", "shorten it")
            .into()),
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => {
            let (namespace, name) = (subject.namespace(), subject.name());
            Ok(names::load_balancer(
                &subject.config.cluster,
                namespace,
                name,
                subject.uid(),
                &frame.scheme,
            ))
        }
    }
}

fn prefix_flag(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Option<String>, PlanError> {
    let flag = subject.annotations.word(PREFIX_FLAG, &["on", "off"])?;
    if flag == Some("on") && !frame.dualstack {
        let remedy = "set aws-load-balancer-ip-address-type to dualstack, or turn it off";
        return Err(subject
            .annotations
            .error(PREFIX_FLAG, "possible with ipv4", remedy)
            .into());
    }
    Ok(flag.map(str::to_owned))
}

fn capacity(subject: &Subject<'_>) -> Result<Option<i32>, PlanError> {
    let key = "aws-load-balancer-minimum-load-balancer-capacity";
    let asked = subject.annotations.map(key)?;
    if asked.is_empty() || !subject.config.gates.capacity_reservation {
        return Ok(None);
    }
    let units = asked
        .get("CapacityUnits")
        .filter(|_| asked.len() == 1)
        .and_then(|units| units.parse().ok());
    let wrong = || {
        subject
            .annotations
            .error(key, "CapacityUnits=NUMBER", "write CapacityUnits=100, or 0 to reset")
    };
    units.map(Some).ok_or_else(|| wrong().into())
}

/// Subnets with the addresses that annotations assign to them.
fn mappings(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Vec<SubnetMapping>, PlanError> {
    let mut mappings: Vec<SubnetMapping> = frame
        .subnets
        .iter()
        .map(|subnet| SubnetMapping {
            subnet_id: subnet.id.clone(),
            ..SubnetMapping::default()
        })
        .collect();
    let facing = frame.scheme == "internet-facing";
    let allocations = one_per_subnet(
        subject,
        frame,
        "aws-load-balancer-eip-allocations",
        facing,
        "an internet-facing load balancer",
    )?;
    for (mapping, allocation) in mappings.iter_mut().zip(allocations) {
        mapping.allocation_id = Some(allocation);
    }
    let key = "aws-load-balancer-private-ipv4-addresses";
    let addresses = one_per_subnet(subject, frame, key, !facing, "an internal load balancer")?;
    place(subject, frame, key, &addresses, contains_v4, |index, address| {
        mappings[index].private_ipv4_address = Some(address);
    })?;
    let key = "aws-load-balancer-ipv6-addresses";
    let addresses = one_per_subnet(subject, frame, key, frame.dualstack, "a dualstack load balancer")?;
    place(subject, frame, key, &addresses, contains_v6, |index, address| {
        mappings[index].ipv6_address = Some(address)
    })?;
    let key = "aws-load-balancer-source-nat-ipv6-prefixes";
    let on = subject.annotations.text(PREFIX_FLAG) == Some("on");
    let prefixes = one_per_subnet(
        subject,
        frame,
        key,
        on && frame.dualstack,
        "source NAT prefixes turned on",
    )?;
    for (mapping, prefix) in mappings.iter_mut().zip(prefixes) {
        let valid = prefix == "auto_assigned" || prefix.parse::<Ipv6Net>().is_ok_and(|net| net.prefix_len() == 80);
        if !valid {
            let remedy = format!("replace {prefix}");
            return Err(subject
                .annotations
                .error(key, "a list of auto_assigned or /80 prefixes", remedy)
                .into());
        }
        mapping.source_nat_ipv6_prefix = Some(prefix);
    }
    Ok(mappings)
}

/// The items of a list that must have one item per subnet, if it is given.
fn one_per_subnet(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    key: &str,
    allowed: bool,
    needs: &str,
) -> Result<Vec<String>, PlanError> {
    let items = subject.annotations.list(key);
    if items.is_empty() {
        return Ok(items);
    }
    if !allowed {
        return Err(subject
            .annotations
            .error(key, format!("possible without {needs}"), "remove it")
            .into());
    }
    let (given, needed) = (items.len(), frame.subnets.len());
    if given != needed {
        let subnets: Vec<&str> = frame.subnets.iter().map(|subnet| subnet.id.as_str()).collect();
        let expected = format!(
            "one per subnet: {given} given for {needed} subnets ({})",
            subnets.join(", ")
        );
        let remedy = format!("give {needed}, or choose subnets with aws-load-balancer-subnets");
        return Err(subject.annotations.error(key, expected, remedy).into());
    }
    Ok(items)
}

/// Assigns addresses to the subnets that contain them, exactly one each.
fn place(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    key: &str,
    addresses: &[String],
    contains: fn(&Subnet, &str) -> bool,
    mut assign: impl FnMut(usize, String),
) -> Result<(), PlanError> {
    if addresses.is_empty() {
        return Ok(());
    }
    for (index, subnet) in frame.subnets.iter().enumerate() {
        let inside: Vec<&String> = addresses.iter().filter(|address| contains(subnet, address)).collect();
        let [address] = inside.as_slice() else {
            let expected = format!(
                "one address in each subnet: {} of them are in {} ({})",
                inside.len(),
                subnet.id,
                subnet.cidr
            );
            return Err(subject
                .annotations
                .error(key, expected, "give one address of each subnet")
                .into());
        };
        assign(index, (*address).clone());
    }
    Ok(())
}

fn contains_v4(subnet: &Subnet, address: &str) -> bool {
    let net: Option<Ipv4Net> = subnet.cidr.parse().ok();
    let address: Option<Ipv4Addr> = address.parse().ok();
    net.zip(address).is_some_and(|(net, address)| net.contains(&address))
}

fn contains_v6(subnet: &Subnet, address: &str) -> bool {
    let Ok(address) = address.parse::<Ipv6Addr>() else {
        return false;
    };
    let nets = subnet.ipv6_cidrs.iter().filter_map(|cidr| cidr.parse::<Ipv6Net>().ok());
    nets.into_iter().any(|net| net.contains(&address))
}
