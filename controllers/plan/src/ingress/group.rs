//! Groups of Ingresses: who is a member, in which order, and who is on the way out.

use crate::ingress::class::{self, Classes};
use crate::ingress::{IngressKey, annotations};
use crate::{Config, PlanError};
use controllers_api::ingress_class_params::IngressClassParams;
use controllers_api::{GROUP_FINALIZER_PREFIX, INGRESS_FINALIZER};
use k8s_openapi::api::networking::v1::Ingress;
use model::GroupId;
use std::sync::Arc;

const NAME: &str = "group.name";
const ORDER: &str = "group.order";

/// Where an Ingress belongs.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// What the parameters of its class decide.
    pub params: Option<Arc<IngressClassParams>>,
}

/// A group as it is to be.
#[derive(Debug, Clone)]
pub struct Group {
    /// Which.
    pub id: GroupId,
    /// Its members in the order in which their rules are tried.
    pub members: Vec<Member>,
    /// Ingresses that hold its finalizer and belong to it no more.
    pub inactive: Vec<Arc<Ingress>>,
}

/// An Ingress of a group.
#[derive(Debug, Clone)]
pub struct Member {
    /// The Ingress.
    pub ingress: Arc<Ingress>,
    /// What the parameters of its class decide.
    pub params: Option<Arc<IngressClassParams>>,
    /// Its place among the members.
    order: i32,
    /// Why it cannot be planned, though it was a member before.
    pub(crate) trouble: Option<PlanError>,
}

/// The finalizer that members of a group hold.
#[must_use]
pub fn finalizer(group: &GroupId) -> String {
    match group {
        GroupId::Explicit(name) => format!("{GROUP_FINALIZER_PREFIX}{name}"),
        GroupId::Implicit { .. } => INGRESS_FINALIZER.to_owned(),
    }
}

/// The groups whose finalizers an Ingress holds: those that may have to take back what they gave it.
#[must_use]
pub fn held(ingress: &Ingress) -> Vec<GroupId> {
    let finalizers = ingress.metadata.finalizers.iter().flatten();
    let group = |finalizer: &String| match finalizer.strip_prefix(GROUP_FINALIZER_PREFIX) {
        Some(name) => Some(GroupId::Explicit(name.to_owned())),
        None => (finalizer == INGRESS_FINALIZER).then(|| IngressKey::of(ingress).group()),
    };
    finalizers.filter_map(group).collect()
}

/// The group that an Ingress belongs to; none if it is not ours.
///
/// # Errors
/// When its class or the name of its group is not right.
pub fn membership(ingress: &Ingress, classes: &Classes, config: &Config) -> Result<Option<Membership>, PlanError> {
    let Some(claim) = class::claim(ingress, classes, config)? else {
        return Ok(None);
    };
    let by_class = claim
        .params
        .and_then(|params| params.spec.group.as_ref().map(|group| (params, group)));
    let key = IngressKey::of(ingress);
    let group = match (by_class, annotations(ingress).text(NAME)) {
        (Some((params, group)), _) if !is_group_name(&group.name) => {
            let class = params.metadata.name.as_deref().unwrap_or_default();
            return Err(PlanError::Object {
                object: format!("IngressClassParams {class}"),
                problem: format!("spec.group.name: {:?} is no name of a group", group.name),
                remedy: NAME_REMEDY.to_owned(),
            });
        }
        (Some((_, group)), _) => GroupId::Explicit(group.name.clone()),
        (None, Some(name)) if !is_group_name(name) => {
            let error = annotations(ingress).error(NAME, "a name of a group", NAME_REMEDY);
            return Err(error.into());
        }
        (None, Some(name)) => GroupId::Explicit(name.to_owned()),
        (None, None) => key.group(),
    };
    let params = claim.params.cloned().map(Arc::new);
    Ok(Some(Membership { group, params }))
}

const NAME_REMEDY: &str =
    "write up to 63 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit";

fn is_group_name(name: &str) -> bool {
    let alphanumeric = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    name.len() <= 63
        && name.starts_with(alphanumeric)
        && name.ends_with(alphanumeric)
        && name
            .chars()
            .all(|letter| alphanumeric(letter) || matches!(letter, '-' | '.'))
}

/// The group `id` among all Ingresses. An Ingress whose class or group cannot be told any more stays a member if it holds the group's finalizer, since
/// what it had must neither be lost nor stop the others.
#[must_use]
pub fn load(id: &GroupId, ingresses: &[Arc<Ingress>], classes: &Classes, config: &Config) -> Group {
    let mut group = Group {
        id: id.clone(),
        members: Vec::new(),
        inactive: Vec::new(),
    };
    for ingress in ingresses {
        let held = || held(ingress).contains(id);
        match membership(ingress, classes, config) {
            Ok(Some(membership)) if membership.group == *id => {
                let (order, trouble) = match order(ingress) {
                    Ok(order) => (order, None),
                    Err(error) => (0, Some(error.of(&format!("Ingress {}", IngressKey::of(ingress))))),
                };
                group.members.push(Member {
                    ingress: ingress.clone(),
                    params: membership.params,
                    order,
                    trouble,
                });
            }
            Ok(_) if held() => group.inactive.push(ingress.clone()),
            Err(PlanError::Class(error)) if held() => group.members.push(Member {
                ingress: ingress.clone(),
                params: None,
                order: order(ingress).unwrap_or_default(),
                trouble: Some(PlanError::Class(error)),
            }),
            Err(_) if held() => group.inactive.push(ingress.clone()),
            Ok(_) | Err(_) => {}
        }
    }
    group
        .members
        .sort_by_cached_key(|member| (member.order, IngressKey::of(&member.ingress).to_string()));
    group
}

fn order(ingress: &Ingress) -> Result<i32, PlanError> {
    let annotations = annotations(ingress);
    Ok(annotations.bounded(ORDER, -1000..=1000)?.unwrap_or(0))
}
