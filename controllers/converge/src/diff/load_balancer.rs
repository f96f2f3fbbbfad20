//! The load balancer: replaced when its scheme differs, for AWS cannot change that; else changed in place.

use super::{Diff, differing};
use crate::change::Change;
use crate::defaults;
use crate::observed::LiveLoadBalancer;
use model::LoadBalancer;
use std::collections::BTreeSet;

impl Diff<'_> {
    pub(super) fn load_balancer(&self, changes: &mut Vec<Change>) {
        let kept = self.kept();
        let unwanted = self.observed.load_balancers.iter();
        let unwanted = unwanted.filter(|live| kept.is_none_or(|kept| kept.load_balancer.arn != live.load_balancer.arn));
        changes.extend(unwanted.map(|live| Change::DeleteLoadBalancer {
            arn: live.load_balancer.arn.clone(),
        }));
        match (kept, &self.desired.load_balancer) {
            (Some(live), Some(desired)) => self.modify_load_balancer(live, desired, changes),
            (None, Some(desired)) => create_load_balancer(desired, changes),
            (_, None) => {}
        }
    }

    /// The load balancer that stays.
    pub(super) fn kept(&self) -> Option<&LiveLoadBalancer> {
        self.observed.load_balancer(self.desired.load_balancer.as_ref()?)
    }

    fn modify_load_balancer(&self, live: &LiveLoadBalancer, desired: &LoadBalancer, changes: &mut Vec<Change>) {
        changes.extend(self.tags(&live.load_balancer.arn, &live.tags, &desired.tags));
        if self.security_groups_differ(live, desired) {
            changes.push(set_security_groups(desired));
        }
        if subnets_differ(live, desired) {
            changes.push(Change::SetSubnets(Box::new(desired.clone())));
        }
        if live.load_balancer.ip_address_type != desired.ip_address_type {
            changes.push(Change::SetIpAddressType(desired.ip_address_type.clone()));
        }
        changes
            .extend(differing(live.attributes.as_ref(), &desired.attributes).map(Change::ModifyLoadBalancerAttributes));
    }

    fn security_groups_differ(&self, live: &LiveLoadBalancer, desired: &LoadBalancer) -> bool {
        let wanted: Option<BTreeSet<_>> = desired
            .security_groups
            .iter()
            .map(|group| self.observed.security_group_id(group))
            .collect();
        let current: BTreeSet<_> = live.load_balancer.security_groups.iter().map(String::as_str).collect();
        let private_link = &desired.enforce_inbound_rules_on_private_link;
        wanted != Some(current)
            || private_link.is_some() && *private_link != live.load_balancer.enforce_inbound_rules_on_private_link
    }

    pub(super) fn capacity(&self, changes: &mut Vec<Change>) {
        let wanted = self
            .desired
            .load_balancer
            .as_ref()
            .and_then(|desired| desired.minimum_capacity);
        let current = self.kept().map_or(Some(0), |live| live.capacity);
        changes.extend(
            wanted
                .filter(|wanted| Some(*wanted) != current)
                .map(Change::ReserveCapacity),
        );
    }
}

fn create_load_balancer(desired: &LoadBalancer, changes: &mut Vec<Change>) {
    changes.push(Change::CreateLoadBalancer(desired.clone()));
    // A new load balancer has it on, and CreateLoadBalancer cannot say otherwise.
    if desired.enforce_inbound_rules_on_private_link.as_deref() == Some("off") {
        changes.push(set_security_groups(desired));
    }
    let fresh = defaults::load_balancer_attributes();
    changes.extend(differing(Some(&fresh), &desired.attributes).map(Change::ModifyLoadBalancerAttributes));
}

fn set_security_groups(desired: &LoadBalancer) -> Change {
    Change::SetSecurityGroups {
        groups: desired.security_groups.clone(),
        private_link: desired.enforce_inbound_rules_on_private_link.clone(),
    }
}

/// Fixed addresses of a subnet that stays cannot be changed, so they are not compared.
fn subnets_differ(live: &LiveLoadBalancer, desired: &LoadBalancer) -> bool {
    let current: BTreeSet<_> = live
        .load_balancer
        .zones
        .iter()
        .map(|zone| zone.subnet_id.as_str())
        .collect();
    let wanted: BTreeSet<_> = desired.subnets.iter().map(|subnet| subnet.subnet_id.as_str()).collect();
    let flag = |value: &Option<String>| value.as_deref() == Some("on");
    let prefix_differs = desired.subnets.iter().any(|subnet| {
        let zone = live
            .load_balancer
            .zones
            .iter()
            .find(|zone| zone.subnet_id == subnet.subnet_id);
        let prefix = subnet
            .source_nat_ipv6_prefix
            .as_ref()
            .filter(|prefix| *prefix != "auto_assigned");
        prefix.is_some_and(|prefix| zone.is_none_or(|zone| !zone.source_nat_ipv6_prefixes.contains(prefix)))
    });
    current != wanted
        || prefix_differs
        || desired.enable_prefix_for_ipv6_source_nat.is_some()
            && flag(&desired.enable_prefix_for_ipv6_source_nat)
                != flag(&live.load_balancer.enable_prefix_for_ipv6_source_nat)
}
