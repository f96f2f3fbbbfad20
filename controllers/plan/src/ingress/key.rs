//! Which Ingress.

use k8s_openapi::api::networking::v1::Ingress;
use model::GroupId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Namespace and name of an Ingress.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IngressKey {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl IngressKey {
    /// The key of an Ingress.
    #[must_use]
    pub fn of(ingress: &Ingress) -> Self {
        Self {
            namespace: ingress
                .metadata
                .namespace
                .clone()
                .unwrap_or_else(|| "default".to_owned()),
            name: ingress.metadata.name.clone().unwrap_or_default(),
        }
    }

    /// The group that the Ingress is by itself.
    #[must_use]
    pub fn group(&self) -> GroupId {
        GroupId::Implicit {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for IngressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
