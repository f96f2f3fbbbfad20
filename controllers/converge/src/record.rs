//! What a change that was made does to what is known.

mod listener;
mod load_balancer;

use crate::bindings::BindingKey;
use crate::change::Change;
use crate::observed::{LiveCertificate, LiveListener, LiveLoadBalancer, LiveRule, LiveTargetGroup, Observed, Role};
use crate::resolve::target_groups;
use aws_api::acm::Certificate;
use aws_api::ec2::{Permission, SecurityGroup};
use aws_api::elbv2::{Attributes, Listener, LoadBalancer, Rule, Target, TargetGroup};
use model::Stack;

/// What AWS answered to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// Nothing that was not known.
    Done,
    /// A new security group.
    SecurityGroup(SecurityGroup),
    /// A new certificate, or one as it is now.
    Certificate(Certificate),
    /// A new target group, and its attributes, if they are known.
    TargetGroup(TargetGroup, Option<Attributes>),
    /// A new load balancer, and its attributes, if they are known.
    LoadBalancer(LoadBalancer, Option<Attributes>),
    /// A new listener, and its attributes, if they are known.
    Listener(Listener, Option<Attributes>),
    /// A new rule.
    Rule(Rule),
    /// A new target.
    Target(Target),
    /// Id of a new protection.
    Protection(String),
}

impl Observed {
    /// Records that `change`, of `desired`, was made.
    pub fn record(&mut self, change: &Change, made: Made, desired: &Stack) {
        match (change, made) {
            (_, Made::SecurityGroup(group)) => self.security_groups.push(group),
            (Change::RequestCertificate(new), Made::Certificate(certificate)) => {
                let tags = new.tags.clone();
                self.certificates.push(LiveCertificate { certificate, tags });
            }
            (_, Made::Certificate(certificate)) => {
                let known = self.certificates.iter_mut();
                known
                    .filter(|live| live.certificate.arn == certificate.arn)
                    .for_each(|live| live.certificate = certificate.clone());
            }
            (Change::CreateTargetGroup(new), Made::TargetGroup(group, attributes)) => {
                self.target_groups
                    .push(LiveTargetGroup::created(group, new.tags.clone(), attributes));
            }
            (Change::CreateLoadBalancer(_, new), Made::LoadBalancer(balancer, attributes)) => {
                self.load_balancers
                    .push(LiveLoadBalancer::created(balancer, new.tags.clone(), attributes));
            }
            (Change::CreateListener(role, new), Made::Listener(listener, attributes)) => {
                let live = LiveListener::created(listener, new.tags.clone(), attributes);
                self.with_load_balancer(*role, desired, |balancer| {
                    balancer.listeners.get_or_insert_default().push(live);
                });
            }
            (change, made) => {
                self.record_deletion(change);
                self.record_security_group(change);
                self.record_target_group(change, &made, desired);
                self.record_tags(change);
                self.record_load_balancer(change, &made, desired);
                self.record_listener(change, &made, desired);
                self.record_binding(change, desired);
            }
        }
    }

    fn record_deletion(&mut self, change: &Change) {
        match change {
            Change::DeleteSecurityGroup { id } => self.security_groups.retain(|group| group.id != *id),
            Change::DeleteCertificate { arn } => self.certificates.retain(|live| live.certificate.arn != *arn),
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

    fn record_target_group(&mut self, change: &Change, made: &Made, desired: &Stack) {
        let arn = match change {
            Change::DeregisterTargets { target_group_arn, .. } => Some(target_group_arn.clone()),
            Change::ModifyHealthCheck { target_group, .. }
            | Change::ModifyTargetGroupAttributes { target_group, .. }
            | Change::RegisterLoadBalancer { target_group, .. } => {
                let wanted = target_groups(desired).find(|wanted| wanted.id == *target_group);
                wanted
                    .and_then(|wanted| self.target_group(wanted))
                    .map(|live| live.group.arn.clone())
            }
            _ => None,
        };
        let mut groups = self.target_groups.iter_mut();
        let Some(live) = groups.find(|live| Some(&live.group.arn) == arn.as_ref()) else {
            return;
        };
        match (change, made) {
            (Change::ModifyHealthCheck { health_check, .. }, _) => live.group.health_check.clone_from(health_check),
            (Change::ModifyTargetGroupAttributes { attributes, .. }, _) => merge(&mut live.attributes, attributes),
            (Change::DeregisterTargets { targets, .. }, _) => {
                let known = live.targets.get_or_insert_default();
                known.retain(|target| !targets.contains(target));
            }
            (_, Made::Target(target)) => live.targets.get_or_insert_default().push(target.clone()),
            _ => {}
        }
    }

    fn record_tags(&mut self, change: &Change) {
        let Change::Tag { arn, tags } = change else { return };
        for live in self.target_groups.iter_mut().filter(|live| live.group.arn == *arn) {
            tags.apply(&mut live.tags);
        }
        for balancer in &mut self.load_balancers {
            if balancer.load_balancer.arn == *arn {
                tags.apply(&mut balancer.tags);
            }
            for listener in balancer.listeners.iter_mut().flatten() {
                if listener.listener.arn == *arn {
                    tags.apply(&mut listener.tags);
                }
                let rules = listener.rules.iter_mut().flatten();
                rules
                    .filter(|live| live.rule.arn == *arn)
                    .for_each(|live: &mut LiveRule| tags.apply(&mut live.tags));
            }
        }
    }

    fn record_binding(&mut self, change: &Change, desired: &Stack) {
        let (Change::CreateBinding(binding) | Change::UpdateBinding(binding)) = change else {
            return;
        };
        if let Some(resolved) = self.resolve_binding(binding, desired) {
            let key = BindingKey::of(binding);
            self.bindings.retain(|live| live.key != key);
            self.bindings.push(resolved);
        }
    }

    /// Changes the load balancer of a role that the stack keeps.
    fn with_load_balancer(&mut self, role: Role, desired: &Stack, change: impl FnOnce(&mut LiveLoadBalancer)) {
        let kept = role.of(desired).and_then(|wanted| self.load_balancer(wanted));
        let Some(arn) = kept.map(|live| live.load_balancer.arn.clone()) else {
            return;
        };
        let mut balancers = self.load_balancers.iter_mut();
        if let Some(live) = balancers.find(|live| live.load_balancer.arn == arn) {
            change(live);
        }
    }
}

fn merge(current: &mut Option<Attributes>, changed: &Attributes) {
    current.get_or_insert_default().extend(changed.clone());
}
