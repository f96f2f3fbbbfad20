//! Why something cannot be planned.

use crate::ingress::ClassError;
use controllers_api::annotation::AnnotationError;

/// Each names the annotation or field, its value, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An annotation's value.
    #[error(transparent)]
    Annotation(#[from] AnnotationError),
    /// A field of an object's `spec`.
    #[error("{}spec.{field}: {value}: {problem}; {remedy}", named(object.as_deref()))]
    Field {
        /// The object, such as `Service shop/web`, unless it is the one that is planned.
        object: Option<Box<str>>,
        /// Path below `spec`.
        field: String,
        /// Its value.
        value: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// No subnet of the VPC is fit.
    #[error(
        "no subnet of {vpc} is fit for a load balancer of scheme {scheme}: {tagged} carry {role_tag}, of them {other_cluster} belong to other clusters, {full} have fewer than 8 free addresses; tag a subnet or name subnets in the annotation {annotation}"
    )]
    NoSubnets {
        /// The VPC.
        vpc: String,
        /// The scheme asked for.
        scheme: String,
        /// The tags by which subnets are found, in words.
        role_tag: String,
        /// Subnets with the tag, or of the right reachability.
        tagged: u32,
        /// Rejected for another cluster's tag.
        other_cluster: u32,
        /// Rejected for lack of addresses.
        full: u32,
        /// Key of the annotation that names subnets.
        annotation: String,
    },
    /// The subnets that are fit lie in too few zones.
    #[error(
        "{chosen} is all that is fit of {vpc}, and a load balancer of scheme {scheme} needs subnets in {needed} availability zones; tag a subnet of another zone or name subnets in the annotation {annotation}"
    )]
    FewSubnets {
        /// The VPC.
        vpc: String,
        /// The scheme asked for.
        scheme: String,
        /// The subnets, separated by commas.
        chosen: String,
        /// How many zones it takes.
        needed: usize,
        /// Key of the annotation that names subnets.
        annotation: String,
    },
    /// An object that the one that is planned refers to.
    #[error("{object}: {problem}; {remedy}")]
    Object {
        /// The object, such as `Secret shop/oidc`.
        object: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// The class of an Ingress.
    #[error(transparent)]
    Class(ClassError),
    /// A TargetGroupBinding could not be written as JSON.
    #[error("a TargetGroupBinding cannot be written as JSON: {0}")]
    Binding(String),
    /// What is asked for contradicts what is there, or what others ask for.
    #[error("{problem}; {remedy}")]
    Conflict {
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
}

fn named(object: Option<&str>) -> String {
    object.map(|object| format!("{object}: ")).unwrap_or_default()
}

impl PlanError {
    /// A field of the object that is planned.
    pub(crate) fn field(field: impl Into<String>, value: impl Into<String>, problem: &str, remedy: &str) -> Self {
        PlanError::Field {
            object: None,
            field: field.into(),
            value: value.into(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// The same, about this object if it does not name one.
    pub(crate) fn of(mut self, planned: &str) -> Self {
        match &mut self {
            PlanError::Annotation(error) if error.object.is_empty() => error.object = planned.into(),
            PlanError::Field { object, .. } if object.is_none() => *object = Some(planned.into()),
            _ => {}
        }
        self
    }
}
