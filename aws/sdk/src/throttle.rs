//! Client-side rates: AWS counts calls per account, so one controller must leave room for the others.

use crate::service::Service;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use regex_lite::Regex;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Rates by service and operation. Operations that match no rule are not held back; every rule that matches counts.
#[derive(Debug, Clone)]
pub struct Throttles(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    service: Service,
    operations: Regex,
    limiter: Arc<DefaultDirectRateLimiter>,
}

impl Rule {
    /// `rate` in calls per second.
    fn new(service: Service, operations: &str, rate: f64, burst: u32) -> Result<Self, String> {
        let operations =
            Regex::new(operations).map_err(|error| format!("{operations:?} is not a regular expression: {error}"))?;
        let quota = Duration::try_from_secs_f64(1.0 / rate)
            .ok()
            .and_then(Quota::with_period);
        let (Some(quota), Some(burst)) = (quota, NonZeroU32::new(burst)) else {
            return Err(format!("{rate}:{burst} is not a rate and a burst above zero"));
        };
        Ok(Self {
            service,
            operations,
            limiter: Arc::new(RateLimiter::direct(quota.allow_burst(burst))),
        })
    }

    /// One item: `service:regex=rate:burst`. `None` for a service that is not called here.
    fn parse(item: &str) -> Result<Option<Self>, String> {
        let malformed = || format!("{item:?} is not of the form service:operation-regex=rate:burst");
        let (target, quota) = item.rsplit_once('=').ok_or_else(malformed)?;
        let (service, operations) = target.split_once(':').ok_or_else(malformed)?;
        let (rate, burst) = quota.split_once(':').ok_or_else(malformed)?;
        let rate: f64 = rate.parse().map_err(|_| malformed())?;
        let burst = burst.parse().map_err(|_| malformed())?;
        Service::named(service)
            .map(|service| Self::new(service, operations, rate, burst))
            .transpose()
    }
}

/// What AWS's own quotas leave for a controller: the rates of the Go controller.
const DEFAULTS: &str = "elasticloadbalancing:^(RegisterTargets|DeregisterTargets)$=4:20,\
                        elasticloadbalancing:^Describe=50:200,\
                        elasticloadbalancing:^Modify=3:20,\
                        wafv2:^(AssociateWebACL|DisassociateWebACL)$=0.5:1,\
                        wafv2:^(GetWebACLForResource|ListResourcesForWebACL)$=1:1,\
                        waf-regional:^(AssociateWebACL|DisassociateWebACL)$=0.5:1,\
                        waf-regional:^(GetWebACLForResource|ListResourcesForWebACL)$=1:1";

impl Throttles {
    /// No client-side rates.
    pub(crate) fn lifted() -> Self {
        Self(Vec::new())
    }

    /// Waits until a call of this operation may be made.
    pub(crate) async fn admit(&self, service: Service, operation: &str) {
        for rule in &self.0 {
            if rule.service == service && rule.operations.is_match(operation) {
                rule.limiter.until_ready().await;
            }
        }
    }

    fn parse_rules(text: &str) -> Result<Vec<Rule>, String> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.filter_map(|item| Rule::parse(item).transpose()).collect()
    }
}

impl FromStr for Throttles {
    type Err = String;

    /// `none` lifts all rates; the rules given for a service replace its defaults; empty text keeps the defaults.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "none" {
            return Ok(Self::lifted());
        }
        let mut rules = Self::parse_rules(text)?;
        let defaults = Self::parse_rules(DEFAULTS)?;
        let kept = defaults
            .into_iter()
            .filter(|default| rules.iter().all(|rule| rule.service != default.service));
        let kept: Vec<_> = kept.collect();
        rules.extend(kept);
        Ok(Self(rules))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(throttles: &Throttles, service: Service, operation: &str) -> usize {
        let rules = throttles.0.iter().filter(|rule| rule.service == service);
        rules.filter(|rule| rule.operations.is_match(operation)).count()
    }

    #[test]
    fn defaults_hold_back_registrations_reads_and_changes_only() {
        let throttles: Throttles = "".parse().unwrap();
        for operation in ["RegisterTargets", "DeregisterTargets", "DescribeTags", "ModifyListener"] {
            assert_eq!(matching(&throttles, Service::Elbv2, operation), 1, "{operation}");
        }
        for service in [Service::Wafv2, Service::WafRegional] {
            assert_eq!(matching(&throttles, service, "DisassociateWebACL"), 1, "{service:?}");
            assert_eq!(matching(&throttles, service, "GetWebACLForResource"), 1, "{service:?}");
        }
        assert_eq!(matching(&throttles, Service::Elbv2, "CreateLoadBalancer"), 0);
        assert_eq!(matching(&throttles, Service::Ec2, "DescribeSubnets"), 0);
    }

    #[test]
    fn given_rules_replace_the_defaults_of_their_service() {
        let throttles: Throttles = "Elastic Load Balancing v2:^Create=0.5:1,Route 53:.*=1:1"
            .parse()
            .unwrap();
        assert_eq!(matching(&throttles, Service::Elbv2, "CreateListener"), 1);
        assert_eq!(matching(&throttles, Service::Elbv2, "DescribeTags"), 0);
        assert_eq!(matching(&throttles, Service::Wafv2, "AssociateWebACL"), 1);
    }

    #[test]
    fn none_lifts_all() {
        assert!("none".parse::<Throttles>().unwrap().0.is_empty());
    }

    #[test]
    fn malformed_rules_are_named() {
        for text in [
            "ec2",
            "ec2:.*",
            "ec2:.*=1",
            "ec2:.*=0:1",
            "ec2:.*=1:0",
            "ec2:(=1:1",
            "ec2:.*=x:1",
        ] {
            assert!(text.parse::<Throttles>().is_err(), "{text}");
        }
    }
}
