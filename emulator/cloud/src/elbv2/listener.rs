//! Listeners of network load balancers and their forward actions.

use super::attributes::Attributes;
use super::state::State;
use super::target_group::Protocol;
use crate::{ApiError, Tags};
use serde::{Deserialize, Serialize};

const MOST_TARGET_GROUPS: usize = 5;
const MOST_WEIGHT: i64 = 999;

/// A listener.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Its load balancer.
    pub load_balancer_arn: String,
    /// Port, unique on the load balancer but for TCP and UDP beside each other.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// The default action: a network load balancer has no others.
    pub action: Action,
    /// What only TLS has.
    pub tls: Tls,
    /// Certificates beside the default one, TLS only.
    pub certificates: Vec<String>,
    /// Attributes.
    pub attributes: Attributes,
    /// Tags.
    pub tags: Tags,
}

impl Listener {
    /// ARNs of the target groups that it forwards to.
    pub fn target_group_arns(&self) -> impl Iterator<Item = &str> {
        self.action
            .targets()
            .iter()
            .map(|target| target.target_group_arn.as_str())
    }

    /// Whether it forwards to a target group, with whatever weight.
    pub fn forwards_to(&self, target_group_arn: &str) -> bool {
        self.target_group_arns().any(|arn| arn == target_group_arn)
    }
}

/// An action, on the wire and in state. [`Action::check`] makes the short and the long way to name a target group agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Action {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_group_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forward_config: Option<ForwardConfig>,
}

/// Where a forward action goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForwardConfig {
    #[serde(default)]
    target_groups: Vec<ForwardTarget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_group_stickiness_config: Option<Stickiness>,
}

/// A target group of a forward action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForwardTarget {
    /// The target group.
    pub target_group_arn: String,
    /// 0 to 999; 1 when it was not sent.
    #[serde(default = "one")]
    pub weight: i64,
}

fn one() -> i64 {
    1
}

/// Whether a client stays with a target group of a forward action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stickiness {
    #[serde(default)]
    enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<i64>,
}

impl Action {
    /// Where it forwards to.
    pub fn targets(&self) -> &[ForwardTarget] {
        self.forward_config.as_ref().map_or(&[], |config| &config.target_groups)
    }

    /// The default action of a listener on this load balancer, complete, from the actions that a request brings.
    ///
    /// # Errors
    /// `ValidationError` unless there is exactly one; `InvalidLoadBalancerAction` for anything but forward to at most five target
    /// groups with weights of at most 999; `TargetGroupNotFound`; `InvalidConfigurationRequest` for one in another VPC or of a
    /// protocol that the listener cannot forward to; `TargetGroupAssociationLimit` for one that another load balancer has.
    pub fn check(
        actions: Vec<Self>,
        protocol: Protocol,
        load_balancer_arn: &str,
        state: &State,
    ) -> Result<Self, ApiError> {
        let [action] = <[Self; 1]>::try_from(actions)
            .map_err(|_| ApiError::new("ValidationError", "A listener must have exactly one default action"))?;
        let action = action.completed()?;
        let vpc_id = &state.load_balancer(load_balancer_arn)?.vpc_id;
        for target in action.targets() {
            let arn = &target.target_group_arn;
            let group = state.target_group(arn)?;
            if group.vpc_id != *vpc_id || !protocol.forwards_to(group.protocol) {
                let message = format!(
                    "A {} listener in {vpc_id} cannot forward to the target group '{arn}' with protocol {} in {}",
                    protocol.name(),
                    group.protocol.name(),
                    group.vpc_id
                );
                return Err(ApiError::new("InvalidConfigurationRequest", message));
            }
            if state
                .load_balancers_of(arn)
                .iter()
                .any(|other| *other != load_balancer_arn)
            {
                let message = format!("The target group '{arn}' cannot be associated with more than one load balancer");
                return Err(ApiError::new("TargetGroupAssociationLimit", message));
            }
        }
        Ok(action)
    }

