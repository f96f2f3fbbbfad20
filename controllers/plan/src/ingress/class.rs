//! Which Ingresses are ours, and by which class. See the Go controller's guide "IngressClass".

use crate::{Config, PlanError};
use controllers_api::ingress_class_params::{IngressClassParams, IngressClassParamsSpec};
use controllers_api::{DEFAULT_CLASS_ANNOTATION, INGRESS_CLASS_ANNOTATION, INGRESS_CONTROLLER};
use k8s_openapi::api::networking::v1::{Ingress, IngressClass, IngressClassParametersReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use std::collections::BTreeMap;

const API_GROUP: &str = "elbv2.k8s.aws";
const PARAMS_KIND: &str = "IngressClassParams";

/// The objects of the cluster that decide what a class means, by name.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    /// IngressClasses, of all controllers.
    pub classes: BTreeMap<String, IngressClass>,
    /// IngressClassParams.
    pub params: BTreeMap<String, IngressClassParams>,
    /// Labels of namespaces.
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
}

/// That an Ingress is ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    /// What the parameters of its class decide.
    pub(super) params: Option<&'a IngressClassParams>,
}

/// Why it cannot be said whether an Ingress is ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassError {
    /// It names no class, and several are the default.
    #[error(
        "no spec.ingressClassName, and the IngressClasses {0} are all marked as default; name one of them, or leave the mark on one only"
    )]
    SeveralDefaults(String),
    /// The class, or what it points at, is not there or not right.
    #[error("spec.ingressClassName: {class:?}: {problem}; {remedy}")]
    Invalid {
        /// The class.
        class: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
}

impl From<ClassError> for PlanError {
    fn from(error: ClassError) -> Self {
        PlanError::Class(error)
    }
}

/// Whose an Ingress is, as far as its class alone tells.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<'a> {
    /// Another controller's, or nobody's.
    Others,
    /// Ours, by the old annotation or for want of a class.
    Ours,
    /// Ours, by the class of this name.
    OursBy(&'a str, &'a IngressClass),
}

/// Whose an Ingress is. What the parameters of its class say does not count.
///
/// # Errors
/// When its class is ambiguous, or does not exist.
pub(super) fn choice<'a>(
    ingress: &'a Ingress,
    classes: &'a Classes,
    config: &Config,
) -> Result<Choice<'a>, ClassError> {
    let ours = |ours| if ours { Choice::Ours } else { Choice::Others };
    if let Some(class) = legacy_class(ingress) {
        return Ok(ours(legacy_matches(class, config)));
    }
    let named = class_name(ingress);
    let Some(name) = named.map_or_else(|| default_class(classes), |name| Ok(Some(name)))? else {
        return Ok(ours(config.ingress_class.is_empty()));
    };
    let class = classes.classes.get(name).ok_or_else(|| {
        invalid(
            name,
            "there is no such IngressClass",
            "make it, or name one that exists",
        )
    })?;
    let controller = class.spec.as_ref().and_then(|spec| spec.controller.as_deref());
    Ok(match controller == Some(INGRESS_CONTROLLER) {
        true => Choice::OursBy(name, class),
        false => Choice::Others,
    })
}

/// Whether an Ingress is ours, and what its class decides.
///
/// # Errors
/// When its class is ambiguous, or does not exist, or points at parameters that do not exist or that are not for its namespace.
pub(super) fn claim<'a>(
    ingress: &Ingress,
    classes: &'a Classes,
    config: &Config,
) -> Result<Option<Claim<'a>>, ClassError> {
    if ingress.metadata.deletion_timestamp.is_some() {
        return Ok(None);
    }
    let (name, class) = match choice(ingress, classes, config)? {
        Choice::Others => return Ok(None),
        Choice::Ours => return Ok(Some(Claim { params: None })),
        Choice::OursBy(name, class) => (name, class.spec.as_ref()),
    };
    let Some(reference) = class.and_then(|spec| spec.parameters.as_ref()) else {
        return Ok(Some(Claim { params: None }));
    };
    let params = parameters(reference, classes).map_err(|(problem, remedy)| invalid(name, &problem, remedy))?;
    match allows(&params.spec, ingress, classes) {
        true => Ok(Some(Claim { params: Some(params) })),
        false => {
            let params = params.metadata.name.as_deref().unwrap_or_default();
            let problem =
                format!("spec.namespaceSelector of IngressClassParams {params} does not select the namespace");
            Err(invalid(name, &problem, "label the namespace, or use another class"))
        }
    }
}

