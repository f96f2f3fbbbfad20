//! The load balancer: replaced when its scheme differs, for AWS cannot change that; else changed in place.

use super::{Diff, differing};
use crate::change::{Change, LoadBalancerChange};
use crate::defaults;
use crate::observed::{LiveLoadBalancer, Role};
use model::LoadBalancer;
use model::tags::{FRONTEND_NLB_ID, resource_of};
use std::collections::BTreeSet;

impl Diff<'_> {
    /// Deletes what no role keeps: those in front first, since they have the others as targets.
    pub(super) fn unwanted_load_balancers(&self, changes: &mut Vec<Change>) {
        let kept = [Role::Main, Role::Frontend].map(|role| self.kept(role).map(|kept| &kept.load_balancer.arn));
        let mut unwanted: Vec<_> = self.observed.load_balancers.iter().collect();
        unwanted.retain(|live| !kept.contains(&Some(&live.load_balancer.arn)));
        unwanted.sort_by_key(|live| resource_of(&live.tags) != Some(FRONTEND_NLB_ID));
        changes.extend(unwanted.into_iter().map(|live| Change::DeleteLoadBalancer {
            arn: live.load_balancer.arn.clone(),
        }));
    }

    pub(super) fn load_balancer(&self, role: Role, changes: &mut Vec<Change>) {
        match (self.kept(role), role.of(self.desired)) {
            (Some(live), Some(desired)) => self.modify_load_balancer(role, live, desired, changes),
            (None, Some(desired)) => create_load_balancer(role, desired, changes),
            (_, None) => {}
        }
    }

    /// The load balancer of a role that stays.
    pub(super) fn kept(&self, role: Role) -> Option<&LiveLoadBalancer> {
        self.observed.load_balancer(role.of(self.desired)?)
    }

    fn modify_load_balancer(
        &self,
        role: Role,
        live: &LiveLoadBalancer,
        desired: &LoadBalancer,
        changes: &mut Vec<Change>,
    ) {
        let pool_differs = live.load_balancer.ipv4_ipam_pool != desired.ipv4_ipam_pool;
        let set_pool = || LoadBalancerChange::SetIpv4Pool(desired.ipv4_ipam_pool.clone());
        let mut modify = Vec::new();
        if pool_differs && desired.ipv4_ipam_pool.is_none() {
            modify.push(set_pool());
        }
        changes.extend(self.tags(&live.load_balancer.arn, &live.tags, &desired.tags));
        if self.security_groups_differ(live, desired) {
            modify.push(set_security_groups(desired));
        }
        if subnets_differ(live, desired) {
            modify.push(LoadBalancerChange::SetSubnets(Box::new(desired.clone())));
        }
        if live.load_balancer.ip_address_type != desired.ip_address_type {
            modify.push(LoadBalancerChange::SetIpAddressType(desired.ip_address_type.clone()));
        }
        let attributes = differing(live.attributes.as_ref(), &desired.attributes);
        modify.extend(attributes.map(LoadBalancerChange::ModifyAttributes));
        if pool_differs && desired.ipv4_ipam_pool.is_some() {
            modify.push(set_pool());
        }
        changes.extend(modify.into_iter().map(|change| Change::LoadBalancer(role, change)));
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
        for role in [Role::Main, Role::Frontend] {
            let wanted = role.of(self.desired).and_then(|desired| desired.minimum_capacity);
            let current = self.kept(role).map_or(Some(0), |live| live.capacity);
            let reserve = wanted.filter(|wanted| Some(*wanted) != current);
            changes.extend(reserve.map(|units| Change::LoadBalancer(role, LoadBalancerChange::ReserveCapacity(units))));
        }
    }
}

fn create_load_balancer(role: Role, desired: &LoadBalancer, changes: &mut Vec<Change>) {
    changes.push(Change::CreateLoadBalancer(role, desired.clone()));
    // A new load balancer has it on, and CreateLoadBalancer cannot say otherwise.
    if desired.enforce_inbound_rules_on_private_link.as_deref() == Some("off") {
        changes.push(Change::LoadBalancer(role, set_security_groups(desired)));
    }
    let fresh = defaults::load_balancer_attributes(desired.kind.as_str());
    let attributes = differing(Some(&fresh), &desired.attributes);
    changes.extend(
        attributes.map(|differing| Change::LoadBalancer(role, LoadBalancerChange::ModifyAttributes(differing))),
    );
}

fn set_security_groups(desired: &LoadBalancer) -> LoadBalancerChange {
    LoadBalancerChange::SetSecurityGroups {
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