    fn completed(self) -> Result<Self, ApiError> {
        let invalid = |message: &str| Err(ApiError::new("InvalidLoadBalancerAction", message));
        if self.kind != "forward" {
            return invalid("The action type must be 'forward' for a network load balancer");
        }
        let ForwardConfig {
            mut target_groups,
            target_group_stickiness_config,
        } = self.forward_config.unwrap_or_default();
        if target_groups.is_empty() {
            let short = self.target_group_arn.clone();
            target_groups.extend(short.map(|target_group_arn| ForwardTarget {
                target_group_arn,
                weight: one(),
            }));
        }
        if !(1..=MOST_TARGET_GROUPS).contains(&target_groups.len()) {
            return invalid("A forward action must have one to five target groups");
        }
        if target_groups
            .iter()
            .any(|target| !(0..=MOST_WEIGHT).contains(&target.weight))
        {
            return invalid("The weight of a target group must be from 0 to 999");
        }
        let only = if let [only] = &*target_groups {
            Some(only.target_group_arn.clone())
        } else {
            None
        };
        if self.target_group_arn.is_some() && self.target_group_arn != only {
            return invalid("TargetGroupArn and ForwardConfig must name the same target group");
        }
        let stickiness = target_group_stickiness_config.unwrap_or_default();
        let config = ForwardConfig {
            target_groups,
            target_group_stickiness_config: Some(stickiness),
        };
        Ok(Self {
            kind: self.kind,
            target_group_arn: only,
            order: Some(1),
            forward_config: Some(config),
        })
    }
}

/// A certificate of a listener, on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Certificate {
    /// ARN in ACM or IAM.
    pub certificate_arn: String,
    /// Whether it is the default one; AWS takes it in no request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

/// The security policy of TLS listeners that name none.
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

/// The part of a listener that only TLS has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// The default certificate.
    pub certificate: Option<String>,
    /// Security policy.
    pub ssl_policy: Option<String>,
    /// ALPN policies.
    pub alpn_policy: Vec<String>,
}

impl Tls {
    /// What a request asks for over what was `before`, checked against the listener's protocol.
    ///
    /// # Errors
    /// `CertificateNotFound` when TLS has no certificate, `SSLPolicyNotFound`, `InvalidConfigurationRequest` when another protocol has
    /// any of it, `ValidationError` for more than one certificate.
    pub fn check(
        protocol: Protocol,
        certificates: Vec<Certificate>,
        ssl_policy: Option<String>,
        alpn_policy: Vec<String>,
        before: Self,
    ) -> Result<Self, ApiError> {
        let mut certificates = certificates.into_iter().map(|certificate| certificate.certificate_arn);
        let certificate = certificates.next();
        if certificates.next().is_some() {
            return Err(ApiError::new(
                "ValidationError",
                "Up to one certificate can be specified",
            ));
        }
        if protocol != Protocol::Tls {
            return if certificate.is_none() && ssl_policy.is_none() && alpn_policy.is_empty() {
                Ok(Self::default())
            } else {
                let message = "Certificates, SSL policies and ALPN policies are for listeners with protocol TLS only";
                Err(ApiError::new("InvalidConfigurationRequest", message))
            };
        }
        let Some(certificate) = certificate.or(before.certificate) else {
            let message = "A certificate must be specified for listeners with protocol TLS";
            return Err(ApiError::new("CertificateNotFound", message));
        };
        let ssl_policy = ssl_policy
            .or(before.ssl_policy)
            .unwrap_or_else(|| DEFAULT_SSL_POLICY.to_owned());
        if !super::ssl_policy::exists(&ssl_policy) {
            return Err(ApiError::new(
                "SSLPolicyNotFound",
                format!("SSL policy '{ssl_policy}' not found"),
            ));
        }
        let alpn_policy = if alpn_policy.is_empty() {
            before.alpn_policy
        } else {
            alpn_policy
        };
        Ok(Self {
            certificate: Some(certificate),
            ssl_policy: Some(ssl_policy),
            alpn_policy,
        })
    }
}

/// A listener as DescribeListeners shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    listener_arn: String,
    load_balancer_arn: String,
    port: u16,
    protocol: Protocol,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl_policy: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alpn_policy: Vec<String>,
    default_actions: Vec<Action>,
}

impl Description {
    /// Describes a listener.
    pub fn of(arn: &str, listener: &Listener) -> Self {
        let Tls {
            certificate,
            ssl_policy,
            alpn_policy,
        } = listener.tls.clone();
        let certificate = certificate.map(|certificate_arn| Certificate {
            certificate_arn,
            is_default: None,
        });
        Self {
            listener_arn: arn.to_owned(),
            load_balancer_arn: listener.load_balancer_arn.clone(),
            port: listener.port,
            protocol: listener.protocol,
            certificates: certificate.into_iter().collect(),
            ssl_policy,
            alpn_policy,
            default_actions: vec![listener.action.clone()],
        }
    }
}