fn invalid(class: &str, problem: &str, remedy: &str) -> ClassError {
    ClassError::Invalid {
        class: class.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// The class that an Ingress names.
pub(super) fn class_name(ingress: &Ingress) -> Option<&str> {
    ingress.spec.as_ref()?.ingress_class_name.as_deref()
}

/// The class by the annotation that came before `spec.ingressClassName`.
pub(super) fn legacy_class(ingress: &Ingress) -> Option<&str> {
    let annotations = ingress.metadata.annotations.as_ref()?;
    annotations.get(INGRESS_CLASS_ANNOTATION).map(String::as_str)
}

pub(super) fn legacy_matches(class: &str, config: &Config) -> bool {
    class == config.ingress_class || config.ingress_class.is_empty() && class == "alb"
}

fn default_class(classes: &Classes) -> Result<Option<&str>, ClassError> {
    let marked = |class: &IngressClass| {
        let annotations = class.metadata.annotations.as_ref();
        annotations
            .and_then(|all| all.get(DEFAULT_CLASS_ANNOTATION))
            .map(String::as_str)
            == Some("true")
    };
    let defaults = classes.classes.iter().filter(|(_, class)| marked(class));
    match defaults.map(|(name, _)| name.as_str()).collect::<Vec<_>>()[..] {
        [] => Ok(None),
        [name] => Ok(Some(name)),
        ref names => Err(ClassError::SeveralDefaults(names.join(", "))),
    }
}

fn parameters<'a>(
    reference: &IngressClassParametersReference,
    classes: &'a Classes,
) -> Result<&'a IngressClassParams, (String, &'static str)> {
    if reference.api_group.as_deref() != Some(API_GROUP) || reference.kind != PARAMS_KIND {
        let group = reference.api_group.as_deref().unwrap_or_default();
        let problem = format!(
            "spec.parameters of the IngressClass point at kind {} of {group:?}",
            reference.kind
        );
        return Err((
            problem,
            "point them at kind IngressClassParams of apiGroup elbv2.k8s.aws",
        ));
    }
    classes.params.get(&reference.name).ok_or_else(|| {
        let problem = format!("there is no IngressClassParams {}", reference.name);
        (problem, "make it, or correct spec.parameters of the IngressClass")
    })
}

fn allows(params: &IngressClassParamsSpec, ingress: &Ingress, classes: &Classes) -> bool {
    let Some(selector) = &params.namespace_selector else {
        return true;
    };
    let namespace = ingress.metadata.namespace.as_deref().unwrap_or("default");
    classes
        .namespaces
        .get(namespace)
        .is_some_and(|labels| selects(selector, labels))
}

/// Whether a label selector selects; one that is not valid selects nothing.
fn selects(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    let mut equal = selector.match_labels.iter().flatten();
    let requirement = |requirement: &LabelSelectorRequirement| {
        let value = labels.get(&requirement.key);
        let values = requirement.values.as_deref().unwrap_or_default();
        match requirement.operator.as_str() {
            "In" => value.is_some_and(|value| values.contains(value)),
            "NotIn" => !values.is_empty() && value.is_none_or(|value| !values.contains(value)),
            "Exists" => values.is_empty() && value.is_some(),
            "DoesNotExist" => values.is_empty() && value.is_none(),
            _ => false,
        }
    };
    equal.all(|(key, value)| labels.get(key) == Some(value))
        && selector.match_expressions.iter().flatten().all(requirement)
}
