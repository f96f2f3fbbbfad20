//! One step from what is to what should be, printable before it is made.

use crate::bindings::BindingKey;
use crate::tags::TagChange;
use aws_api::ec2::{Peer, Permission};
use aws_api::elbv2::{Attributes, HealthCheck};
use model::{Binding, Listener, LoadBalancer, SecurityGroup, SecurityGroupRef, TargetGroup};
use std::fmt;

/// A change to one object. A change to "the" load balancer is to the one that the stack keeps or has just created.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Make the managed security group, without rules.
    CreateSecurityGroup(SecurityGroup),
    /// Tag a security group.
    TagSecurityGroup {
        /// Its id.
        id: String,
        /// How.
        tags: TagChange,
    },
    /// Let in what the managed security group should and does not.
    Authorize(Vec<Permission>),
    /// Stop letting in what the managed security group should not.
    Revoke(Vec<Permission>),
    /// Make a target group.
    CreateTargetGroup(TargetGroup),
    /// Tag a load balancer, listener or target group.
    Tag {
        /// Its ARN.
        arn: String,
        /// How.
        tags: TagChange,
    },
    /// Change the health check of a target group.
    ModifyHealthCheck {
        /// Resource id of the target group.
        target_group: String,
        /// What it should be.
        health_check: HealthCheck,
    },
    /// Change attributes of a target group.
    ModifyTargetGroupAttributes {
        /// Resource id of the target group.
        target_group: String,
        /// Those that differ.
        attributes: Attributes,
    },
    /// Delete a load balancer, with its listeners.
    DeleteLoadBalancer {
        /// Its ARN.
        arn: String,
    },
    /// Make the load balancer, without listeners.
    CreateLoadBalancer(LoadBalancer),
    /// Attach security groups to the load balancer.
    SetSecurityGroups {
        /// All of them, in order.
        groups: Vec<SecurityGroupRef>,
        /// Whether they also govern traffic over private links: `on` or `off`.
        private_link: Option<String>,
    },
    /// Move the load balancer to these subnets.
    SetSubnets(Box<LoadBalancer>),
    /// Change the address type of the load balancer.
    SetIpAddressType(String),
    /// Change attributes of the load balancer.
    ModifyLoadBalancerAttributes(Attributes),
    /// Delete a listener.
    DeleteListener {
        /// Its ARN.
        arn: String,
    },
    /// Make a listener.
    CreateListener(Listener),
    /// Change what the listener of this port is.
    ModifyListener(Listener),
    /// Change attributes of a listener.
    ModifyListenerAttributes {
        /// Its port.
        port: i32,
        /// Those that differ.
        attributes: Attributes,
    },
    /// Add certificates to a listener, beside the default one.
    AddCertificates {
        /// Its port.
        port: i32,
        /// Their ARNs.
        certificates: Vec<String>,
    },
    /// Take certificates from a listener.
    RemoveCertificates {
        /// Its port.
        port: i32,
        /// Their ARNs.
        certificates: Vec<String>,
    },
    /// Make a TargetGroupBinding.
    CreateBinding(Binding),
    /// Make a TargetGroupBinding what it should be.
    UpdateBinding(Binding),
    /// Delete a TargetGroupBinding and wait until it is gone.
    DeleteBinding(BindingKey),
    /// Delete a target group.
    DeleteTargetGroup {
        /// Its ARN.
        arn: String,
    },
    /// Reserve capacity units; 0 resets.
    ReserveCapacity(i32),
    /// Delete a security group.
    DeleteSecurityGroup {
        /// Its id.
        id: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::CreateSecurityGroup(group) => write!(f, "+ security group {}", group.name),
            Change::TagSecurityGroup { id, tags } => write!(f, "~ tags of {id}: {}", Written(tags)),
            Change::Authorize(rules) => write!(f, "+ rules of the managed security group: {}", Rules(rules)),
            Change::Revoke(rules) => write!(f, "- rules of the managed security group: {}", Rules(rules)),
            Change::CreateTargetGroup(group) => {
                write!(
                    f,
                    "+ target group {} ({} {}:{})",
                    group.name, group.target_type, group.protocol, group.port
                )
            }
            Change::Tag { arn, tags } => write!(f, "~ tags of {arn}: {}", Written(tags)),
            Change::ModifyHealthCheck {
                target_group,
                health_check,
            } => {
                write!(
                    f,
                    "~ health check of {target_group}: {}:{}",
                    health_check.protocol, health_check.port
                )
            }
            Change::ModifyTargetGroupAttributes {
                target_group,
                attributes,
            } => {
                write!(f, "~ attributes of {target_group}: {}", Pairs(attributes))
            }
            Change::DeleteLoadBalancer { arn } => write!(f, "- load balancer {arn}"),
            Change::CreateLoadBalancer(new) => write!(f, "+ load balancer {} ({})", new.name, new.scheme),
            Change::SetSecurityGroups { groups, .. } => write!(f, "~ security groups: {groups:?}"),
            Change::SetSubnets(wanted) => {
                let subnets: Vec<_> = wanted.subnets.iter().map(|subnet| subnet.subnet_id.as_str()).collect();
                write!(f, "~ subnets: {}", subnets.join(", "))
            }
            Change::SetIpAddressType(kind) => write!(f, "~ address type: {kind}"),
            Change::ModifyLoadBalancerAttributes(attributes) => {
                write!(f, "~ attributes of the load balancer: {}", Pairs(attributes))
            }
            Change::DeleteListener { arn } => write!(f, "- listener {arn}"),
            Change::CreateListener(listener) => write!(f, "+ listener {}:{}", listener.protocol, listener.port),
            Change::ModifyListener(listener) => write!(f, "~ listener {}:{}", listener.protocol, listener.port),
            Change::ModifyListenerAttributes { port, attributes } => {
                write!(f, "~ attributes of listener {port}: {}", Pairs(attributes))
            }
            Change::AddCertificates { port, certificates } => {
                write!(f, "+ certificates of listener {port}: {}", certificates.join(", "))
            }
            Change::RemoveCertificates { port, certificates } => {
                write!(f, "- certificates of listener {port}: {}", certificates.join(", "))
            }
            Change::CreateBinding(binding) => write!(f, "+ binding {}", BindingKey::of(binding)),
            Change::UpdateBinding(binding) => write!(f, "~ binding {}", BindingKey::of(binding)),
            Change::DeleteBinding(key) => write!(f, "- binding {key}"),
            Change::DeleteTargetGroup { arn } => write!(f, "- target group {arn}"),
            Change::ReserveCapacity(units) => write!(f, "~ reserved capacity units: {units}"),
            Change::DeleteSecurityGroup { id } => write!(f, "- security group {id}"),
        }
    }
}

struct Pairs<'a>(&'a Attributes);

impl fmt::Display for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|(key, value)| format!("{key}={value}")).collect();
        f.write_str(&pairs.join(", "))
    }
}

struct Written<'a>(&'a TagChange);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.0.set.iter().map(|(key, value)| format!("{key}={value}"));
        let removed = self.0.remove.iter().map(|key| format!("-{key}"));
        f.write_str(&set.chain(removed).collect::<Vec<_>>().join(", "))
    }
}

struct Rules<'a>(&'a [Permission]);

impl fmt::Display for Rules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = |port: Option<i32>| port.map_or_else(|| "all".to_owned(), |port| port.to_string());
        let rule = |rule: &Permission| {
            let (Peer::Ipv4(peer) | Peer::Ipv6(peer) | Peer::SecurityGroup(peer) | Peer::PrefixList(peer)) = &rule.peer;
            format!(
                "{} {}-{} from {peer}",
                rule.protocol,
                port(rule.from_port),
                port(rule.to_port)
            )
        };
        f.write_str(&self.0.iter().map(rule).collect::<Vec<_>>().join("; "))
    }
}
