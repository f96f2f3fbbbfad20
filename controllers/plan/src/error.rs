//! Why a Service cannot be planned.

use controllers_api::annotation::AnnotationError;

/// Each names the annotation or field, its value, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An annotation's value.
    #[error(transparent)]
    Annotation(#[from] AnnotationError),
    /// A field of the Service's `spec`.
    #[error("spec.{field}: {value}: {problem}; {remedy}")]
    Field {
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
        "no subnet of {vpc} is fit for a load balancer of scheme {scheme}: {tagged} carry the tag {role_tag}, of them {other_cluster} belong to other clusters, {full} have fewer than 8 free addresses; tag a subnet or name subnets in the annotation service.beta.kubernetes.io/aws-load-balancer-subnets"
    )]
    NoSubnets {
        /// The VPC.
        vpc: String,
        /// The scheme asked for.
        scheme: String,
        /// The tag by which subnets are found.
        role_tag: &'static str,
        /// Subnets with the tag, or of the right reachability.
        tagged: usize,
        /// Rejected for another cluster's tag.
        other_cluster: usize,
        /// Rejected for lack of addresses.
        full: usize,
    },
    /// A TargetGroupBinding could not be written as JSON.
    #[error("a TargetGroupBinding cannot be written as JSON: {0}")]
    Binding(String),
    /// The live load balancer contradicts the Service.
    #[error("{problem}; {remedy}")]
    Conflict {
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
}
