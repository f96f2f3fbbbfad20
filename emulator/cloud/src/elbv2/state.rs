//! What Elastic Load Balancing holds in one region.

use super::arn::Kind;
use super::listener::Listener;
use super::load_balancer::LoadBalancer;
use super::target_group::{Observation, TargetGroup, TargetKey};
use crate::{ApiError, Tags};
use std::collections::{BTreeMap, BTreeSet};

/// Load balancers, listeners and target groups of a region, each by its ARN.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Network load balancers.
    pub load_balancers: BTreeMap<String, LoadBalancer>,
    /// Listeners.
    pub listeners: BTreeMap<String, Listener>,
    /// Target groups.
    pub target_groups: BTreeMap<String, TargetGroup>,
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

    /// ARNs of the load balancers that route to a target group.
    pub fn load_balancers_of<'a>(&'a self, target_group_arn: &str) -> BTreeSet<&'a str> {
        let routes = |listener: &&Listener| listener.forwards_to(target_group_arn);
        self.listeners
            .values()
            .filter(routes)
            .map(|listener| listener.load_balancer_arn.as_str())
            .collect()
    }

    /// The tags of a load balancer, listener or target group.
    ///
    /// # Errors
    /// `ValidationError` when it is no ARN of one, and the code of its kind when it does not exist.
    pub fn tags(&self, arn: &str) -> Result<&Tags, ApiError> {
        match Kind::of(arn) {
            Some(Kind::LoadBalancer) => self.load_balancer(arn).map(|found| &found.tags),
            Some(Kind::Listener) => self.listener(arn).map(|found| &found.tags),
            Some(Kind::TargetGroup) => self.target_group(arn).map(|found| &found.tags),
            Some(Kind::Rule) => Err(Kind::Rule.not_found()),
            None => Err(ApiError::new("ValidationError", format!("'{arn}' is not a valid ARN"))),
        }
    }

    /// The tags of a load balancer, listener or target group that exists, to change them.
    pub fn tags_mut(&mut self, arn: &str) -> Option<&mut Tags> {
        match Kind::of(arn)? {
            Kind::LoadBalancer => self.load_balancers.get_mut(arn).map(|found| &mut found.tags),
            Kind::Listener => self.listeners.get_mut(arn).map(|found| &mut found.tags),
            Kind::TargetGroup => self.target_groups.get_mut(arn).map(|found| &mut found.tags),
            Kind::Rule => None,
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

    /// Forgets what health checks found of targets that nothing routes to any more: they are checked anew when something does.
    pub(crate) fn forget_health_of_unused(&mut self) {
        let used: BTreeSet<&str> = self.listeners.values().flat_map(Listener::target_group_arns).collect();
        let unused = self
            .target_groups
            .iter_mut()
            .filter(|(arn, _)| !used.contains(arn.as_str()));
        for target in unused.flat_map(|(_, group)| group.targets.values_mut()) {
            target.observed = None;
        }
    }
}
