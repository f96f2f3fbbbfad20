//! Groups of Ingresses: those that share a load balancer.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Which group. Its text is the stack's id, and so a tag's value and part of names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GroupId {
    /// A named group, of any namespaces.
    Explicit(String),
    /// An Ingress by itself.
    Implicit {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupId::Explicit(name) => f.write_str(name),
            GroupId::Implicit { namespace, name } => write!(f, "{namespace}/{name}"),
        }
    }
}

impl From<&str> for GroupId {
    /// The group that a stack id names. No group name has a slash.
    fn from(id: &str) -> Self {
        match id.split_once('/') {
            Some((namespace, name)) => GroupId::Implicit {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            },
            None => GroupId::Explicit(id.to_owned()),
        }
    }
}
