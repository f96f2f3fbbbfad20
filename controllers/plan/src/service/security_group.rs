//! Which security groups a load balancer has, and who may reach the targets.

use crate::PlanError;
use crate::security_group::{self, DESCRIPTION, NAMED_REMEDY, rule};
use crate::service::Subject;
use crate::service::load_balancer::Frame;
use aws_api::ec2::{Peer, Permission};
use ipnet::IpNet;
use model::tags::MANAGED_SECURITY_GROUP_ID;
use model::{Binding, SecurityGroup, SecurityGroupRef, names};

const GROUPS: &str = "aws-load-balancer-security-groups";
const MANAGE: &str = "aws-load-balancer-manage-backend-security-group-rules";
const DISABLE: &str = "aws-load-balancer-disable-nlb-sg";
const RANGES: &str = "load-balancer-source-ranges";

/// How targets are opened to the load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetRules {
    /// To a security group of the load balancer; it is one of the placeholders of [`Binding`].
    Group(&'static str),
    /// To addresses: the load balancer has no security groups.
    Addresses,
    /// Not by us.
    Nobody,
}

/// The decision.
pub(crate) struct Groups {
    pub(crate) attached: Vec<SecurityGroupRef>,
    pub(crate) managed: Option<SecurityGroup>,
    pub(crate) needs_backend: bool,
    pub(crate) targets: TargetRules,
}

