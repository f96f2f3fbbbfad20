//! The resources of a stack.

mod add_ons;
mod binding;
mod certificate;
mod frontend;
mod listener;
mod load_balancer;
mod security_group;
mod target_group;

pub use add_ons::{AddOns, Association};
pub use binding::Binding;
pub use certificate::{Certificate, CertificateRef};
pub use frontend::{AlbTargetGroup, FrontendNlb};
pub use listener::{Listener, Rule};
pub use load_balancer::{LoadBalancer, LoadBalancerKind};
pub use security_group::{SecurityGroup, SecurityGroupRef};
pub use target_group::{TargetGroup, TargetGroupRef};

use crate::tags::Owner;
use serde::Serialize;

/// Everything that one Service, or one group of Ingresses, asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Stack {
    /// What it belongs to, which decides the keys of its tags.
    pub owner: Owner,
    /// `namespace/name` of the Service or of the Ingress, or the name of the group.
    pub id: String,
    /// The load balancer; absent when the owner is not, or no longer, ours.
    pub load_balancer: Option<LoadBalancer>,
    /// The load balancer's own security group.
    pub managed_security_group: Option<SecurityGroup>,
    /// Whether the cluster's shared backend security group is attached to the load balancer.
    pub needs_backend_security_group: bool,
    /// Target groups.
    pub target_groups: Vec<TargetGroup>,
    /// Listeners.
    pub listeners: Vec<Listener>,
    /// Target group bindings: the Kubernetes side of the target groups.
    pub bindings: Vec<Binding>,
    /// Certificates that are to be made.
    pub certificates: Vec<Certificate>,
    /// A network load balancer in front of the load balancer.
    pub frontend: Option<FrontendNlb>,
    /// What is to be attached to the load balancer.
    pub add_ons: AddOns,
}
