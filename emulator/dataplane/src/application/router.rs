//! The rules of a listener, compiled: which one a request follows ("Listener rules for your Application Load Balancer"). Pure.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    condition::{Condition, InvalidRule, Subject},
    rewrite::Rewrites,
};
use crate::config::application::{self as config, Action, Authenticate, TokenValidation};

/// The rules of one listener, in the order of their priorities, the default one last.
#[derive(Debug)]
pub(crate) struct Router {
    rules: Vec<Rule>,
    default: Rule,
    /// ARNs of the target groups that rules forward to; [`Forward`] names them by their places here.
    pub(crate) groups: Vec<Arc<str>>,
}

/// A compiled rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// 0 is the default rule.
    pub(crate) priority: u32,
    conditions: Vec<Condition>,
    pub(crate) authenticate: Option<Authenticate>,
    pub(crate) validation: Option<TokenValidation>,
    pub(crate) answer: Answer,
    pub(crate) rewrites: Rewrites,
}

/// How a rule ends.
#[derive(Debug)]
pub(crate) enum Answer {
    Forward(Forward),
    Redirect(config::Redirect),
    Fixed(config::FixedResponse),
    /// No action.
    Nothing,
}

/// A choice among target groups.
#[derive(Debug)]
pub(crate) struct Forward {
    /// Weight and place of each group.
    groups: Vec<(u32, usize)>,
    total: u64,
    pub(crate) stickiness: Option<Duration>,
}

impl Router {
    /// The router, and the rules that are left out because they cannot be compiled.
    pub(crate) fn compile(listener: &config::ApplicationListener) -> (Self, Vec<(u32, InvalidRule)>) {
        let mut places = Places::default();
        let mut invalid = Vec::new();
        let mut rules = Vec::new();
        for rule in &listener.rules {
            match Rule::compile(rule, &mut places) {
                Ok(rule) => rules.push(rule),
                Err(error) => invalid.push((rule.priority, error)),
            }
        }
        rules.sort_by_key(|rule| rule.priority);
        let default = Rule::default_of(&listener.default_actions, &mut places);
        let router = Self {
            rules,
            default,
            groups: places.groups,
        };
        (router, invalid)
    }

    /// The rule that a request follows.
    pub(crate) fn rule_for(&self, subject: &Subject<'_>) -> &Rule {
        let matching = self
            .rules
            .iter()
            .find(|rule| rule.conditions.iter().all(|condition| condition.holds(subject)));
        matching.unwrap_or(&self.default)
    }
}

impl Rule {
    fn compile(rule: &config::Rule, places: &mut Places) -> Result<Self, InvalidRule> {
        let conditions: Result<_, _> = rule.conditions.iter().map(Condition::compile).collect();
        Ok(Self {
            priority: rule.priority,
            conditions: conditions?,
            rewrites: Rewrites::compile(&rule.transforms)?,
            ..Self::default_of(&rule.actions, places)
        })
    }

    fn default_of(actions: &[Action], places: &mut Places) -> Self {
        let authenticate = actions.iter().find_map(|action| match action {
            Action::Authenticate(authenticate) => Some(authenticate.clone()),
            _ => None,
        });
        let validation = actions.iter().find_map(|action| match action {
            Action::ValidateToken(validation) => Some(validation.clone()),
            _ => None,
        });
        let answering = |action: &&Action| !matches!(action, Action::Authenticate(_) | Action::ValidateToken(_));
        let answer = match actions.iter().rfind(answering) {
            Some(Action::Forward(forward)) => Answer::Forward(Forward::compile(forward, places)),
            Some(Action::Redirect(redirect)) => Answer::Redirect(redirect.clone()),
            Some(Action::FixedResponse(response)) => Answer::Fixed(response.clone()),
            _ => Answer::Nothing,
        };
        Self {
            priority: 0,
            conditions: Vec::new(),
            authenticate,
            validation,
            answer,
            rewrites: Rewrites::default(),
        }
    }

    /// The actions that were taken, as access logs name them.
    pub(crate) fn actions(&self) -> &'static str {
        match (&self.answer, self.authenticate.is_some()) {
            (Answer::Forward(_), false) => "forward",
            (Answer::Forward(_), true) => "authenticate,forward",
            (Answer::Redirect(_), false) => "redirect",
            (Answer::Redirect(_), true) => "authenticate,redirect",
            (Answer::Fixed(_), false) => "fixed-response",
            (Answer::Fixed(_), true) => "authenticate,fixed-response",
            (Answer::Nothing, _) => "-",
        }
    }
}

impl Forward {
    fn compile(forward: &config::ForwardAction, places: &mut Places) -> Self {
        let groups: Vec<_> = forward
            .target_groups
            .iter()
            .map(|to| (to.weight, places.of(&to.target_group_arn)))
            .collect();
        let total = groups.iter().map(|(weight, _)| u64::from(*weight)).sum();
        Self {
            groups,
            total,
            stickiness: forward.stickiness,
        }
    }

    /// The group that a random number chooses by weight. None when all weights are zero.
    pub(crate) fn choose(&self, random: u64) -> Option<usize> {
        let mut ticket = random.checked_rem(self.total)?;
        for (weight, place) in &self.groups {
            match ticket.checked_sub(u64::from(*weight)) {
                Some(rest) => ticket = rest,
                None => return Some(*place),
            }
        }
        None
    }

    /// The places of groups that get requests.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.groups
            .iter()
            .filter(|(weight, _)| *weight > 0)
            .map(|(_, place)| *place)
    }
}

/// Target groups in the order of their first use.
#[derive(Default)]
struct Places {
    groups: Vec<Arc<str>>,
    by_arn: HashMap<Arc<str>, usize>,
}

impl Places {
    fn of(&mut self, arn: &str) -> usize {
        if let Some(place) = self.by_arn.get(arn) {
            return *place;
        }
        let arn: Arc<str> = arn.into();
        let place = self.groups.len();
        self.groups.push(arn.clone());
        self.by_arn.insert(arn, place);
        place
    }
}

#[cfg(test)]
mod tests;