pub(crate) fn decide(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Groups, PlanError> {
    let (annotations, config) = (subject.annotations, subject.config);
    let disabled = annotations.boolean(DISABLE)?.unwrap_or(false);
    let without = |targets| Groups {
        attached: Vec::new(),
        managed: None,
        needs_backend: false,
        targets,
    };
    let live = subject.facts.live.as_ref();
    if live.is_some_and(|live| live.security_groups.is_empty()) {
        return Ok(without(by_address(subject)?));
    }
    if disabled || !config.gates.nlb_security_group {
        if live.is_some() {
            let problem = format!(
                "the load balancer has security groups, and {} says it should have none",
                off_switch(disabled)
            );
            let remedy =
                "AWS cannot take the last security group away: let them be, or delete the Service and create it anew";
            return Err(PlanError::Conflict {
                problem,
                remedy: remedy.to_owned(),
            });
        }
        return Ok(without(by_address(subject)?));
    }
    let frontend = named(subject)?;
    if frontend.is_empty() {
        return managed(subject, frame);
    }
    let manage = annotations
        .boolean(MANAGE)?
        .unwrap_or(config.manage_backend_security_group_rules);
    if manage && !config.enable_backend_security_group {
        let remedy = "start the controller with --enable-backend-security-group or write \"false\"";
        return Err(annotations
            .error(MANAGE, "possible without the backend security group", remedy)
            .into());
    }
    let backend = manage.then_some(SecurityGroupRef::Backend);
    Ok(Groups {
        attached: frontend.into_iter().chain(backend).collect(),
        managed: None,
        needs_backend: manage,
        targets: if manage {
            TargetRules::Group(Binding::BACKEND_GROUP)
        } else {
            TargetRules::Nobody
        },
    })
}

fn off_switch(by_annotation: bool) -> String {
    match by_annotation {
        true => format!("annotation service.beta.kubernetes.io/{DISABLE}: \"true\""),
        false => "feature gate NLBSecurityGroup=false".to_owned(),
    }
}

fn by_address(subject: &Subject<'_>) -> Result<TargetRules, PlanError> {
    let manage = subject.annotations.boolean(MANAGE)?.unwrap_or(true);
    Ok(if manage {
        TargetRules::Addresses
    } else {
        TargetRules::Nobody
    })
}

/// The groups of the annotation.
fn named(subject: &Subject<'_>) -> Result<Vec<SecurityGroupRef>, PlanError> {
    let list = subject.annotations.list(GROUPS);
    let found = security_group::named(&list, &subject.facts.security_groups);
    found.map_err(|expected| subject.annotations.error(GROUPS, expected, NAMED_REMEDY).into())
}

fn managed(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Groups, PlanError> {
    let shared = subject.config.enable_backend_security_group;
    let group = SecurityGroup {
        id: MANAGED_SECURITY_GROUP_ID.to_owned(),
        name: names::service::managed_security_group(
            &subject.config.cluster,
            subject.namespace(),
            subject.name(),
            subject.uid(),
        ),
        description: DESCRIPTION.to_owned(),
        ingress: ingress(subject, frame)?,
        tags: subject.resource_tags(MANAGED_SECURITY_GROUP_ID),
    };
    let attached = [SecurityGroupRef::Managed]
        .into_iter()
        .chain(shared.then_some(SecurityGroupRef::Backend));
    let source = if shared {
        Binding::BACKEND_GROUP
    } else {
        Binding::MANAGED_GROUP
    };
    Ok(Groups {
        attached: attached.collect(),
        managed: Some(group),
        needs_backend: shared,
        targets: TargetRules::Group(source),
    })
}

/// The addresses that the Service says may come; empty if it does not say.
pub(crate) fn source_ranges(subject: &Subject<'_>) -> Result<Vec<IpNet>, PlanError> {
    let spec = subject.service.spec.as_ref();
    let of_spec = spec
        .and_then(|spec| spec.load_balancer_source_ranges.clone())
        .unwrap_or_default();
    let from_spec = !of_spec.is_empty();
    let list = if from_spec {
        of_spec
    } else {
        subject.annotations.list(RANGES)
    };
    let read = |text: &String| {
        text.trim().parse::<IpNet>().map_err(|_| match from_spec {
            true => PlanError::Field {
                object: None,
                field: "loadBalancerSourceRanges".to_owned(),
                value: text.clone(),
                problem: "is no range of addresses".to_owned(),
                remedy: "write it in CIDR notation, as 203.0.113.0/24".to_owned(),
            },
            false => {
                let expected = format!("a list of ranges of addresses: {text}");
                subject
                    .annotations
                    .error(RANGES, expected, "write ranges in CIDR notation, as 203.0.113.0/24")
                    .into()
            }
        })
    };
    list.iter().map(read).collect()
}

fn ingress(subject: &Subject<'_>, frame: &Frame<'_>) -> Result<Vec<Permission>, PlanError> {
    let prefix_lists = subject
        .annotations
        .list("aws-load-balancer-security-group-prefix-lists");
    let mut peers: Vec<_> = source_ranges(subject)?.into_iter().map(peer).collect();
    if peers.is_empty() && prefix_lists.is_empty() {
        peers.push(Peer::Ipv4("0.0.0.0/0".to_owned()));
        peers.extend(frame.dualstack.then(|| Peer::Ipv6("::/0".to_owned())));
    }
    if let Some(Peer::Ipv6(range)) = peers
        .iter()
        .find(|peer| matches!(peer, Peer::Ipv6(_)))
        .filter(|_| !frame.dualstack)
    {
        return Err(PlanError::Field {
            object: None,
            field: "loadBalancerSourceRanges, or annotation service.beta.kubernetes.io/load-balancer-source-ranges"
                .to_owned(),
            value: range.clone(),
            problem: "is IPv6, and the load balancer is not".to_owned(),
            remedy: "remove it, or set service.beta.kubernetes.io/aws-load-balancer-ip-address-type to dualstack"
                .to_owned(),
        });
    }
    let mtu = subject
        .annotations
        .text("aws-load-balancer-enable-icmp-for-path-mtu-discovery")
        == Some("on");
    let mut rules = Vec::new();
    for port in subject.service.spec.iter().flat_map(|spec| spec.ports.iter().flatten()) {
        let protocol = port.protocol.as_deref().unwrap_or("TCP").to_ascii_lowercase();
        let lists = prefix_lists.iter().cloned().map(Peer::PrefixList);
        let peers = peers.iter().cloned().chain(lists);
        rules.extend(peers.map(|peer| rule(&protocol, port.port, port.port, peer)));
    }
    if mtu {
        rules.extend(peers.into_iter().map(|peer| match peer {
            Peer::Ipv6(_) => rule("icmpv6", 2, 0, peer),
            _ => rule("icmp", 3, 4, peer),
        }));
    }
    let mut seen = std::collections::BTreeSet::new();
    rules.retain(|rule| seen.insert(rule.clone()));
    Ok(rules)
}

fn peer(range: IpNet) -> Peer {
    match range {
        IpNet::V4(range) => Peer::Ipv4(range.to_string()),
        IpNet::V6(range) => Peer::Ipv6(range.to_string()),
    }
}
