//! Where the requests of an Application Load Balancer's address and port go. Pure.

use std::{sync::Arc, time::Instant};

use super::{Destination, Place};
use crate::{
    application::{Balance, Router, stickiness},
    config::{
        ProtocolVersion,
        application::{Attributes, ListenerAttributes, Stickiness, TargetProtocol},
    },
    standing::Standings,
};

/// The rules, and the target groups that they name.
#[derive(Debug)]
pub(crate) struct RequestRoute {
    pub(crate) router: Arc<Router>,
    /// In the order of [`Router::groups`].
    pub(crate) groups: Vec<TargetSet>,
    pub(crate) attributes: Arc<Attributes>,
    pub(crate) listener: Arc<ListenerAttributes>,
}

/// A target group as one address sees it.
#[derive(Debug, Default)]
pub(crate) struct TargetSet {
    pub(crate) arn: Arc<str>,
    pub(crate) protocol: TargetProtocol,
    pub(crate) version: ProtocolVersion,
    pub(crate) stickiness: Option<Stickiness>,
    /// What cookies call it.
    pub(crate) cookie: u64,
    pub(crate) balance: Balance,
}

impl RequestRoute {
    pub(super) fn new(
        place: &Place<'_>,
        router: &Arc<Router>,
        listener: &Arc<ListenerAttributes>,
        attributes: &Arc<Attributes>,
        standings: &Standings,
    ) -> Self {
        let groups = router.groups.iter().map(|arn| TargetSet::new(place, arn, standings));
        Self {
            router: router.clone(),
            groups: groups.collect(),
            attributes: attributes.clone(),
            listener: listener.clone(),
        }
    }
}

impl TargetSet {
    /// A group that does not exist has no targets.
    fn new(place: &Place<'_>, arn: &Arc<str>, standings: &Standings) -> Self {
        let Some(group) = place.groups.get(&**arn) else {
            return Self::default();
        };
        let attributes = &group.config.application;
        Self {
            arn: arn.clone(),
            protocol: attributes.protocol,
            version: attributes.version,
            stickiness: attributes.stickiness.clone(),
            cookie: stickiness::id(&[arn.as_bytes()]),
            balance: Balance {
                algorithm: attributes.algorithm,
                slow_start: attributes.slow_start,
                members: group.usable(place.load_balancer, place.zone),
                turn: standings.turn(arn),
            },
        }
    }

    /// The target for a request: the one that the client had, if it is known and usable, or else the one whose turn it is.
    pub(crate) fn choose(
        &self,
        sticky: Option<u64>,
        random: u64,
        now: impl Fn() -> Instant,
    ) -> Option<&Arc<Destination>> {
        let had = sticky.and_then(|cookie| self.balance.member(cookie));
        had.or_else(|| self.balance.choose(random, now))
    }
}
