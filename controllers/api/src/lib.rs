//! Custom resources, annotation keys and their typed parsing.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod annotation;
pub mod target_group_binding;
pub mod value;

/// Keeps a Service until its AWS objects are gone.
pub const SERVICE_FINALIZER: &str = "service.k8s.aws/resources";
/// Label of a TargetGroupBinding: namespace of the Service that it was made for.
pub const STACK_NAMESPACE_LABEL: &str = "service.k8s.aws/stack-namespace";
/// Label of a TargetGroupBinding: name of the Service that it was made for.
pub const STACK_NAME_LABEL: &str = "service.k8s.aws/stack-name";
