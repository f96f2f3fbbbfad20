//! Changes of load balancers that are there.

use super::{Made, merge};
use crate::change::{Change, LoadBalancerChange};
use crate::diff::{PROTECTION, associated};
use crate::observed::{LiveLoadBalancer, Observed};
use aws_api::elbv2::{LoadBalancer, LoadBalancerZone, SubnetMapping};
use aws_api::shield::Protection;
use model::Stack;

impl Observed {
    pub(super) fn record_load_balancer(&mut self, change: &Change, made: &Made, desired: &Stack) {
        let Change::LoadBalancer(role, change) = change else {
            return;
        };
        let groups = match change {
            LoadBalancerChange::SetSecurityGroups { groups, .. } => groups
                .iter()
                .filter_map(|group| self.security_group_id(group))
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        self.with_load_balancer(*role, desired, |live| record(live, change, made, groups));
    }
}

fn record(live: &mut LiveLoadBalancer, change: &LoadBalancerChange, made: &Made, groups: Vec<String>) {
    match change {
        LoadBalancerChange::SetSecurityGroups { private_link, .. } => {
            live.load_balancer.security_groups = groups;
            if private_link.is_some() {
                live.load_balancer
                    .enforce_inbound_rules_on_private_link
                    .clone_from(private_link);
            }
        }
        LoadBalancerChange::SetSubnets(wanted) => set_subnets(&mut live.load_balancer, wanted),
        LoadBalancerChange::SetIpAddressType(kind) => live.load_balancer.ip_address_type.clone_from(kind),
        LoadBalancerChange::SetIpv4Pool(pool) => live.load_balancer.ipv4_ipam_pool.clone_from(pool),
        LoadBalancerChange::ModifyAttributes(attributes) => merge(&mut live.attributes, attributes),
        LoadBalancerChange::ReserveCapacity(units) => live.capacity = Some(*units),
        LoadBalancerChange::SetWebAcl(wish) => live.web_acl = Some(associated(wish).map(str::to_owned)),
        LoadBalancerChange::SetClassicWebAcl(wish) => {
            live.classic_web_acl = Some(associated(wish).map(str::to_owned));
        }
        LoadBalancerChange::Protect => {
            let id = match made {
                Made::Protection(id) => id.clone(),
                _ => String::new(),
            };
            let name = PROTECTION.to_owned();
            live.protection = Some(Some(Protection { id, name }));
        }
        LoadBalancerChange::Unprotect { .. } => live.protection = Some(None),
    }
}

fn set_subnets(live: &mut LoadBalancer, wanted: &model::LoadBalancer) {
    let zone = |subnet: &SubnetMapping| LoadBalancerZone {
        zone: String::new(),
        subnet_id: subnet.subnet_id.clone(),
        source_nat_ipv6_prefixes: subnet.source_nat_ipv6_prefix.iter().cloned().collect(),
    };
    live.zones = wanted.subnets.iter().map(zone).collect();
    if wanted.enable_prefix_for_ipv6_source_nat.is_some() {
        live.enable_prefix_for_ipv6_source_nat
            .clone_from(&wanted.enable_prefix_for_ipv6_source_nat);
    }
}
