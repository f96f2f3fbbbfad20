//! Security groups.

use aws_api::Tags;
use aws_api::ec2::Permission;
use serde::{Deserialize, Serialize};

/// A security group, which may have an id only once the stack is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SecurityGroupRef {
    /// One that exists.
    Id(String),
    /// The stack's managed security group.
    Managed,
    /// The cluster's shared backend security group.
    Backend,
}

/// The managed security group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SecurityGroup {
    /// Resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its ingress rules, all of them.
    pub ingress: Vec<Permission>,
    /// All tags.
    pub tags: Tags,
}
