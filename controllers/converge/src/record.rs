//! What a change that was made does to what is known.

use crate::bindings::BindingKey;
use crate::change::Change;
use crate::observed::{LiveListener, LiveLoadBalancer, LiveTargetGroup, Observed};
use aws_api::ec2::{Permission, SecurityGroup};
use aws_api::elbv2::{Attributes, Listener, LoadBalancer, LoadBalancerZone, TargetGroup};
use model::Stack;

/// What AWS answered to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// Nothing that was not known.
    Done,
    /// A new security group.
    SecurityGroup(SecurityGroup),
    /// A new target group, and its attributes, if they are known.
    TargetGroup(TargetGroup, Option<Attributes>),
    /// A new load balancer, and its attributes, if they are known.
    LoadBalancer(LoadBalancer, Option<Attributes>),
    /// A new listener, and its attributes, if they are known.
    Listener(Listener, Option<Attributes>),
}

impl Observed {
    /// Records that `change`, of `desired`, was made.
    pub fn record(&mut self, change: &Change, made: Made, desired: &Stack) {
        match (change, made) {
            (_, Made::SecurityGroup(group)) => self.security_groups.push(group),
            (Change::CreateTargetGroup(new), Made::TargetGroup(group, attributes)) => {
                self.target_groups
                    .push(LiveTargetGroup::created(group, new.tags.clone(), attributes));
            }
            (Change::CreateLoadBalancer(new), Made::LoadBalancer(balancer, attributes)) => {
                self.load_balancers
                    .push(LiveLoadBalancer::created(balancer, new.tags.clone(), attributes));
            }
            (Change::CreateListener(new), Made::Listener(listener, attributes)) => {
                let live = LiveListener::created(listener, new.tags.clone(), attributes);
                self.with_load_balancer(desired, |balancer| {
                    balancer.listeners.get_or_insert_default().push(live);
                });
            }
            (change, _) => {
                self.record_deletion(change);
                self.record_security_group(change);
                self.record_target_group(change, desired);
                self.record_load_balancer(change, desired);
                self.record_listener(change, desired);
                self.record_binding(change, desired);
            }
        }
    }

    fn record_deletion(&mut self, change: &Change) {
        match change {
            Change::DeleteSecurityGroup { id } => self.security_groups.retain(|group| group.id != *id),
            Change::DeleteTargetGroup { arn } => self.target_groups.retain(|live| live.group.arn != *arn),
            Change::DeleteLoadBalancer { arn } => self.load_balancers.retain(|live| live.load_balancer.arn != *arn),
            Change::DeleteListener { arn } => {
                for listeners in self
                    .load_balancers
                    .iter_mut()
                    .filter_map(|live| live.listeners.as_mut())
                {
                    listeners.retain(|live| live.listener.arn != *arn);
                }
            }
            Change::DeleteBinding(key) => self.bindings.retain(|live| live.key != *key),
            _ => {}
        }
    }

    fn record_security_group(&mut self, change: &Change) {
        let managed = self.managed_security_group().map(|group| group.id.clone());
        let mut with = |id: &str, record: &mut dyn FnMut(&mut SecurityGroup)| {
            self.security_groups
                .iter_mut()
                .filter(|group| group.id == id)
                .for_each(record);
        };
        match (change, &managed) {
            (Change::TagSecurityGroup { id, tags }, _) => with(id, &mut |group| tags.apply(&mut group.tags)),
            (Change::Authorize(rules), Some(id)) => with(id, &mut |group| group.ingress.extend(rules.iter().cloned())),
            (Change::Revoke(rules), Some(id)) => {
                let revoked = |rule: &Permission| rules.iter().any(|other| other == rule);
                with(id, &mut |group| group.ingress.retain(|rule| !revoked(rule)));
            }
            _ => {}
        }
    }

    fn record_target_group(&mut self, change: &Change, desired: &Stack) {
        let (Change::ModifyHealthCheck { target_group, .. } | Change::ModifyTargetGroupAttributes { target_group, .. }) =
            change
        else {
            if let Change::Tag { arn, tags } = change {
                self.target_groups
                    .iter_mut()
                    .filter(|live| live.group.arn == *arn)
                    .for_each(|live| tags.apply(&mut live.tags));
            }
            return;
        };
        let wanted = desired.target_groups.iter().find(|wanted| wanted.id == *target_group);
        let arn = wanted
            .and_then(|wanted| self.target_group(wanted))
            .map(|live| live.group.arn.clone());
        let Some(live) = self
            .target_groups
            .iter_mut()
            .find(|live| Some(&live.group.arn) == arn.as_ref())
        else {
            return;
        };
        match change {
            Change::ModifyHealthCheck { health_check, .. } => live.group.health_check.clone_from(health_check),
            Change::ModifyTargetGroupAttributes { attributes, .. } => merge(&mut live.attributes, attributes),
            _ => {}
        }
    }

