//! One step from what is to what should be, printable before it is made.

mod listener;
mod load_balancer;
mod written;

pub use listener::ListenerChange;
pub use load_balancer::LoadBalancerChange;

use crate::bindings::BindingKey;
use crate::observed::Role;
use crate::tags::TagChange;
use aws_api::ec2::Permission;
use aws_api::elbv2::{Attributes, HealthCheck, Target};
use model::{Binding, Certificate, Listener, LoadBalancer, SecurityGroup, TargetGroup};
use std::fmt;
use written::{Pairs, Rules, Written};

/// A change to one object. A change to the load balancer of a role is to the one that the stack keeps or has just created.
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
    /// Ask ACM for a certificate.
    RequestCertificate(Certificate),
    /// Wait until a certificate is issued.
    AwaitCertificate {
        /// Its resource id.
        certificate: String,
    },
    /// Delete a certificate.
    DeleteCertificate {
        /// Its ARN.
        arn: String,
    },
    /// Make a target group.
    CreateTargetGroup(TargetGroup),
    /// Tag a load balancer, listener, rule or target group.
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
    /// Make the stack's application load balancer a target.
    RegisterLoadBalancer {
        /// Resource id of the target group.
        target_group: String,
        /// The port of the application load balancer.
        port: i32,
    },
    /// Take targets out of a target group of application load balancers.
    DeregisterTargets {
        /// ARN of the target group.
        target_group_arn: String,
        /// Which.
        targets: Vec<Target>,
    },
    /// Delete a load balancer, with its listeners.
    DeleteLoadBalancer {
        /// Its ARN.
        arn: String,
    },
    /// Make the load balancer of a role, without listeners.
    CreateLoadBalancer(Role, LoadBalancer),
    /// Change the load balancer of a role.
    LoadBalancer(Role, LoadBalancerChange),
    /// Delete a listener.
    DeleteListener {
        /// Its ARN.
        arn: String,
    },
    /// Make a listener, without rules, of the load balancer of a role.
    CreateListener(Role, Listener),
    /// Change a listener of the load balancer of a role.
    Listener {
        /// Of which load balancer.
        role: Role,
        /// Its port.
        port: i32,
        /// How.
        change: ListenerChange,
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
    /// Delete a security group.
    DeleteSecurityGroup {
        /// Its id.
        id: String,
    },
}

impl Change {
    /// Whether it can take until AWS or another controller lets go of something, while the load balancer serves already.
    pub(crate) fn can_wait(&self) -> bool {
        matches!(
            self,
            Change::UpdateBinding(_)
                | Change::DeleteBinding(_)
                | Change::DeleteTargetGroup { .. }
                | Change::DeleteCertificate { .. }
                | Change::DeleteSecurityGroup { .. }
                | Change::RegisterLoadBalancer { .. }
                | Change::LoadBalancer(_, LoadBalancerChange::ReserveCapacity(_))
        )
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::CreateSecurityGroup(group) => write!(f, "+ security group {}", group.name),
            Change::TagSecurityGroup { id, tags } => write!(f, "~ tags of {id}: {}", Written(tags)),
            Change::Authorize(rules) => write!(f, "+ rules of the managed security group: {}", Rules(rules)),
            Change::Revoke(rules) => write!(f, "- rules of the managed security group: {}", Rules(rules)),
            Change::RequestCertificate(new) => {
                write!(f, "+ certificate of {}", new.subject_alternative_names.join(", "))
            }
            Change::AwaitCertificate { certificate } => write!(f, "  certificate {certificate} is to be issued"),
            Change::DeleteCertificate { arn } => write!(f, "- certificate {arn}"),
            Change::CreateTargetGroup(group) => {
                let TargetGroup {
                    name,
                    target_type,
                    protocol,
                    port,
                    ..
                } = group;
                write!(f, "+ target group {name} ({target_type} {protocol}:{port})")
            }
            Change::Tag { arn, tags } => write!(f, "~ tags of {arn}: {}", Written(tags)),
            Change::ModifyHealthCheck {
                target_group,
                health_check: HealthCheck { protocol, port, .. },
            } => write!(f, "~ health check of {target_group}: {protocol}:{port}"),
            Change::ModifyTargetGroupAttributes {
                target_group,
                attributes,
            } => write!(f, "~ attributes of {target_group}: {}", Pairs(attributes)),
            Change::RegisterLoadBalancer { target_group, port } => {
                write!(f, "+ target of {target_group}: port {port} of the load balancer")
            }
            Change::DeregisterTargets {
                target_group_arn,
                targets,
            } => {
                let ids: Vec<_> = targets.iter().map(|target| target.id.as_str()).collect();
                write!(f, "- targets of {target_group_arn}: {}", ids.join(", "))
            }
            Change::DeleteLoadBalancer { arn } => write!(f, "- load balancer {arn}"),
            Change::CreateLoadBalancer(role, new) => write!(f, "+ {role} {} ({})", new.name, new.scheme),
            Change::LoadBalancer(role, change) => change.describe(*role, f),
            Change::DeleteListener { arn } => write!(f, "- listener {arn}"),
            Change::CreateListener(role, new) => write!(f, "+ {} {}:{}", role.listener(), new.protocol, new.port),
            Change::Listener { role, port, change } => change.describe(&format!("{} {port}", role.listener()), f),
            Change::CreateBinding(binding) => write!(f, "+ binding {}", BindingKey::of(binding)),
            Change::UpdateBinding(binding) => write!(f, "~ binding {}", BindingKey::of(binding)),
            Change::DeleteBinding(key) => write!(f, "- binding {key}"),
            Change::DeleteTargetGroup { arn } => write!(f, "- target group {arn}"),
            Change::DeleteSecurityGroup { id } => write!(f, "- security group {id}"),
        }
    }
}
