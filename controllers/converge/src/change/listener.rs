//! Changes of a listener that is there, and of its rules.

use super::written::Pairs;
use aws_api::elbv2::Attributes;
use model::{CertificateRef, Listener, Rule};
use std::fmt;

/// A change of one listener.
#[derive(Debug, Clone, PartialEq)]
pub enum ListenerChange {
    /// Change what it is, apart from attributes, further certificates and rules.
    Modify(Box<Listener>),
    /// Change attributes to these.
    ModifyAttributes(Attributes),
    /// Add certificates, beside the default one.
    AddCertificates(Vec<CertificateRef>),
    /// Take certificates away, by ARN.
    RemoveCertificates(Vec<String>),
    /// Move rules from one priority to another, all at once.
    MoveRules(Vec<(i32, i32)>),
    /// Make a rule.
    CreateRule(Box<Rule>),
    /// Make a rule serve other requests, or otherwise. Its priority stays.
    ModifyRule {
        /// Its ARN.
        arn: String,
        /// What it becomes.
        rule: Box<Rule>,
    },
    /// Delete a rule.
    DeleteRule {
        /// Its ARN.
        arn: String,
    },
}

impl ListenerChange {
    pub(super) fn describe(&self, listener: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenerChange::Modify(wanted) => write!(f, "~ {listener}: {}", wanted.protocol),
            ListenerChange::ModifyAttributes(attributes) => {
                write!(f, "~ attributes of {listener}: {}", Pairs(attributes))
            }
            ListenerChange::AddCertificates(certificates) => {
                let named = |certificate: &CertificateRef| match certificate {
                    CertificateRef::Arn(name) | CertificateRef::Id(name) => name.clone(),
                };
                let names: Vec<_> = certificates.iter().map(named).collect();
                write!(f, "+ certificates of {listener}: {}", names.join(", "))
            }
            ListenerChange::RemoveCertificates(arns) => {
                write!(f, "- certificates of {listener}: {}", arns.join(", "))
            }
            ListenerChange::MoveRules(moves) => {
                let moves: Vec<_> = moves.iter().map(|(from, to)| format!("{from} to {to}")).collect();
                write!(f, "~ priorities of rules of {listener}: {}", moves.join(", "))
            }
            ListenerChange::CreateRule(rule) => write!(f, "+ rule {} of {listener}", rule.spec.priority),
            ListenerChange::ModifyRule { arn, .. } => write!(f, "~ rule {arn}"),
            ListenerChange::DeleteRule { arn } => write!(f, "- rule {arn}"),
        }
    }
}
