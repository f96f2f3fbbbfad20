//! What is refused before it is stored: verdicts on Ingresses and IngressClassParams as they are written.
//!
//! Little is checked, as it always was: what depends on other objects may be right a moment later, and is said in Events. An update that changes
//! neither annotations nor spec is never refused, so that finalizers can go and what was wrong before the webhook came can still be labelled.

use crate::ingress::class::{self, Choice, Classes};
use crate::ingress::portion::{BACKEND, backend, condition};
use crate::ingress::{IngressKey, annotations, annotations_of};
use crate::{Config, PlanError};
use controllers_api::INGRESS_CLASS_ANNOTATION;
use controllers_api::annotation::AnnotationError;
use controllers_api::ingress_class_params::{IngressClassParams, SubnetSelector};
use ipnet::IpNet;
use k8s_openapi::api::networking::v1::Ingress;
use std::collections::BTreeSet;

/// Why an object is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{object}: {error}")]
pub struct Refused {
    /// Name of the check that it failed, for metrics.
    pub check: &'static str,
    /// The object, such as `Ingress shop/web`.
    pub object: String,
    /// What is wrong.
    pub error: Box<PlanError>,
}

/// Whether an Ingress may be written: created if there is no `old` one, or else changed. `classes` need not have parameters.
///
/// # Errors
/// When it may not.
pub fn ingress(old: Option<&Ingress>, new: &Ingress, classes: &Classes, config: &Config) -> Result<(), Refused> {
    let same = |old: &Ingress| old.spec == new.spec && annotations_of(old) == annotations_of(new);
    if new.metadata.deletion_timestamp.is_some() || old.is_some_and(same) {
        return Ok(());
    }
    let refused = |check| {
        let object = format!("Ingress {}", IngressKey::of(new));
        move |error| Refused {
            check,
            object,
            error: Box::new(error),
        }
    };
    match class::choice(new, classes, config) {
        Ok(Choice::Others) => return Ok(()),
        Ok(Choice::Ours | Choice::OursBy(..)) => {}
        // The class has gone since: that is no fault of this update.
        Err(_) if old.is_some_and(|old| same_class(old, new)) => return Ok(()),
        Err(error) => return Err(refused("checkIngressClass")(error.into())),
    }
    class_annotation(old, new, config).map_err(refused("checkIngressClassAnnotationUsage"))?;
    group_name(old, new, config).map_err(refused("checkGroupNameAnnotationUsage"))?;
    conditions(new).map_err(refused("checkIngressAnnotationConditions"))
}

fn same_class(old: &Ingress, new: &Ingress) -> bool {
    class::legacy_class(old) == class::legacy_class(new) && class::class_name(old) == class::class_name(new)
}

/// The old annotation may stay, but not come.
fn class_annotation(old: Option<&Ingress>, new: &Ingress, config: &Config) -> Result<(), PlanError> {
    let ours = |ingress| class::legacy_class(ingress).filter(|class| class::legacy_matches(class, config));
    match ours(new) {
        Some(class) if config.disable_class_annotation && old.and_then(ours).is_none() => Err(AnnotationError {
            key: INGRESS_CLASS_ANNOTATION.to_owned(),
            object: Box::default(),
            value: class.to_owned(),
            expected: "allowed: the controller runs with --disable-ingress-class-annotation".to_owned(),
            remedy: "remove the annotation and name an IngressClass in spec.ingressClassName".to_owned(),
        }
        .into()),
        _ => Ok(()),
    }
}

/// The annotation may stay as it is, or go.
fn group_name(old: Option<&Ingress>, new: &Ingress, config: &Config) -> Result<(), PlanError> {
    let key = "group.name";
    let name = annotations(new).text(key);
    if !config.disable_group_name_annotation || name.is_none() {
        return Ok(());
    }
    if old.and_then(|old| annotations(old).text(key)) == name {
        return Ok(());
    }
    let expected = "allowed: the controller runs with --disable-ingress-group-name-annotation";
    let remedy = "remove the annotation; spec.group.name of the IngressClassParams of a class decides the group";
    Err(annotations(new).error(key, expected, remedy).into())
}

