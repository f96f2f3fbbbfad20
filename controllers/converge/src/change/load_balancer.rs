//! Changes of a load balancer that is there.

use super::written::Pairs;
use crate::observed::Role;
use aws_api::elbv2::Attributes;
use model::{Association, LoadBalancer, SecurityGroupRef};
use std::fmt;

/// A change of one load balancer.
#[derive(Debug, Clone, PartialEq)]
pub enum LoadBalancerChange {
    /// Attach security groups.
    SetSecurityGroups {
        /// All of them, in order.
        groups: Vec<SecurityGroupRef>,
        /// Whether they also govern traffic over private links: `on` or `off`.
        private_link: Option<String>,
    },
    /// Move it to these subnets.
    SetSubnets(Box<LoadBalancer>),
    /// Change its address type.
    SetIpAddressType(String),
    /// Take its public addresses from this pool, or from none.
    SetIpv4Pool(Option<String>),
    /// Change attributes.
    ModifyAttributes(Attributes),
    /// Reserve capacity units; 0 resets.
    ReserveCapacity(i32),
    /// Attach a web ACL of AWS WAF, or detach the one that there is.
    SetWebAcl(Association),
    /// Attach a web ACL of AWS WAF Classic, or detach the one that there is.
    SetClassicWebAcl(Association),
    /// Have it protected by AWS Shield Advanced.
    Protect,
    /// End its protection.
    Unprotect {
        /// Id of the protection.
        protection: String,
    },
}

impl LoadBalancerChange {
    pub(super) fn describe(&self, role: Role, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match role {
            Role::Main => "",
            Role::Frontend => " of the front-end load balancer",
        };
        match self {
            LoadBalancerChange::SetSecurityGroups { groups, .. } => write!(f, "~ security groups{of}: {groups:?}"),
            LoadBalancerChange::SetSubnets(wanted) => {
                let subnets: Vec<_> = wanted.subnets.iter().map(|subnet| subnet.subnet_id.as_str()).collect();
                write!(f, "~ subnets{of}: {}", subnets.join(", "))
            }
            LoadBalancerChange::SetIpAddressType(kind) => write!(f, "~ address type{of}: {kind}"),
            LoadBalancerChange::SetIpv4Pool(Some(pool)) => write!(f, "~ address pool{of}: {pool}"),
            LoadBalancerChange::SetIpv4Pool(None) => write!(f, "- address pool{of}"),
            LoadBalancerChange::ModifyAttributes(attributes) => {
                write!(f, "~ attributes of the {role}: {}", Pairs(attributes))
            }
            LoadBalancerChange::ReserveCapacity(units) => write!(f, "~ reserved capacity units{of}: {units}"),
            LoadBalancerChange::SetWebAcl(Association::With(acl)) => write!(f, "+ web ACL{of}: {acl}"),
            LoadBalancerChange::SetWebAcl(Association::None) => write!(f, "- web ACL{of}"),
            LoadBalancerChange::SetClassicWebAcl(Association::With(acl)) => write!(f, "+ classic web ACL{of}: {acl}"),
            LoadBalancerChange::SetClassicWebAcl(Association::None) => write!(f, "- classic web ACL{of}"),
            LoadBalancerChange::Protect => write!(f, "+ protection{of}"),
            LoadBalancerChange::Unprotect { protection } => write!(f, "- protection {protection}{of}"),
        }
    }
}
