//! One bad member does not stop its group: it keeps what it had, or is left out.

use crate::ingress::attempt::{Attempt, Blame};
use crate::ingress::facts::Facts;
use crate::ingress::{Group, IngressKey, Member, Portion, annotations};
use crate::{Config, PlanError};
use controllers_api::value;
use k8s_openapi::api::networking::v1::Ingress;
use model::tags::Owner;
use model::{GroupId, Stack};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a group asks for.
#[derive(Debug, Clone)]
pub struct GroupPlan {
    /// Everything that should exist.
    pub stack: Stack,
    /// Members whose wishes are not met, in their order.
    pub refused: Vec<Refusal>,
    /// What was good, to be given to the next plan of the group.
    pub good: BTreeMap<IngressKey, Portion>,
}

/// A member whose wishes are not met.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The Ingress.
    pub key: IngressKey,
    /// What is wrong with it.
    pub error: PlanError,
    /// Whether it keeps the rules that it had.
    pub keeps_rules: bool,
}

/// Why a group cannot be planned at all: nothing of it changes.
#[derive(Debug, thiserror::Error)]
#[error("the group {group} cannot be planned")]
pub struct GroupError {
    /// The group.
    pub group: GroupId,
    /// The Ingress to blame, if it is one.
    pub key: Option<IngressKey>,
    /// What is wrong.
    #[source]
    pub error: Box<PlanError>,
}

/// Everything a group asks for. For a group without members the stack is empty, which stands for removing all that it had.
///
/// `last_good` is what was good before: a member that is not good now keeps the rules of then, or is left out if there is nothing. Where members
/// contradict each other, the later one is to blame. With [`Config::strict_groups`] the first error fails the group instead.
///
/// # Errors
/// When the load balancer cannot be, whoever is left out, or no member is good, or a member must not be deleted.
pub fn plan(
    group: &Group,
    facts: &Facts,
    last_good: &BTreeMap<IngressKey, Portion>,
    config: &Config,
) -> Result<GroupPlan, GroupError> {
    let failed = |key: Option<IngressKey>, error: PlanError| GroupError {
        group: group.id.clone(),
        key,
        error: Box::new(error),
    };
    if let Some((key, error)) = protected(group, config) {
        return Err(failed(Some(key), error));
    }
    if group.members.is_empty() {
        return Ok(GroupPlan::nothing(&group.id));
    }
    let read = |member: &Member| {
        let key = IngressKey::of(&member.ingress);
        let read = Portion::read(member, &group.id, facts, config);
        let read = read.and_then(|portion| facts.lessons.accept(portion));
        Candidate::new(read, last_good.get(&key), key)
    };
    let mut candidates: Vec<_> = group.members.iter().map(read).collect();
    loop {
        if let Some((key, error)) = hopeless(&candidates, config) {
            return Err(failed(Some(key), error));
        }
        let present = candidates.iter().enumerate();
        let present = present.filter_map(|(place, candidate)| Some(((place, candidate.portion()?), candidate.earlier)));
        let ((places, portions), earlier): ((Vec<_>, Vec<_>), Vec<_>) = present.unzip();
        let attempt = Attempt {
            group: &group.id,
            portions: &portions,
            earlier: &earlier,
            facts,
            config,
        };
        match attempt.stack() {
            Ok(stack) => return Ok(GroupPlan::of(stack, candidates)),
            Err(Blame { culprit, error }) => match culprit {
                Some(culprit) => candidates[places[culprit]].demote(*error),
                None => return Err(failed(None, *error)),
            },
        }
    }
}

/// The error that stops the group: the first if it is strict, or if nobody is left.
fn hopeless(candidates: &[Candidate<'_>], config: &Config) -> Option<(IngressKey, PlanError)> {
    let nobody = candidates.iter().all(|candidate| candidate.portion().is_none());
    let mut refused = candidates.iter().filter(|_| config.strict_groups || nobody);
    refused.find_map(|candidate| Some((candidate.key.clone(), candidate.error.clone()?)))
}

/// An Ingress that is deleted and asks for deletion protection, if its load balancer would go with it.
fn protected(group: &Group, config: &Config) -> Option<(IngressKey, PlanError)> {
    if !group.members.is_empty() && !config.strict_groups {
        return None;
    }
    let deleted = |ingress: &&Arc<Ingress>| ingress.metadata.deletion_timestamp.is_some();
    group.inactive.iter().filter(deleted).find_map(|ingress| {
        let (key, name) = ("load-balancer-attributes", IngressKey::of(ingress));
        let annotations = annotations(ingress);
        let attributes = annotations.map(key).unwrap_or_default();
        let protected = attributes
            .get("deletion_protection.enabled")
            .and_then(|text| value::boolean(text));
        (protected == Some(true)).then(|| {
            let remedy = "set deletion_protection.enabled=false there first, then the load balancer is deleted";
            let error = PlanError::from(annotations.error(key, "free of deletion protection", remedy));
            let error = error.of(&format!("Ingress {name}"));
            (name, error)
        })
    })
}

/// What an Ingress can contribute, from best to nothing.
struct Candidate<'a> {
    key: IngressKey,
    current: Option<Portion>,
    earlier: Option<&'a Portion>,
    /// The listeners and rules of `earlier`.
    bare: Option<Portion>,
    stage: Stage,
    /// Why it is not what it asks for.
    error: Option<PlanError>,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Current,
    Earlier,
    EarlierRules,
    Out,
}

impl<'a> Candidate<'a> {
    fn new(read: Result<Portion, PlanError>, earlier: Option<&'a Portion>, key: IngressKey) -> Self {
        let mut candidate = Self {
            key,
            current: None,
            earlier,
            bare: None,
            stage: Stage::Current,
            error: None,
        };
        match read {
            Ok(portion) => candidate.current = Some(portion),
            Err(error) => candidate.demote(error),
        }
        candidate
    }

    fn portion(&self) -> Option<&Portion> {
        match self.stage {
            Stage::Current => self.current.as_ref(),
            Stage::Earlier => self.earlier,
            Stage::EarlierRules => self.bare.as_ref(),
            Stage::Out => None,
        }
    }

    /// To the next best that it has. The first error is the one that its owner must mend.
    fn demote(&mut self, error: PlanError) {
        self.stage = match (self.stage, self.earlier) {
            (Stage::Current, Some(_)) => Stage::Earlier,
            (Stage::Earlier, Some(earlier)) => {
                self.bare = Some(earlier.without_settings());
                Stage::EarlierRules
            }
            _ => Stage::Out,
        };
        self.error.get_or_insert(error);
    }
}

impl GroupPlan {
    fn nothing(group: &GroupId) -> Self {
        let stack = Stack {
            owner: Owner::Ingress,
            id: group.to_string(),
            ..Stack::default()
        };
        Self {
            stack,
            refused: Vec::new(),
            good: BTreeMap::new(),
        }
    }

    fn of(stack: Stack, candidates: Vec<Candidate<'_>>) -> Self {
        let (mut refused, mut good) = (Vec::new(), BTreeMap::new());
        for candidate in candidates {
            let keeps_rules = candidate.stage != Stage::Out;
            let portion = match candidate.stage {
                Stage::Current => candidate.current,
                Stage::Earlier | Stage::EarlierRules | Stage::Out => candidate.earlier.cloned(),
            };
            good.extend(portion.map(|portion| (candidate.key.clone(), portion)));
            refused.extend(candidate.error.map(|error| Refusal {
                key: candidate.key,
                error,
                keeps_rules,
            }));
        }
        Self { stack, refused, good }
    }
}
