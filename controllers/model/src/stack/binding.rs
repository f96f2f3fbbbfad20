//! TargetGroupBindings.

use aws_api::Tags;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A TargetGroupBinding to be made for a target group of the stack.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// Namespace: the backend Service's.
    pub namespace: String,
    /// Name: the target group's.
    pub name: String,
    /// Resource id of the target group.
    pub target_group: String,
    /// Labels that say whose it is.
    pub labels: Tags,
    /// Its `spec`, without `targetGroupARN`. A security group of `networking` that is not known yet stands there as [`Binding::BACKEND_GROUP`] or
    /// [`Binding::MANAGED_GROUP`].
    pub spec: Value,
}

impl Binding {
    /// Stands in `spec` for the id of the shared backend security group.
    pub const BACKEND_GROUP: &str = "$backend-security-group";
    /// Stands in `spec` for the id of the stack's managed security group.
    pub const MANAGED_GROUP: &str = "$managed-security-group";
}
