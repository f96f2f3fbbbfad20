//! Listeners: found by port, changed in place; those of other ports are deleted first.

use super::{Diff, differing};
use crate::change::{Change, ListenerChange};
use crate::defaults;
use crate::observed::{LiveListener, Role};
use crate::rules::actions_differ;
use aws_api::elbv2::{ListenerSpec, MutualAuthentication};
use model::{CertificateRef, Listener};

const OFF: &str = "off";

impl Diff<'_> {
    pub(super) fn listeners(&self, role: Role, changes: &mut Vec<Change>) {
        let live = self
            .kept(role)
            .and_then(|kept| kept.listeners.as_deref())
            .unwrap_or_default();
        let desired = role.listeners(self.desired);
        let wanted = |port: i32| desired.iter().any(|desired| desired.port == port);
        if role.of(self.desired).is_some() {
            let orphans = live.iter().filter(|live| !wanted(live.listener.spec.port));
            changes.extend(orphans.map(|live| Change::DeleteListener {
                arn: live.listener.arn.clone(),
            }));
        }
        for desired in desired {
            let live = live.iter().find(|live| live.listener.spec.port == desired.port);
            let fresh = LiveListener {
                attributes: Some(defaults::listener_attributes(&desired.protocol)),
                ..LiveListener::default()
            };
            match live {
                Some(live) => self.modify_listener(role, live, desired, changes),
                None => changes.push(Change::CreateListener(role, desired.clone())),
            }
            let live = live.unwrap_or(&fresh);
            let parts = [
                self.attributes_of(live, desired),
                self.certificates_of(live, desired),
                self.rules(live, desired, changes),
            ];
            let of_listener = |change| Change::Listener {
                role,
                port: desired.port,
                change,
            };
            changes.extend(parts.into_iter().flatten().map(of_listener));
        }
    }

    fn modify_listener(&self, role: Role, live: &LiveListener, desired: &Listener, changes: &mut Vec<Change>) {
        changes.extend(self.tags_if_managed(&live.listener.arn, &live.tags, &desired.tags));
        let spec = self.observed.listener_spec(desired, self.desired);
        if spec.is_none_or(|spec| differs(&live.listener.spec, &spec)) {
            changes.push(Change::Listener {
                role,
                port: desired.port,
                change: ListenerChange::Modify(Box::new(desired.clone())),
            });
        }
    }

    fn attributes_of(&self, live: &LiveListener, desired: &Listener) -> Vec<ListenerChange> {
        let attributes = differing(live.attributes.as_ref(), &desired.attributes);
        attributes.map(ListenerChange::ModifyAttributes).into_iter().collect()
    }

    /// The default certificate is among the further ones, too: so it stays when another becomes the default.
    fn certificates_of(&self, live: &LiveListener, desired: &Listener) -> Vec<ListenerChange> {
        let current = live.certificates.as_deref().unwrap_or_default();
        let arn = |certificate: &CertificateRef| self.observed.certificate_arn(certificate, self.desired);
        let mut missing: Vec<CertificateRef> = Vec::new();
        for certificate in &desired.certificates {
            let there = arn(certificate).is_some_and(|arn| current.contains(&arn));
            if !there && !missing.contains(certificate) {
                missing.push(certificate.clone());
            }
        }
        let wanted: Vec<String> = desired.certificates.iter().filter_map(arn).collect();
        let unwanted: Vec<String> = current.iter().filter(|arn| !wanted.contains(arn)).cloned().collect();
        let add = (!missing.is_empty()).then_some(ListenerChange::AddCertificates(missing));
        let remove = (!unwanted.is_empty()).then_some(ListenerChange::RemoveCertificates(unwanted));
        add.into_iter().chain(remove).collect()
    }
}

/// Whether the listener is not as wanted. What is not wanted explicitly may be anything.
fn differs(current: &ListenerSpec, desired: &ListenerSpec) -> bool {
    let optional = |current: &Option<String>, desired: &Option<String>| desired.is_some() && current != desired;
    current.protocol != desired.protocol
        || actions_differ(&current.default_actions, &desired.default_actions)
        || optional(&current.certificate, &desired.certificate)
        || optional(&current.ssl_policy, &desired.ssl_policy)
        || optional(&current.alpn_policy, &desired.alpn_policy)
        || desired.mutual_authentication.as_ref().is_some_and(|desired| {
            let current = current.mutual_authentication.clone().unwrap_or_default();
            with_defaults(&current) != with_defaults(desired)
        })
}

fn with_defaults(wish: &MutualAuthentication) -> (&str, Option<&str>, bool, &str) {
    let mode = if wish.mode.is_empty() { OFF } else { &wish.mode };
    (
        mode,
        wish.trust_store_arn.as_deref(),
        wish.ignore_client_certificate_expiry.unwrap_or(false),
        wish.advertise_trust_store_ca_names.as_deref().unwrap_or(OFF),
    )
}
