//! What AWS taught by refusing, and who of a group is to blame.
//!
//! Some quotas are the account's, and some values AWS alone can judge. So the plan does not guess: when AWS refuses a part of the stack, the member
//! that asked for it is found, and counts as bad for as long as it asks for the same.

use crate::PlanError;
use crate::ingress::portion::{Route, condition};
use crate::ingress::{GroupPlan, IngressKey, Portion};
use aws_api::AwsError;
use aws_api::elbv2::{Attributes, RuleSpec};
use model::{CertificateRef, Listener, TargetGroupRef};
use std::collections::BTreeMap;

/// What AWS refused of a group.
#[derive(Debug, Clone, Default)]
pub struct Lessons {
    /// How many rules AWS lets the load balancer have, if it refused more.
    pub most_rules: Option<usize>,
    /// Portions of which it refused something, and the error that says what.
    refused: BTreeMap<IngressKey, (Portion, PlanError)>,
}

/// A part of a stack.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A rule of the listener of this port. Its priority does not matter.
    Rule(i32, &'a RuleSpec<TargetGroupRef>),
    /// A listener without its rules.
    Listener(&'a Listener),
    /// Certificates of a listener.
    Certificates(&'a [CertificateRef]),
    /// A target group, by its resource id.
    TargetGroup(&'a str),
    /// Attributes of the load balancer.
    Attributes(&'a Attributes),
}

/// What to do about a part that AWS refused, if its answer does not say.
const CORRECT: &str = "correct what the answer names; the group is served without it until then";

impl Lessons {
    /// Learns that AWS refused a part of what was planned. Whether somebody is to blame who was not before.
    pub fn refuse(&mut self, part: Part<'_>, refusal: &AwsError, plan: &GroupPlan) -> bool {
        let blamed = |key: &IngressKey| plan.refused.iter().any(|refused| refused.key == *key);
        let mut candidates = plan.good.iter().filter(|(key, _)| !blamed(key));
        let found = candidates.find_map(|(key, portion)| Some((key, portion, asked(portion, part, refusal)?)));
        let Some((key, portion, asked)) = found else {
            return false;
        };
        let excess = match part {
            Part::Rule(_, rule) => condition::excess(&rule.conditions),
            _ => None,
        };
        let remedy = match &excess {
            Some(_) => "split them over several paths, each with a Service name, and so conditions, of its own",
            None => CORRECT,
        };
        let excess = excess.map(|excess| format!(" ({excess})")).unwrap_or_default();
        let error = PlanError::Object {
            object: format!("Ingress {key}"),
            problem: format!("AWS refuses {asked}: {}: {}{excess}", refusal.code, refusal.message),
            remedy: remedy.to_owned(),
        };
        self.refused.insert(key.clone(), (portion.clone(), error));
        true
    }

    /// The portion, unless AWS refused something of it.
    pub(crate) fn accept(&self, portion: Portion) -> Result<Portion, PlanError> {
        match self.refused.get(&portion.key) {
            Some((refused, error)) if *refused == portion => Err(error.clone()),
            _ => Ok(portion),
        }
    }
}

/// What the portion asked for when it asked for the part; nothing if it did not.
fn asked(portion: &Portion, part: Part<'_>, refusal: &AwsError) -> Option<String> {
    match part {
        Part::Rule(port, rule) => {
            let wishes = portion.ports.get(&port)?;
            let same = |route: &Route| {
                route.conditions == rule.conditions
                    && route.transforms == rule.transforms
                    && route.answer.actions(&wishes.protocol) == rule.actions
            };
            portion.routes.iter().any(same).then(|| {
                let values = condition::values(&rule.conditions).join(", ");
                format!("the rule for {values} of spec.rules")
            })
        }
        Part::Listener(listener) => certificate(portion, &listener.certificates, refusal)
            .or_else(|| policy(portion, listener, refusal))
            .or_else(|| {
                let default = portion.default.as_ref()?.actions(&listener.protocol);
                let asked = portion.ports.contains_key(&listener.port) && default == listener.default_actions;
                asked.then(|| "spec.defaultBackend".to_owned())
            }),
        Part::Certificates(certificates) => certificate(portion, certificates, refusal),
        Part::Attributes(attributes) => attribute(portion, attributes, refusal),
        Part::TargetGroup(id) => {
            let mut groups = portion.targets.iter().map(|targets| &targets.group);
            groups.find(|group| group.id == id).map(|group| {
                let backend = group.id.rsplit_once('-').map_or(id, |(_, backend)| backend);
                format!("the target group of the backend {backend}")
            })
        }
    }
}

/// The security policy, if AWS speaks of it and the portion names it.
fn policy(portion: &Portion, listener: &Listener, refusal: &AwsError) -> Option<String> {
    let named = portion.ports.get(&listener.port)?.ssl_policy.as_ref()?;
    let asked = refusal.code.starts_with("SSLPolicy") && listener.ssl_policy.as_ref() == Some(named);
    asked.then(|| format!("the policy {named} (annotation ssl-policy)"))
}

/// The attribute that AWS speaks of, or the only one in question, if the portion sets it.
fn attribute(portion: &Portion, attributes: &Attributes, refusal: &AwsError) -> Option<String> {
    let mut own = portion.settings.attributes.keys();
    let in_question = |key: &&String| {
        attributes.contains_key(*key) && (attributes.len() == 1 || refusal.message.contains(key.as_str()))
    };
    own.find(in_question)
        .map(|key| format!("the attribute {key} (annotation load-balancer-attributes)"))
}

/// The certificate that AWS speaks of, or the only one in question, if the portion names it.
fn certificate(portion: &Portion, certificates: &[CertificateRef], refusal: &AwsError) -> Option<String> {
    if !refusal.code.contains("Certificate") {
        return None;
    }
    let arns = certificates.iter().filter_map(|certificate| match certificate {
        CertificateRef::Arn(arn) => Some(arn),
        CertificateRef::Id(_) => None,
    });
    let arns: Vec<&String> = arns.collect();
    let named = arns.iter().copied().find(|arn| refusal.message.contains(arn.as_str()));
    let arn = named.or_else(|| <[&String; 1]>::try_from(arns).ok().map(|[only]| only))?;
    let mut wanted = portion.ports.values().flat_map(|port| &port.certificates);
    wanted
        .any(|certificate| matches!(certificate, CertificateRef::Arn(other) if other == arn))
        .then(|| format!("the certificate {arn} (annotation certificate-arn)"))
}