    fn record_load_balancer(&mut self, change: &Change, desired: &Stack) {
        if let Change::Tag { arn, tags } = change {
            let balancers = self
                .load_balancers
                .iter_mut()
                .filter(|live| live.load_balancer.arn == *arn);
            balancers.for_each(|live| tags.apply(&mut live.tags));
            return;
        }
        let groups = match change {
            Change::SetSecurityGroups { groups, .. } => groups
                .iter()
                .filter_map(|group| self.security_group_id(group))
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        self.with_load_balancer(desired, |live| match change {
            Change::SetSecurityGroups { private_link, .. } => {
                live.load_balancer.security_groups = groups;
                if private_link.is_some() {
                    live.load_balancer
                        .enforce_inbound_rules_on_private_link
                        .clone_from(private_link);
                }
            }
            Change::SetSubnets(wanted) => set_subnets(&mut live.load_balancer, wanted),
            Change::SetIpAddressType(kind) => live.load_balancer.ip_address_type.clone_from(kind),
            Change::ModifyLoadBalancerAttributes(attributes) => merge(&mut live.attributes, attributes),
            Change::ReserveCapacity(units) => live.capacity = Some(*units),
            _ => {}
        });
    }

    fn record_listener(&mut self, change: &Change, desired: &Stack) {
        let port = match change {
            Change::ModifyListener(listener) => Some(listener.port),
            Change::ModifyListenerAttributes { port, .. }
            | Change::AddCertificates { port, .. }
            | Change::RemoveCertificates { port, .. } => Some(*port),
            _ => None,
        };
        let spec = match change {
            Change::ModifyListener(listener) => self.listener_spec(listener, &desired.target_groups),
            _ => None,
        };
        self.with_load_balancer(desired, |balancer| {
            for live in balancer.listeners.iter_mut().flatten() {
                match change {
                    Change::Tag { arn, tags } if live.listener.arn == *arn => tags.apply(&mut live.tags),
                    _ if Some(live.listener.spec.port) != port => {}
                    Change::ModifyListener(_) => live.listener.spec = spec.clone().unwrap_or_default(),
                    Change::ModifyListenerAttributes { attributes, .. } => merge(&mut live.attributes, attributes),
                    Change::AddCertificates { certificates, .. } => {
                        live.certificates
                            .get_or_insert_default()
                            .extend(certificates.iter().cloned());
                    }
                    Change::RemoveCertificates { certificates, .. } => {
                        live.certificates
                            .get_or_insert_default()
                            .retain(|arn| !certificates.contains(arn));
                    }
                    _ => {}
                }
            }
        });
    }

    fn record_binding(&mut self, change: &Change, desired: &Stack) {
        let (Change::CreateBinding(binding) | Change::UpdateBinding(binding)) = change else {
            return;
        };
        if let Some(resolved) = self.resolve_binding(binding, &desired.target_groups) {
            let key = BindingKey::of(binding);
            self.bindings.retain(|live| live.key != key);
            self.bindings.push(resolved);
        }
    }

    /// Changes the load balancer that the stack keeps.
    fn with_load_balancer(&mut self, desired: &Stack, change: impl FnOnce(&mut LiveLoadBalancer)) {
        let kept = desired
            .load_balancer
            .as_ref()
            .and_then(|wanted| self.load_balancer(wanted));
        let Some(arn) = kept.map(|live| live.load_balancer.arn.clone()) else {
            return;
        };
        if let Some(live) = self
            .load_balancers
            .iter_mut()
            .find(|live| live.load_balancer.arn == arn)
        {
            change(live);
        }
    }
}

fn merge(current: &mut Option<Attributes>, changed: &Attributes) {
    current.get_or_insert_default().extend(changed.clone());
}

fn set_subnets(live: &mut LoadBalancer, wanted: &model::LoadBalancer) {
    let zone = |subnet: &aws_api::elbv2::SubnetMapping| LoadBalancerZone {
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
