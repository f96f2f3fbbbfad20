//! What Elastic Load Balancing holds in one region.

use super::arn;
use super::arn::Kind;
use super::listener::Listener;
use super::load_balancer::LoadBalancer;
use super::rule::Rule;
use super::target_group::{Observation, TargetGroup, TargetKey};
use super::trust_store::TrustStore;
use crate::{ApiError, Tags};
use std::collections::{BTreeMap, BTreeSet};

/// Load balancers and what belongs to them in a region, each by its ARN.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Load balancers.
    pub load_balancers: BTreeMap<String, LoadBalancer>,
    /// Listeners.
    pub listeners: BTreeMap<String, Listener>,
    /// Rules of listeners, without the default ones: those are the listeners' own actions.
    pub rules: BTreeMap<String, Rule>,
    /// Target groups.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// Trust stores.
    pub trust_stores: BTreeMap<String, TrustStore>,
}

impl State {
    /// A load balancer by ARN.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, `LoadBalancerNotFound`.
    pub fn load_balancer(&self, arn: &str) -> Result<&LoadBalancer, ApiError> {
        Kind::LoadBalancer.check(arn)?;
        self.load_balancers
            .get(arn)
            .ok_or_else(|| Kind::LoadBalancer.not_found())
    }

    /// A load balancer by ARN, to change it.
    ///
    /// # Errors
    /// As [`Self::load_balancer`].
    pub fn load_balancer_mut(&mut self, arn: &str) -> Result<&mut LoadBalancer, ApiError> {
        Kind::LoadBalancer.check(arn)?;
        self.load_balancers
            .get_mut(arn)
            .ok_or_else(|| Kind::LoadBalancer.not_found())
    }

    /// A listener by ARN.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, `ListenerNotFound`.
    pub fn listener(&self, arn: &str) -> Result<&Listener, ApiError> {
        Kind::Listener.check(arn)?;
        self.listeners.get(arn).ok_or_else(|| Kind::Listener.not_found())
    }

    /// A listener by ARN, to change it.
    ///
    /// # Errors
    /// As [`Self::listener`].
    pub fn listener_mut(&mut self, arn: &str) -> Result<&mut Listener, ApiError> {
        Kind::Listener.check(arn)?;
        self.listeners.get_mut(arn).ok_or_else(|| Kind::Listener.not_found())
    }

    /// A rule by ARN, not a default one.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, `OperationNotPermitted` for a default rule, `RuleNotFound`.
    pub fn rule(&self, arn: &str) -> Result<&Rule, ApiError> {
        Kind::Rule.check(arn)?;
        if arn::listener_of_default_rule(arn).is_some_and(|listener| self.listeners.contains_key(&listener)) {
            let message = format!("Default rule '{arn}' cannot be deleted, modified as a rule, or given a priority");
            return Err(ApiError::new("OperationNotPermitted", message));
        }
        self.rules.get(arn).ok_or_else(|| Kind::Rule.not_found())
    }

    /// The rules of a listener, without the default one, by priority.
    pub fn rules_of(&self, listener_arn: &str) -> Vec<(&str, &Rule)> {
        let prefix = arn::rule_prefix(listener_arn);
        let from_here = self.rules.range(prefix.clone()..);
        let theirs = from_here.take_while(|(arn, _)| arn.starts_with(&prefix));
        let mut rules: Vec<_> = theirs.map(|(arn, rule)| (arn.as_str(), rule)).collect();
        rules.sort_by_key(|(_, rule)| rule.priority);
        rules
    }

    /// How many rules the listeners of a load balancer have, without default ones.
    pub fn rule_count(&self, load_balancer_arn: &str) -> usize {
        let prefix = load_balancer_arn.replacen(":loadbalancer/", ":listener-rule/", 1) + "/";
        self.rules
            .range(prefix.clone()..)
            .take_while(|(arn, _)| arn.starts_with(&prefix))
            .count()
    }

