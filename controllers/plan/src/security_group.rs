//! Which security groups the load balancer gets, and the rules of the one that is managed.

use crate::load_balancer::Frame;
use crate::{PlanError, Subject};
use aws_api::ec2::{Peer, Permission};
use ipnet::IpNet;
use model::{SecurityGroup, SecurityGroupRef, names, tags};

/// The decision.
pub(crate) struct Groups {
    /// Attached to the load balancer, in order.
    pub(crate) attached: Vec<SecurityGroupRef>,
    /// The managed group.
    pub(crate) managed: Option<SecurityGroup>,
    /// Whether the shared backend group is among the attached.
    pub(crate) needs_backend: bool,
    /// The source of traffic in target rules.
    pub(crate) source: Source,
}

/// Where target rules let traffic in from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The shared backend group.
    Backend,
    /// The managed group.
    Managed,
    /// Nothing: users manage the rules.
    Unmanaged,
    /// Address ranges: the load balancer has no security group.
    Ranges,
}

const KEY: &str = "aws-load-balancer-security-groups";
const MANAGE: &str = "aws-load-balancer-manage-backend-security-group-rules";
const DISABLE: &str = "aws-load-balancer-disable-nlb-sg";

/// Decides.
pub(crate) fn decide(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Groups, PlanError> {
    let live_groups = subject.facts.live.as_ref().map(|live| live.security_groups.len());
    let disabled = subject.annotations.boolean(DISABLE)?.unwrap_or(false);
    if disabled && live_groups.is_some_and(|count| count > 0) {
        let problem =
            format!("annotation service.beta.kubernetes.io/{DISABLE}: the load balancer already has security groups");
        let remedy = "remove the annotation, or delete the Service and create it again".to_owned();
        return Err(PlanError::Conflict { problem, remedy });
    }
    if live_groups == Some(0) || disabled || !subject.config.gates.nlb_security_group {
        let source = if subject.annotations.boolean(MANAGE)?.unwrap_or(true) {
            Source::Ranges
        } else {
            Source::Unmanaged
        };
        return Ok(Groups {
            attached: Vec::new(),
            managed: None,
            needs_backend: false,
            source,
        });
    }
    if subject.annotations.list(KEY).is_empty() {
        managed(subject, frame)
    } else {
        explicit(subject)
    }
}

fn managed(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Groups, PlanError> {
    let group = SecurityGroup {
        id: tags::MANAGED_SECURITY_GROUP_ID.to_owned(),
        name: names::managed_security_group(
            &subject.config.cluster,
            subject.namespace(),
            subject.name(),
            subject.uid(),
        ),
        description: "[k8s] Managed SecurityGroup for LoadBalancer".to_owned(),
        ingress: ingress(subject, frame)?,
        tags: subject.resource_tags(tags::MANAGED_SECURITY_GROUP_ID),
    };
    let needs_backend = subject.config.enable_backend_security_group;
    let mut attached = vec![SecurityGroupRef::Managed];
    attached.extend(needs_backend.then_some(SecurityGroupRef::Backend));
    let source = if needs_backend {
        Source::Backend
    } else {
        Source::Managed
    };
    Ok(Groups {
        attached,
        managed: Some(group),
        needs_backend,
        source,
    })
}

/// The groups that the annotation names: ids first, then names.
fn explicit(subject: &Subject<'_>) -> Result<Groups, PlanError> {
    let (ids, named): (Vec<String>, Vec<String>) = subject
        .annotations
        .list(KEY)
        .into_iter()
        .partition(|item| item.starts_with("sg-"));
    let mut attached = Vec::new();
    for item in ids.iter().chain(&named) {
        let fits = |group: &&aws_api::ec2::SecurityGroup| &group.id == item || group.tags.get("Name") == Some(item);
        let Some(group) = subject.facts.security_groups.iter().find(fits) else {
            let expected = format!(
                "a list of security groups of {}: there is no {item}",
                subject.config.vpc_id
            );
            return Err(subject
                .annotations
                .error(KEY, expected, "name groups by id or Name tag")
                .into());
        };
        attached.push(SecurityGroupRef::Id(group.id.clone()));
    }
    let manage = subject
        .annotations
        .boolean(MANAGE)?
        .unwrap_or(subject.config.manage_backend_security_group_rules);
    if manage && !subject.config.enable_backend_security_group {
        let remedy = "start the controller with --enable-backend-security-group, or manage the rules yourself";
        return Err(subject
            .annotations
            .error(MANAGE, "possible without the backend security group", remedy)
            .into());
    }
    attached.extend(manage.then_some(SecurityGroupRef::Backend));
    let source = if manage { Source::Backend } else { Source::Unmanaged };
    Ok(Groups {
        attached,
        managed: None,
        needs_backend: manage,
        source,
    })
}

/// The ranges that may reach the listeners, and whether they are the defaults.
pub(crate) fn source_ranges(subject: &Subject<'_>) -> Vec<String> {
    let spec = subject.service.spec.as_ref();
    let field = spec
        .and_then(|spec| spec.load_balancer_source_ranges.clone())
        .unwrap_or_default();
    if field.is_empty() {
        subject.annotations.list("load-balancer-source-ranges")
    } else {
        field
    }
}

fn ingress(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Vec<Permission>, PlanError> {
    let prefix_lists = subject
        .annotations
        .list("aws-load-balancer-security-group-prefix-lists");
    let mut ranges = source_ranges(subject);
    if ranges.is_empty() && prefix_lists.is_empty() {
        ranges.push("0.0.0.0/0".to_owned());
        ranges.extend(frame.dualstack.then(|| "::/0".to_owned()));
    }
    let icmp = subject
        .annotations
        .text("aws-load-balancer-enable-icmp-for-path-mtu-discovery")
        == Some("on");
    let mut rules = Vec::new();
    for port in subject.service.spec.iter().flat_map(|spec| spec.ports.iter().flatten()) {
        let protocol = port.protocol.as_deref().unwrap_or("TCP").to_lowercase();
        let rule = |peer: Peer| permission(&protocol, port.port, port.port, peer);
        for range in &ranges {
            let peer = peer(range, frame.dualstack)?;
            rules.push(rule(peer.clone()));
            if icmp {
                rules.push(match peer {
                    Peer::Ipv6(_) => permission("icmpv6", 2, 0, peer),
                    _ => permission("icmp", 3, 4, peer),
                });
            }
        }
        rules.extend(prefix_lists.iter().map(|list| rule(Peer::PrefixList(list.clone()))));
    }
    rules.sort();
    rules.dedup();
    Ok(rules)
}

fn permission(protocol: &str, from: i32, to: i32, peer: Peer) -> Permission {
    Permission {
        protocol: protocol.to_owned(),
        from_port: Some(from),
        to_port: Some(to),
        peer,
        description: None,
    }
}

fn peer(range: &str, dualstack: bool) -> Result<Peer, PlanError> {
    let wrong = |problem: &str, remedy: &str| PlanError::Field {
        field: "loadBalancerSourceRanges (or annotation service.beta.kubernetes.io/load-balancer-source-ranges)"
            .to_owned(),
        value: range.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    };
    match range.parse::<IpNet>() {
        Ok(IpNet::V4(_)) => Ok(Peer::Ipv4(range.to_owned())),
        Ok(IpNet::V6(_)) if dualstack => Ok(Peer::Ipv6(range.to_owned())),
        Ok(IpNet::V6(_)) => Err(wrong(
            "is IPv6, the load balancer is not",
            "use dualstack or an IPv4 range",
        )),
        Err(_) => Err(wrong("is not a range", "write it in CIDR notation, such as 10.0.0.0/8")),
    }
}
