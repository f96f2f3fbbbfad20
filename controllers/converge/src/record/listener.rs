//! Changes of listeners that are there, and of their rules.

use super::{Made, merge};
use crate::change::{Change, ListenerChange};
use crate::observed::{LiveListener, LiveRule, Observed};
use aws_api::elbv2::RuleSpec;
use model::{CertificateRef, Stack};

/// What a change says, with references resolved.
#[derive(Default)]
struct Resolved {
    listener: Option<aws_api::elbv2::ListenerSpec>,
    rule: Option<RuleSpec>,
    certificates: Vec<String>,
}

impl Observed {
    pub(super) fn record_listener(&mut self, change: &Change, made: &Made, desired: &Stack) {
        let Change::Listener { role, port, change } = change else {
            return;
        };
        let resolved = self.resolve_listener_change(change, desired);
        self.with_load_balancer(*role, desired, |balancer| {
            let mut listeners = balancer.listeners.iter_mut().flatten();
            if let Some(live) = listeners.find(|live| live.listener.spec.port == *port) {
                record(live, change, made, resolved);
            }
        });
    }

    /// A change may have been made by halves, or its answer may be lost: what it was about is to be read again.
    pub(crate) fn doubt(&mut self, change: &Change, desired: &Stack) {
        let Change::Listener { role, port, .. } = change else {
            return;
        };
        self.with_load_balancer(*role, desired, |balancer| {
            let mut listeners = balancer.listeners.iter_mut().flatten();
            if let Some(live) = listeners.find(|live| live.listener.spec.port == *port) {
                live.rules = None;
                live.certificates = None;
                live.attributes = None;
            }
        });
    }

    fn resolve_listener_change(&self, change: &ListenerChange, desired: &Stack) -> Resolved {
        let arn = |certificate: &CertificateRef| self.certificate_arn(certificate, desired);
        match change {
            ListenerChange::Modify(wanted) => Resolved {
                listener: self.listener_spec(wanted, desired),
                ..Resolved::default()
            },
            ListenerChange::ModifyRule { rule, .. } => Resolved {
                rule: self.rule_spec(rule, desired),
                ..Resolved::default()
            },
            ListenerChange::AddCertificates(certificates) => Resolved {
                certificates: certificates.iter().filter_map(arn).collect(),
                ..Resolved::default()
            },
            _ => Resolved::default(),
        }
    }
}

fn record(live: &mut LiveListener, change: &ListenerChange, made: &Made, resolved: Resolved) {
    let rules = live.rules.get_or_insert_default();
    match change {
        ListenerChange::Modify(_) => live.listener.spec = resolved.listener.unwrap_or_default(),
        ListenerChange::ModifyAttributes(attributes) => merge(&mut live.attributes, attributes),
        ListenerChange::AddCertificates(_) => live.certificates.get_or_insert_default().extend(resolved.certificates),
        ListenerChange::RemoveCertificates(arns) => {
            live.certificates
                .get_or_insert_default()
                .retain(|arn| !arns.contains(arn));
        }
        ListenerChange::MoveRules(moves) => move_rules(rules, moves),
        ListenerChange::CreateRule(rule) => {
            if let Made::Rule(made) = made {
                let tags = rule.tags.clone();
                rules.push(LiveRule {
                    rule: made.clone(),
                    tags,
                });
            }
        }
        ListenerChange::ModifyRule { arn, .. } => {
            let found = rules.iter_mut().find(|live| live.rule.arn == *arn);
            if let (Some(live), Some(spec)) = (found, resolved.rule) {
                let priority = live.rule.spec.priority;
                live.rule.spec = RuleSpec { priority, ..spec };
            }
        }
        ListenerChange::DeleteRule { arn } => rules.retain(|live| live.rule.arn != *arn),
    }
}

/// All at once: a rule is told by the priority that it had before.
fn move_rules(rules: &mut [LiveRule], moves: &[(i32, i32)]) {
    for live in rules {
        let priority = &mut live.rule.spec.priority;
        if let Some((_, to)) = moves.iter().find(|(from, _)| from == priority) {
            *priority = *to;
        }
    }
}