    /// ARNs of the listeners that serve with a certificate.
    pub fn listeners_serving<'a>(&'a self, certificate_arn: &'a str) -> impl Iterator<Item = (&'a str, &'a Listener)> {
        let serves = move |listener: &Listener| {
            listener.tls.certificate.as_deref() == Some(certificate_arn)
                || listener.certificates.iter().any(|arn| arn == certificate_arn)
        };
        let all = self.listeners.iter().map(|(arn, listener)| (arn.as_str(), listener));
        all.filter(move |(_, listener)| serves(listener))
    }

    /// ARNs of the listeners that use a trust store.
    pub fn listeners_trusting(&self, trust_store_arn: &str) -> Vec<&str> {
        let trusts = |listener: &Listener| {
            listener.tls.mutual_authentication.trust_store_arn.as_deref() == Some(trust_store_arn)
        };
        self.listeners
            .iter()
            .filter(|(_, listener)| trusts(listener))
            .map(|(arn, _)| arn.as_str())
            .collect()
    }

    /// A trust store by ARN.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, `TrustStoreNotFound`.
    pub fn trust_store(&self, arn: &str) -> Result<&TrustStore, ApiError> {
        Kind::TrustStore.check(arn)?;
        self.trust_stores.get(arn).ok_or_else(|| Kind::TrustStore.not_found())
    }

    /// A trust store by ARN, to change it.
    ///
    /// # Errors
    /// As [`Self::trust_store`].
    pub fn trust_store_mut(&mut self, arn: &str) -> Result<&mut TrustStore, ApiError> {
        Kind::TrustStore.check(arn)?;
        self.trust_stores
            .get_mut(arn)
            .ok_or_else(|| Kind::TrustStore.not_found())
    }

    /// A target group by ARN.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, `TargetGroupNotFound`.
    pub fn target_group(&self, arn: &str) -> Result<&TargetGroup, ApiError> {
        Kind::TargetGroup.check(arn)?;
        self.target_groups.get(arn).ok_or_else(|| Kind::TargetGroup.not_found())
    }

    /// A target group by ARN, to change it.
    ///
    /// # Errors
    /// As [`Self::target_group`].
    pub fn target_group_mut(&mut self, arn: &str) -> Result<&mut TargetGroup, ApiError> {
        Kind::TargetGroup.check(arn)?;
        self.target_groups
            .get_mut(arn)
            .ok_or_else(|| Kind::TargetGroup.not_found())
    }

    /// The listeners of a load balancer.
    pub fn listeners_of<'a>(&'a self, load_balancer_arn: &'a str) -> impl Iterator<Item = &'a Listener> {
        self.listeners
            .values()
            .filter(move |listener| listener.load_balancer_arn == load_balancer_arn)
    }

    /// The listener, other than `itself`, that keeps `wanted` from its port.
    pub fn listener_in_the_way(&self, wanted: &Listener, itself: Option<&str>) -> Option<(&str, &Listener)> {
        let others = self.listeners.iter().filter(|(arn, _)| Some(arn.as_str()) != itself);
        let mut colliding = others.filter(|(_, other)| {
            other.load_balancer_arn == wanted.load_balancer_arn
                && other.port == wanted.port
                && other.protocol.collides_with(wanted.protocol)
        });
        colliding.next().map(|(arn, listener)| (arn.as_str(), listener))
    }

    /// Target groups that are forwarded to by a listener or a rule, and the load balancers of those.
    pub fn routes(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        self.routes_without(None)
    }

    /// The same without what the listener's own actions or the rule with this ARN forward to.
    fn routes_without(&self, replaced: Option<&str>) -> BTreeMap<&str, BTreeSet<&str>> {
        let by_default = self
            .listeners
            .iter()
            .map(|(arn, listener)| (arn, listener.targets(), Some(listener)));
        let by_rule = self
            .rules
            .iter()
            .map(|(arn, rule)| (arn, rule.targets(), self.listeners.get(&rule.listener_arn)));
        let mut routes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (arn, targets, listener) in by_default.chain(by_rule) {
            let Some(listener) = listener.filter(|_| replaced != Some(arn)) else {
                continue;
            };
            for target in targets {
                let load_balancers = routes.entry(&target.target_group_arn).or_default();
                load_balancers.insert(&listener.load_balancer_arn);
            }
        }
        routes
    }

    /// ARNs of the load balancers that route to a target group.
    pub fn load_balancers_of(&self, target_group_arn: &str) -> BTreeSet<&str> {
        self.routes().remove(target_group_arn).unwrap_or_default()
    }

    /// ARNs of the target groups that a load balancer routes to, but for what one listener's own actions or one rule adds.
    pub fn target_groups_of(&self, load_balancer_arn: &str, replaced: Option<&str>) -> BTreeSet<&str> {
        let routes = self.routes_without(replaced).into_iter();
        routes
            .filter(|(_, load_balancers)| load_balancers.contains(load_balancer_arn))
            .map(|(arn, _)| arn)
            .collect()
    }

    /// The tags of a resource.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, and the code of its kind when it does not exist.
    pub fn tags(&self, arn: &str) -> Result<&Tags, ApiError> {
        match Kind::of(arn) {
            Some(Kind::LoadBalancer) => self.load_balancer(arn).map(|found| &found.tags),
            Some(Kind::Listener) => self.listener(arn).map(|found| &found.tags),
            Some(Kind::TargetGroup) => self.target_group(arn).map(|found| &found.tags),
            Some(Kind::Rule) => self
                .rules
                .get(arn)
                .map(|found| &found.tags)
                .ok_or_else(|| Kind::Rule.not_found()),
            Some(Kind::TrustStore) => self.trust_store(arn).map(|found| &found.tags),
            None => Err(ApiError::new("ValidationError", format!("'{arn}' is not a valid ARN"))),
        }
    }

    /// The tags of a resource that exists, to change them.
    pub fn tags_mut(&mut self, arn: &str) -> Option<&mut Tags> {
        match Kind::of(arn)? {
            Kind::LoadBalancer => self.load_balancers.get_mut(arn).map(|found| &mut found.tags),
            Kind::Listener => self.listeners.get_mut(arn).map(|found| &mut found.tags),
            Kind::TargetGroup => self.target_groups.get_mut(arn).map(|found| &mut found.tags),
            Kind::Rule => self.rules.get_mut(arn).map(|found| &mut found.tags),
            Kind::TrustStore => self.trust_stores.get_mut(arn).map(|found| &mut found.tags),
        }
    }

    /// Takes what a health check found. Not an API call, so not in the journal: after a restart checks begin anew.
    /// A report about a target that is no longer registered changes nothing.
    pub fn observe_health(&mut self, target_group_arn: &str, id: &str, port: u16, observation: Observation) {
        let key = TargetKey {
            id: id.to_owned(),
            port,
        };
        let group = self.target_groups.get_mut(target_group_arn);
        if let Some(target) = group.and_then(|group| group.targets.get_mut(&key)) {
            target.observed = Some(observation);
        }
    }

    /// Removes a listener with its rules.
    pub(crate) fn remove_listener(&mut self, arn: &str) {
        self.listeners.remove(arn);
        let prefix = arn::rule_prefix(arn);
        self.rules.retain(|arn, _| !arn.starts_with(&prefix));
    }

    /// Forgets what health checks found of targets that nothing routes to any more: they are checked anew when something does.
    pub(crate) fn forget_health_of_unused(&mut self) {
        let used: BTreeSet<String> = self.routes().into_keys().map(str::to_owned).collect();
        let unused = self
            .target_groups
            .iter_mut()
            .filter(|(arn, _)| !used.contains(arn.as_str()));
        for target in unused.flat_map(|(_, group)| group.targets.values_mut()) {
            target.observed = None;
        }
    }
}
