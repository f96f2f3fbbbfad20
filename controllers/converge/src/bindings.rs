//! TargetGroupBindings: the part of a stack that lives in Kubernetes.

use async_trait::async_trait;
use aws_api::Tags;
use model::Binding;
use serde_json::Value;
use std::fmt;

/// Namespace and name of a TargetGroupBinding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BindingKey {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl BindingKey {
    /// The key that a binding of the model will have.
    #[must_use]
    pub fn of(binding: &Binding) -> Self {
        Self {
            namespace: binding.namespace.clone(),
            name: binding.name.clone(),
        }
    }
}

impl fmt::Display for BindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The field of `spec` that names the target group.
pub const TARGET_GROUP_ARN: &str = "targetGroupARN";

/// A TargetGroupBinding with its references resolved: what is written to Kubernetes, and what is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedBinding {
    /// Namespace and name.
    pub key: BindingKey,
    /// All labels.
    pub labels: Tags,
    /// All of `spec`.
    pub spec: Value,
}

impl ResolvedBinding {
    /// The target group.
    #[must_use]
    pub fn target_group_arn(&self) -> Option<&str> {
        self.spec.get(TARGET_GROUP_ARN)?.as_str()
    }
}

/// A call to Kubernetes failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BindingError(String, #[source] Option<Box<dyn std::error::Error + Send + Sync>>);

impl BindingError {
    /// An error that says what was tried, and why it failed if another error tells.
    #[must_use]
    pub fn new(tried: impl Into<String>, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(tried.into(), source)
    }
}

/// The TargetGroupBindings of stacks, found by their stack labels.
#[async_trait]
pub trait Bindings: Send + Sync {
    /// Those of a stack.
    async fn list(&self, stack: &str) -> Result<Vec<ResolvedBinding>, BindingError>;
    /// Makes one. One that is there already counts as made.
    async fn create(&self, stack: &str, binding: &ResolvedBinding) -> Result<(), BindingError>;
    /// Makes one what it should be, and waits until its controller has seen that.
    async fn update(&self, stack: &str, binding: &ResolvedBinding) -> Result<(), BindingError>;
    /// Deletes one and waits until it is gone. One that is not there counts as deleted.
    async fn delete(&self, key: &BindingKey) -> Result<(), BindingError>;
}