/// Conditions of all Services that paths name. That of the default backend has none.
fn conditions(ingress: &Ingress) -> Result<(), PlanError> {
    let rules = ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten());
    let paths = rules.filter_map(|rule| rule.http.as_ref()).flat_map(|http| &http.paths);
    for path in paths {
        let service = path.backend.service.as_ref();
        let service = service.ok_or_else(|| backend::no_service(&path.backend, BACKEND))?;
        condition::read(annotations(ingress), &service.name)?;
    }
    Ok(())
}

/// Whether IngressClassParams may be written: created if there are no `old` ones, or else changed.
///
/// # Errors
/// When they may not.
pub fn class_params(old: Option<&IngressClassParams>, new: &IngressClassParams) -> Result<(), Refused> {
    if new.metadata.deletion_timestamp.is_some() || old.is_some_and(|old| old.spec == new.spec) {
        return Ok(());
    }
    let refused = |check| {
        let name = new.metadata.name.as_deref().unwrap_or_default();
        let object = format!("IngressClassParams {name}");
        move |error| Refused {
            check,
            object,
            error: Box::new(error),
        }
    };
    let ranges = &new.spec.inbound_cidrs;
    let wrong = ranges.iter().find_map(|range| Some((range, range_problem(range)?)));
    if let Some((range, (problem, remedy))) = wrong {
        return Err(refused("checkInboundCIDRs")(PlanError::field(
            "inboundCIDRs",
            range,
            &problem,
            remedy,
        )));
    }
    let subnets = new.spec.subnets.as_ref();
    subnets
        .map_or(Ok(()), subnet_selector)
        .map_err(refused("checkSubnetSelectors"))
}

fn range_problem(range: &str) -> Option<(String, &'static str)> {
    match range.parse::<IpNet>() {
        Err(_) => {
            let problem = "is no address range in CIDR notation".to_owned();
            Some((problem, "write it as 203.0.113.0/24 or 2001:db8::/32"))
        }
        Ok(net) if net.addr() != net.network() => {
            let problem = format!("has bits beyond its length: the range is {}", net.trunc());
            Some((problem, "write the first address of the range"))
        }
        Ok(_) => None,
    }
}

fn subnet_selector(selector: &SubnetSelector) -> Result<(), PlanError> {
    let wrong =
        |what: &str, value: &str, problem: &str, remedy: &str| Err(PlanError::field(what, value, problem, remedy));
    match (&selector.ids, &selector.tags) {
        (Some(ids), None) => match repeated(ids) {
            Some(id) => wrong("subnets.ids", id, "is there twice", "name each subnet once"),
            None => Ok(()),
        },
        (None, Some(tags)) if tags.is_empty() => wrong(
            "subnets.tags",
            "{}",
            "has no key",
            "name a tag that the subnets have, and its values",
        ),
        (None, Some(tags)) => {
            let mut all = tags.iter();
            match all.find_map(|(key, values)| Some((key, repeated(values)?))) {
                Some((key, value)) => {
                    let place = format!("subnets.tags.{key}");
                    wrong(&place, value, "is there twice", "name each value once")
                }
                None => Ok(()),
            }
        }
        (Some(ids), Some(_)) => {
            let remedy = "keep one of ids and tags";
            wrong("subnets", &ids.join(","), "has both ids and tags", remedy)
        }
        (None, None) => wrong(
            "subnets",
            "{}",
            "has neither ids nor tags",
            "add one of them, or remove subnets",
        ),
    }
}

fn repeated(items: &[String]) -> Option<&String> {
    let mut seen = BTreeSet::new();
    items.iter().find(|item| !seen.insert(*item))
}
