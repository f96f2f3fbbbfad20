//! ARNs and DNS names of load balancers and what belongs to them. `app` stands for application load balancers, `net` for network ones.

use super::load_balancer::{Scheme, Type};
use crate::{ApiError, Context};

/// What an ARN of Elastic Load Balancing names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `loadbalancer/<app or net>/<name>/<id>`
    LoadBalancer,
    /// `listener/<app or net>/<name>/<load balancer id>/<id>`
    Listener,
    /// `listener-rule/<app or net>/<name>/<load balancer id>/<listener id>/<id>`
    Rule,
    /// `targetgroup/<name>/<id>`
    TargetGroup,
    /// `truststore/<name>/<id>`
    TrustStore,
}

impl Kind {
    /// What an ARN names, by its shape.
    pub fn of(arn: &str) -> Option<Self> {
        let resource = resource(arn)?;
        let (kind, rest) = resource.split_once('/')?;
        match (kind, rest.split('/').count()) {
            ("loadbalancer", 3) => Some(Self::LoadBalancer),
            ("listener", 4) => Some(Self::Listener),
            ("listener-rule", 5) => Some(Self::Rule),
            ("targetgroup", 2) => Some(Self::TargetGroup),
            ("truststore", 2) => Some(Self::TrustStore),
            _ => None,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::LoadBalancer => "load balancer",
            Self::Listener => "listener",
            Self::Rule => "listener rule",
            Self::TargetGroup => "target group",
            Self::TrustStore => "trust store",
        }
    }

    /// The code and message of AWS for one that does not exist.
    pub fn not_found(self) -> ApiError {
        let (code, what) = match self {
            Self::LoadBalancer => ("LoadBalancerNotFound", "load balancers"),
            Self::Listener => ("ListenerNotFound", "listeners"),
            Self::Rule => ("RuleNotFound", "rules"),
            Self::TargetGroup => ("TargetGroupNotFound", "target groups"),
            Self::TrustStore => ("TrustStoreNotFound", "trust stores"),
        };
        ApiError::new(code, format!("One or more {what} not found"))
    }

    /// Checks that an ARN has the shape of this kind.
    ///
    /// # Errors
    /// `ValidationError`.
    pub fn check(self, arn: &str) -> Result<(), ApiError> {
        if Self::of(arn) == Some(self) {
            return Ok(());
        }
        Err(ApiError::new(
            "ValidationError",
            format!("'{arn}' is not a valid {} ARN", self.words()),
        ))
    }
}

fn resource(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    (parts.next() == Some("arn")).then_some(())?;
    parts.next()?;
    (parts.next() == Some("elasticloadbalancing")).then_some(())?;
    parts.nth(2)
}

fn arn(context: &Context, resource: &str) -> String {
    format!(
        "arn:aws:elasticloadbalancing:{}:{}:{resource}",
        context.region, context.account
    )
}

/// ARN of a load balancer; `id` is 16 hexadecimal digits.
pub fn load_balancer(context: &Context, kind: Type, name: &str, id: &str) -> String {
    arn(context, &format!("loadbalancer/{}/{name}/{id}", kind.in_arns()))
}

/// ARN of a trust store; `id` is 16 hexadecimal digits.
pub fn trust_store(context: &Context, name: &str, id: &str) -> String {
    arn(context, &format!("truststore/{name}/{id}"))
}

/// What a load balancer is, by its ARN.
pub fn type_of(load_balancer_arn: &str) -> Option<Type> {
    let full_name = full_name(load_balancer_arn);
    [Type::Application, Type::Network]
        .into_iter()
        .find(|kind| full_name.split('/').next() == Some(kind.in_arns()))
}

/// ARN of a target group; `id` is 16 hexadecimal digits.
pub fn target_group(context: &Context, name: &str, id: &str) -> String {
    arn(context, &format!("targetgroup/{name}/{id}"))
}

/// ARN of a listener of the load balancer with this ARN.
pub fn listener(load_balancer_arn: &str, id: &str) -> String {
    format!("{}/{id}", load_balancer_arn.replacen(":loadbalancer/", ":listener/", 1))
}

/// What the ARNs of all rules of the listener with this ARN begin with.
pub fn rule_prefix(listener_arn: &str) -> String {
    format!("{}/", listener_arn.replacen(":listener/", ":listener-rule/", 1))
}

/// ARN of a rule of the listener with this ARN; `id` is 16 hexadecimal digits.
pub fn rule(listener_arn: &str, id: &str) -> String {
    rule_prefix(listener_arn) + id
}

/// ARN of the default rule of the listener with this ARN. A listener has one, so its id is the listener's.
pub fn default_rule(listener_arn: &str) -> String {
    rule(listener_arn, listener_arn.rsplit('/').next().unwrap_or_default())
}

/// The listener whose default rule has this ARN.
pub fn listener_of_default_rule(rule_arn: &str) -> Option<String> {
    let (listener, id) = rule_arn.rsplit_once('/')?;
    listener
        .ends_with(&format!("/{id}"))
        .then(|| listener.replacen(":listener-rule/", ":listener/", 1))
}

/// `app/<name>/<id>` or `net/<name>/<id>` of a load balancer's ARN: what its network interfaces are described by, and what metrics are named by.
pub fn full_name(load_balancer_arn: &str) -> &str {
    load_balancer_arn
        .split_once(":loadbalancer/")
        .map_or("", |(_, name)| name)
}

/// DNS name of a load balancer; `id` is that of its ARN. Where AWS has `amazonaws.com`, the world has a suffix that is nobody's on the
/// internet.
pub fn dns_name(context: &Context, kind: Type, scheme: Scheme, name: &str, id: &str) -> String {
    let Context { region, dns_suffix, .. } = context;
    match (kind, scheme) {
        (Type::Network, _) => format!("{name}-{id}.elb.{region}.{dns_suffix}"),
        (Type::Application, Scheme::InternetFacing) => format!("{name}-{}.{region}.elb.{dns_suffix}", decimal(id)),
        (Type::Application, Scheme::Internal) => format!("internal-{name}-{}.{region}.elb.{dns_suffix}", decimal(id)),
    }
}

/// Names of application load balancers have a decimal number where ARNs have a hexadecimal one.
fn decimal(id: &str) -> u64 {
    u64::from_str_radix(id, 16).map_or(0, |number| number % 10_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NLB: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/web/50dc6c495c0c9188";

    #[test]
    fn shapes_tell_kinds_apart() {
        let listener = listener(NLB, "0467ef3c8400ae65");
        for (arn, kind) in [
            (NLB, Some(Kind::LoadBalancer)),
            (&*listener, Some(Kind::Listener)),
            (&*default_rule(&listener), Some(Kind::Rule)),
            (
                "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/t/73e2d6bc24d8a067",
                Some(Kind::TargetGroup),
            ),
            (
                "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/t",
                None,
            ),
            (
                "arn:aws:ec2:us-west-2:123456789012:loadbalancer/net/web/50dc6c495c0c9188",
                None,
            ),
            ("web", None),
        ] {
            assert_eq!(Kind::of(arn), kind, "{arn}");
        }
        assert_eq!(full_name(NLB), "net/web/50dc6c495c0c9188");
        assert!(Kind::TargetGroup.check(NLB).is_err());
    }
}
