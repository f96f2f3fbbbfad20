//! Listeners: found by port, changed in place; those of other ports are deleted first.

use super::{Diff, differing};
use crate::change::Change;
use crate::defaults;
use crate::observed::LiveListener;
use aws_api::elbv2::{Action, Forward, ListenerSpec};
use model::{CertificateRef, Listener};

impl Diff<'_> {
    pub(super) fn listeners(&self, changes: &mut Vec<Change>) {
        let live = self
            .kept()
            .and_then(|kept| kept.listeners.as_deref())
            .unwrap_or_default();
        let wanted = |port: i32| self.desired.listeners.iter().any(|desired| desired.port == port);
        let orphans = live.iter().filter(|live| !wanted(live.listener.spec.port));
        changes.extend(orphans.map(|live| Change::DeleteListener {
            arn: live.listener.arn.clone(),
        }));
        for desired in &self.desired.listeners {
            match live.iter().find(|live| live.listener.spec.port == desired.port) {
                Some(live) => self.modify_listener(live, desired, changes),
                None => create_listener(desired, changes),
            }
        }
    }

    fn modify_listener(&self, live: &LiveListener, desired: &Listener, changes: &mut Vec<Change>) {
        changes.extend(self.tags(&live.listener.arn, &live.tags, &desired.tags));
        let spec = self.observed.listener_spec(desired, &self.desired.target_groups);
        if spec.is_none_or(|spec| differs(&live.listener.spec, &spec)) {
            changes.push(Change::ModifyListener(desired.clone()));
        }
        attributes_and_certificates(live, desired, changes);
    }
}

fn create_listener(desired: &Listener, changes: &mut Vec<Change>) {
    changes.push(Change::CreateListener(desired.clone()));
    let fresh = LiveListener {
        attributes: Some(defaults::listener_attributes(&desired.protocol)),
        certificates: Some(Vec::new()),
        ..LiveListener::default()
    };
    attributes_and_certificates(&fresh, desired, changes);
}

fn attributes_and_certificates(live: &LiveListener, desired: &Listener, changes: &mut Vec<Change>) {
    let port = desired.port;
    if let Some(attributes) = differing(live.attributes.as_ref(), &desired.attributes) {
        changes.push(Change::ModifyListenerAttributes { port, attributes });
    }
    let current = live.certificates.as_deref().unwrap_or_default();
    let wanted = arns(&desired.certificates);
    let added = without(&wanted, current);
    if !added.is_empty() {
        changes.push(Change::AddCertificates {
            port,
            certificates: added,
        });
    }
    let removed = without(current, &wanted);
    if !removed.is_empty() {
        changes.push(Change::RemoveCertificates {
            port,
            certificates: removed,
        });
    }
}

fn arns(certificates: &[CertificateRef]) -> Vec<String> {
    let arn = |certificate: &CertificateRef| match certificate {
        CertificateRef::Arn(arn) => Some(arn.clone()),
        CertificateRef::Id(_) => None,
    };
    certificates.iter().filter_map(arn).collect()
}

fn without(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|this| !those.contains(this)).cloned().collect()
}

/// Whether the listener is not as wanted. Policies that are not wanted explicitly may be anything.
fn differs(current: &ListenerSpec, desired: &ListenerSpec) -> bool {
    let optional = |current: &Option<String>, desired: &Option<String>| desired.is_some() && current != desired;
    current.protocol != desired.protocol
        || actions_differ(&current.default_actions, &desired.default_actions)
        || optional(&current.certificate, &desired.certificate)
        || optional(&current.ssl_policy, &desired.ssl_policy)
        || optional(&current.alpn_policy, &desired.alpn_policy)
}

fn actions_differ(current: &[Action], desired: &[Action]) -> bool {
    let differ = |(current, desired): (&Action, &Action)| match (current, desired) {
        (Action::Forward(current), Action::Forward(desired)) => forwards_differ(current, desired),
        _ => current != desired,
    };
    current.len() != desired.len() || current.iter().zip(desired).any(differ)
}

/// A target group without weight weighs 1; stickiness that is not wanted explicitly may be anything.
fn forwards_differ(current: &Forward, desired: &Forward) -> bool {
    let weighted = |forward: &Forward| {
        let targets = forward.targets.iter();
        let mut targets: Vec<_> = targets
            .map(|target| (target.target_group.clone(), target.weight.unwrap_or(1)))
            .collect();
        targets.sort();
        // The weight of a single target group means nothing.
        if let [(_, weight)] = targets.as_mut_slice() {
            *weight = 1;
        }
        targets
    };
    let enabled = |forward: &Forward| forward.stickiness.and_then(|stickiness| stickiness.enabled);
    weighted(current) != weighted(desired)
        || enabled(desired).is_some_and(|wanted| wanted != enabled(current).unwrap_or(false))
}
