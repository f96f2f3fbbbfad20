//! From the model's references to ids and ARNs on AWS.

use crate::bindings::{BindingKey, ResolvedBinding, TARGET_GROUP_ARN};
use crate::observed::{LiveCertificate, LiveLoadBalancer, LiveTargetGroup, Observed};
use aws_api::ec2::SecurityGroup;
use aws_api::elbv2::{ListenerSpec, RuleSpec};
use model::tags::{MANAGED_SECURITY_GROUP_ID, resource_of};
use model::{
    Binding, Certificate, CertificateRef, Listener, LoadBalancer, Rule, SecurityGroupRef, Stack, TargetGroup,
    TargetGroupRef,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Protocol version of a target group that does not say one.
const HTTP1: &str = "HTTP1";

/// All target groups that a stack wants.
pub(crate) fn target_groups(stack: &Stack) -> impl Iterator<Item = &TargetGroup> {
    let frontend = stack.frontend.iter().flat_map(|frontend| &frontend.target_groups);
    stack.target_groups.iter().chain(frontend.map(|target| &target.group))
}

impl Observed {
    /// The managed security group. Should there be two, the one with the lower id.
    #[must_use]
    pub fn managed_security_group(&self) -> Option<&SecurityGroup> {
        let managed = |group: &&SecurityGroup| is(&group.tags, MANAGED_SECURITY_GROUP_ID);
        self.security_groups
            .iter()
            .filter(managed)
            .min_by(|a, b| a.id.cmp(&b.id))
    }

    /// The id of a security group, if it exists.
    #[must_use]
    pub fn security_group_id<'a>(&'a self, group: &'a SecurityGroupRef) -> Option<&'a str> {
        match group {
            SecurityGroupRef::Id(id) => Some(id),
            SecurityGroupRef::Managed => self.managed_security_group().map(|group| group.id.as_str()),
            SecurityGroupRef::Backend => self.backend_security_group.as_deref(),
        }
    }

    /// The target group that can become the desired one by changes in place.
    #[must_use]
    pub fn target_group(&self, desired: &TargetGroup) -> Option<&LiveTargetGroup> {
        let version = |live: &LiveTargetGroup| live.group.protocol_version.clone().unwrap_or_else(|| HTTP1.to_owned());
        self.target_groups.iter().find(|live| {
            is(&live.tags, &desired.id)
                && live.group.target_type == desired.target_type
                && live.group.protocol == desired.protocol
                && live.group.control_port == desired.control_port
                && desired
                    .protocol_version
                    .as_ref()
                    .is_none_or(|wanted| *wanted == version(live))
        })
    }

    /// The ARN of a target group, if it exists.
    #[must_use]
    pub fn target_group_arn(&self, group: &TargetGroupRef, desired: &Stack) -> Option<String> {
        match group {
            TargetGroupRef::Arn(arn) => Some(arn.clone()),
            TargetGroupRef::Id(id) => self.own_target_group_arn(id, desired).map(str::to_owned),
        }
    }

    /// The ARN of one of the stack's own target groups, by resource id, if it exists.
    #[must_use]
    pub fn own_target_group_arn(&self, id: &str, desired: &Stack) -> Option<&str> {
        let desired = target_groups(desired).find(|desired| desired.id == id)?;
        self.target_group(desired).map(|live| live.group.arn.as_str())
    }

    /// The certificate that is the desired one.
    #[must_use]
    pub fn certificate(&self, desired: &Certificate) -> Option<&LiveCertificate> {
        let names = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        let wanted = names(&desired.subject_alternative_names);
        self.certificates
            .iter()
            .find(|live| is(&live.tags, &desired.id) && names(&live.certificate.subject_alternative_names) == wanted)
    }

    /// The ARN of a certificate, if it exists.
    #[must_use]
    pub fn certificate_arn(&self, certificate: &CertificateRef, desired: &Stack) -> Option<String> {
        match certificate {
            CertificateRef::Arn(arn) => Some(arn.clone()),
            CertificateRef::Id(id) => {
                let desired = desired.certificates.iter().find(|desired| desired.id == *id)?;
                self.certificate(desired).map(|live| live.certificate.arn.clone())
            }
        }
    }

    /// The load balancer that can become the desired one by changes in place.
    #[must_use]
    pub fn load_balancer(&self, desired: &LoadBalancer) -> Option<&LiveLoadBalancer> {
        let fits = |live: &&LiveLoadBalancer| {
            resource_of(&live.tags) == resource_of(&desired.tags)
                && live.load_balancer.kind == desired.kind.as_str()
                && live.load_balancer.scheme == desired.scheme
        };
        self.load_balancers.iter().find(fits)
    }

    /// A listener with its target groups and its certificate resolved, if all exist.
    #[must_use]
    pub fn listener_spec(&self, listener: &Listener, desired: &Stack) -> Option<ListenerSpec> {
        let resolve = |group: &TargetGroupRef| self.target_group_arn(group, desired).ok_or(());
        let actions = listener
            .default_actions
            .iter()
            .map(|action| action.try_map(resolve).ok());
        Some(ListenerSpec {
            port: listener.port,
            protocol: listener.protocol.clone(),
            default_actions: actions.collect::<Option<_>>()?,
            certificate: match listener.certificates.first() {
                None => None,
                Some(certificate) => Some(self.certificate_arn(certificate, desired)?),
            },
            ssl_policy: listener.ssl_policy.clone(),
            alpn_policy: listener.alpn_policy.clone(),
            mutual_authentication: listener.mutual_authentication.clone(),
        })
    }

    /// A rule with its target groups resolved, if all exist.
    #[must_use]
    pub fn rule_spec(&self, rule: &Rule, desired: &Stack) -> Option<RuleSpec> {
        let resolve = |group: &TargetGroupRef| self.target_group_arn(group, desired).ok_or(());
        rule.spec.try_map(resolve).ok()
    }

    /// A binding with its target group and security groups resolved, if all exist.
    #[must_use]
    pub fn resolve_binding(&self, binding: &Binding, desired: &Stack) -> Option<ResolvedBinding> {
        let arn = self.own_target_group_arn(&binding.target_group, desired)?;
        let mut spec = binding.spec.clone();
        if !name_security_groups(&mut spec, self) {
            return None;
        }
        spec[TARGET_GROUP_ARN] = Value::from(arn);
        Some(ResolvedBinding {
            key: BindingKey::of(binding),
            labels: binding.labels.clone(),
            spec,
        })
    }
}

/// Puts ids in the place of the names that stand for security groups. False if one does not exist yet.
fn name_security_groups(value: &mut Value, observed: &Observed) -> bool {
    match value {
        Value::String(text) => {
            let group = match text.as_str() {
                Binding::BACKEND_GROUP => SecurityGroupRef::Backend,
                Binding::MANAGED_GROUP => SecurityGroupRef::Managed,
                _ => return true,
            };
            let id = observed.security_group_id(&group);
            text.replace_range(.., id.unwrap_or_default());
            id.is_some()
        }
        Value::Array(items) => items.iter_mut().all(|item| name_security_groups(item, observed)),
        Value::Object(fields) => fields.values_mut().all(|field| name_security_groups(field, observed)),
        _ => true,
    }
}

fn is(tags: &aws_api::Tags, resource: &str) -> bool {
    resource_of(tags) == Some(resource)
}
