//! Custom resources, annotation keys and their typed parsing.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod annotation;
pub mod ingress_class_params;
pub mod json;
pub mod target_group_binding;
pub mod value;

/// Keeps a Service until its AWS objects are gone.
pub const SERVICE_FINALIZER: &str = "service.k8s.aws/resources";
/// Label of a TargetGroupBinding: namespace of the Service that it was made for.
pub const STACK_NAMESPACE_LABEL: &str = "service.k8s.aws/stack-namespace";
/// Label of a TargetGroupBinding: name of the Service that it was made for.
pub const STACK_NAME_LABEL: &str = "service.k8s.aws/stack-name";

/// The controller that IngressClasses of ours name.
pub const INGRESS_CONTROLLER: &str = "ingress.k8s.aws/alb";
/// Annotation by which an Ingress named its class before `spec.ingressClassName`.
pub const INGRESS_CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// Annotation that marks an IngressClass as the default one.
pub const DEFAULT_CLASS_ANNOTATION: &str = "ingressclass.kubernetes.io/is-default-class";
/// Keeps an Ingress that is a group by itself until its AWS objects are gone.
pub const INGRESS_FINALIZER: &str = "ingress.k8s.aws/resources";
/// Followed by the name of a group: keeps a member of the group until its AWS objects are gone.
pub const GROUP_FINALIZER_PREFIX: &str = "group.ingress.k8s.aws/";
/// Label of a TargetGroupBinding: the named group of Ingresses that it was made for.
pub const INGRESS_STACK_LABEL: &str = "ingress.k8s.aws/stack";
/// Label of a TargetGroupBinding: namespace of the Ingress that it was made for.
pub const INGRESS_STACK_NAMESPACE_LABEL: &str = "ingress.k8s.aws/stack-namespace";
/// Label of a TargetGroupBinding: name of the Ingress that it was made for.
pub const INGRESS_STACK_NAME_LABEL: &str = "ingress.k8s.aws/stack-name";
