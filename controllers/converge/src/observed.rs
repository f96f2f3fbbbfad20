//! What exists on AWS for one stack, as far as converging needs it.

use crate::bindings::ResolvedBinding;
use aws_api::Tags;
use aws_api::acm::Certificate;
use aws_api::ec2::SecurityGroup;
use aws_api::elbv2::{Action, Attributes, Listener, LoadBalancer, Rule, Target, TargetGroup};
use aws_api::shield::Protection;
use model::Stack;
use std::fmt;

/// Everything that carries the tags of one stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// Certificates.
    pub certificates: Vec<LiveCertificate>,
    /// Target groups.
    pub target_groups: Vec<LiveTargetGroup>,
    /// Load balancers; more than one of a role only when something went wrong.
    pub load_balancers: Vec<LiveLoadBalancer>,
    /// TargetGroupBindings.
    pub bindings: Vec<ResolvedBinding>,
    /// Id of the security group that the cluster's load balancers share, if the stack needs it.
    pub backend_security_group: Option<String>,
}

/// What a load balancer is in its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The load balancer of the stack.
    Main,
    /// The network load balancer in front of it.
    Frontend,
}

impl Role {
    /// The load balancer that a stack wants in this role.
    #[must_use]
    pub fn of(self, stack: &Stack) -> Option<&model::LoadBalancer> {
        match self {
            Role::Main => stack.load_balancer.as_ref(),
            Role::Frontend => stack.frontend.as_ref().map(|frontend| &frontend.load_balancer),
        }
    }

    /// The listeners that a stack wants of it.
    #[must_use]
    pub fn listeners(self, stack: &Stack) -> &[model::Listener] {
        match self {
            Role::Main => &stack.listeners,
            Role::Frontend => stack
                .frontend
                .as_ref()
                .map_or(&[], |frontend| frontend.listeners.as_slice()),
        }
    }

    /// What a listener of it is called.
    pub(crate) fn listener(self) -> &'static str {
        match self {
            Role::Main => "listener",
            Role::Frontend => "front-end listener",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Main => "load balancer",
            Role::Frontend => "front-end load balancer",
        })
    }
}

/// A certificate with its tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// Its tags.
    pub tags: Tags,
}

/// A target group with what other calls tell about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTargetGroup {
    /// The target group.
    pub group: TargetGroup,
    /// Its tags.
    pub tags: Tags,
    /// Its attributes, once read.
    pub attributes: Option<Attributes>,
    /// Its targets, once read; only those of groups of application load balancers are ours to know.
    pub targets: Option<Vec<Target>>,
}

/// A load balancer with what other calls tell about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveLoadBalancer {
    /// The load balancer.
    pub load_balancer: LoadBalancer,
    /// Its tags.
    pub tags: Tags,
    /// Its attributes, once read.
    pub attributes: Option<Attributes>,
    /// Its reserved capacity units, once read.
    pub capacity: Option<i32>,
    /// Its listeners, once read.
    pub listeners: Option<Vec<LiveListener>>,
    /// ARN of its web ACL of AWS WAF, once read.
    pub web_acl: Option<Option<String>>,
    /// Id of its web ACL of AWS WAF Classic, once read.
    pub classic_web_acl: Option<Option<String>>,
    /// Its protection by AWS Shield Advanced, once read.
    pub protection: Option<Option<Protection>>,
}

/// A listener with what other calls tell about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveListener {
    /// The listener.
    pub listener: Listener,
    /// Its tags.
    pub tags: Tags,
    /// Its attributes, once read.
    pub attributes: Option<Attributes>,
    /// Its certificates beside the default one, once read.
    pub certificates: Option<Vec<String>>,
    /// Its rules without the default one, once read.
    pub rules: Option<Vec<LiveRule>>,
}

/// A rule with its tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveRule {
    /// The rule.
    pub rule: Rule,
    /// Its tags.
    pub tags: Tags,
}

impl LiveTargetGroup {
    /// A target group that has just been created: no targets.
    #[must_use]
    pub fn created(group: TargetGroup, tags: Tags, attributes: Option<Attributes>) -> Self {
        Self {
            attributes,
            targets: Some(Vec::new()),
            group,
            tags,
        }
    }

    /// A target group found on AWS; nothing else is known yet.
    #[must_use]
    pub fn found(group: TargetGroup, tags: Tags) -> Self {
        Self {
            group,
            tags,
            attributes: None,
            targets: None,
        }
    }
}

impl LiveLoadBalancer {
    /// A load balancer that has just been created: no capacity reserved, no listeners, nothing attached.
    #[must_use]
    pub fn created(load_balancer: LoadBalancer, tags: Tags, attributes: Option<Attributes>) -> Self {
        Self {
            attributes,
            load_balancer,
            tags,
            capacity: Some(0),
            listeners: Some(Vec::new()),
            web_acl: Some(None),
            classic_web_acl: Some(None),
            protection: Some(None),
        }
    }

    /// A load balancer found on AWS; nothing else is known yet.
    #[must_use]
    pub fn found(load_balancer: LoadBalancer, tags: Tags) -> Self {
        Self {
            load_balancer,
            tags,
            ..Self::default()
        }
    }
}

impl LiveListener {
    /// A listener that has just been created: no further certificates, no rules.
    #[must_use]
    pub fn created(listener: Listener, tags: Tags, attributes: Option<Attributes>) -> Self {
        Self {
            attributes,
            listener,
            tags,
            certificates: Some(Vec::new()),
            rules: Some(Vec::new()),
        }
    }

    /// A listener found on AWS; nothing else is known yet.
    #[must_use]
    pub fn found(listener: Listener, tags: Tags) -> Self {
        Self {
            listener,
            tags,
            ..Self::default()
        }
    }
}

impl Observed {
    /// Takes the secrets that AWS does not show for others than those that are wanted.
    pub(crate) fn distrust_secrets(&mut self) {
        let balancers = self.load_balancers.iter_mut();
        for listener in balancers.flat_map(|live| live.listeners.iter_mut().flatten()) {
            let rules = listener.rules.iter_mut().flatten();
            let actions = rules.flat_map(|live| &mut live.rule.spec.actions);
            for action in actions.chain(&mut listener.listener.spec.default_actions) {
                if let Action::AuthenticateOidc(oidc) = action {
                    oidc.client_secret.get_or_insert_default();
                }
            }
        }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.security_groups.is_empty()
            && self.certificates.is_empty()
            && self.target_groups.is_empty()
            && self.load_balancers.is_empty()
    }
}
